/** Escape gives up a form, and nothing else: what is around it stays open. What is being shown on the map is given up first. */
import type { Attachment } from 'svelte/attachments';
import type { Workbench } from '../state/workbench.svelte.ts';

export const givesUp = (close: () => void, bench?: Workbench): Attachment<HTMLElement> => (form) => {
  const press = (key: KeyboardEvent): void => {
    if (key.key !== 'Escape' || (bench && (bench.picking !== null || bench.sketch !== null))) return;
    key.stopPropagation();
    key.preventDefault(); // a dialog would close around it
    close();
  };
  form.addEventListener('keydown', press);
  return () => form.removeEventListener('keydown', press);
};
