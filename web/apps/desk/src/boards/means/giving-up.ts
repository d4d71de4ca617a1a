/** Escape gives up a form, and nothing else: what is around it stays open. */
import type { Attachment } from 'svelte/attachments';

export const givesUp = (close: () => void): Attachment<HTMLElement> => (form) => {
  const press = (key: KeyboardEvent): void => {
    if (key.key !== 'Escape') return;
    key.stopPropagation();
    close();
  };
  form.addEventListener('keydown', press);
  return () => form.removeEventListener('keydown', press);
};
