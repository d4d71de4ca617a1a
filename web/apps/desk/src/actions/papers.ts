/** What goes on paper, and the situation report. */
import { t } from '@garance/kit';
import type { Action } from '../actions.ts';
import type { Workbench } from '../state/workbench.svelte.ts';

export const paperActions = (bench: Workbench): Action[] => [
  { id: 'print', words: t('paper.title'), keys: 'I', run: () => (bench.paper = 'print') },
  { id: 'report', words: t('report.title'), keys: 'P', run: () => (bench.paper = 'report') },
];
