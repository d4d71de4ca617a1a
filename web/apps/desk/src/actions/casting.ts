/** Being somebody else in a demonstration. */
import { t } from '@garance/kit';
import type { Action } from '../actions.ts';
import type { Workbench } from '../state/workbench.svelte.ts';

export const castingActions = (bench: Workbench): Action[] => {
  const { casting } = bench.desk.account;
  return casting.offered ? [{ id: 'casting', words: t('casting.open'), keys: 'r', run: casting.show }] : [];
};
