/** What the keyboard and the palette do to the logbook. */
import { VISAS, inForce, type Entry, type Visa } from '@garance/client';
import { t, term } from '@garance/kit';
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

/** Pressed with Shift on the chosen line, one each. */
export const MARKING: readonly { mark: Visa; keys: string }[] = [{ mark: 'triage', keys: 'T' }, { mark: 'decision', keys: 'D' }, { mark: 'map', keys: 'R' }];

/** The line that is chosen, when it may be marked. */
function markable({ desk }: Workbench): Entry | undefined {
  const { selection } = desk;
  if (selection?.kind !== 'entry' || !desk.conductor.live || !desk.can('logbook.amend') || desk.current?.status === 'closed') return undefined;
  return desk.entries.find(({ entry, struck, withheld }) => entry === selection.id && struck.length === 0 && withheld === null);
}

export function logbookActions(bench: Workbench): Action[] {
  const { book, desk } = bench;
  const sought = inForce(book.sought).length > 0;
  const chosen = markable(bench);
  return [
    { id: 'logbook-list', words: t('logbook.go'), keys: 'l', run: () => open(bench, focus('#panel [data-rove][tabindex="0"]')) },
    { id: 'logbook-search', words: t('logbook.seek'), keys: 'F', run: () => open(bench, focus('#logbook-search')) },
    ...(chosen ? MARKING.map(({ mark, keys }) => ({ id: `mark-${mark}`, words: t('visa.mark', { mark: term('mark', mark) }), keys, run: () => book.mark(chosen, mark) })) : []),
    ...VISAS.map((mark) => ({ id: `due-${mark}`, words: t('visa.only', { due: t(`visa.due.${mark}`) }), run: () => open(bench, () => book.seek({ due: mark })) })),
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
