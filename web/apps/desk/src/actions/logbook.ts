/** What the keyboard and the palette do to the logbook. */
import { inForce } from '@garance/client';
import { t } from '@garance/kit';
import { tick } from 'svelte';
import type { Action } from '../actions.ts';
import type { Workbench } from '../state/workbench.svelte.ts';

function open(bench: Workbench, then: () => void): void {
  const { desk } = bench;
  if (desk.axis !== 'inform') {
    desk.axis = 'conduct';
    desk.tab = 'logbook';
  }
  void tick().then(then);
}

const focus = (selector: string) => (): void => document.querySelector<HTMLElement>(selector)?.focus();

export function logbookActions(bench: Workbench): Action[] {
  const { book, desk } = bench;
  const sought = inForce(book.sought).length > 0;
  return [
    { id: 'logbook-list', words: t('logbook.go'), keys: 'l', run: () => open(bench, focus('#panel [data-rove][tabindex="0"]')) },
    { id: 'logbook-search', words: t('logbook.seek'), keys: 'F', run: () => open(bench, focus('#logbook-search')) },
    ...(sought ? [{ id: 'logbook-clear', words: t('filter.clear'), keys: 'x', run: book.clear }] : []),
    { id: 'logbook-in-view', words: t(book.sought.inView ? 'filter.not-in-view' : 'filter.only-in-view'), run: () => open(bench, () => book.seek({ inView: !book.sought.inView })) },
    ...(book.missed.size > 0 || book.fresh.size > 0
      ? [
          { id: 'logbook-all-seen', words: t('seen.all'), keys: 'u', run: book.allSeen },
          { id: 'logbook-unread', words: t('seen.only-these'), run: () => open(bench, () => book.seek({ unread: true })) },
        ]
      : []),
    ...(desk.picture.conflicts.length > 0 || desk.entries.some(({ conflict }) => conflict) ? [{ id: 'conflicts', words: t('conflict.title'), run: () => (bench.conflicts = true) }] : []),
  ];
}
