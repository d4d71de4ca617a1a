/** What goes on paper, the situation report, and files of other programs. */
import { t } from '@garance/kit';
import type { Action } from '../actions.ts';
import type { Workbench } from '../state/workbench.svelte.ts';

export const paperActions = (bench: Workbench): Action[] => [
  { id: 'print', words: t('paper.title'), keys: 'I', run: () => (bench.paper = 'print') },
  { id: 'report', words: t('report.title'), keys: 'P', run: () => (bench.paper = 'report') },
  { id: 'give', words: t('give.title'), keys: 'E', run: () => (bench.paper = 'give') },
  ...(bench.files.may ? [{ id: 'file', words: t('files.open'), keys: 'O', run: bench.files.choose }] : []),
  ...(bench.files.last ? [{ id: 'file-undo', words: t('files.undo-of', { file: bench.files.last.file.name }), run: () => (bench.files.again = true) }] : []),
];
