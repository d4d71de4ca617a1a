/** Actions of work without the network. */
import { t } from '@garance/kit';
import type { Action } from '../actions.ts';
import type { Workbench } from '../state/workbench.svelte.ts';

export const offline = ({ desk }: Workbench): Action[] => [
  ...(desk.ground.territory ? [{ id: 'ground', words: t('ground.title'), run: () => void (desk.ground.shown = true) }] : []),
];
