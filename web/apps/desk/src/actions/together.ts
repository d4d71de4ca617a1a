/** Saved views, what must be read, the link, the other situations: by their words and by their keys. */
import { t } from '@garance/kit';
import type { Action } from '../actions.ts';
import { noticeTitle } from '../together/calling.svelte.ts';
import type { Openings } from '../state/openings.svelte.ts';
import type { Workbench } from '../state/workbench.svelte.ts';

function toggleViews(bench: Workbench): void {
  bench.layers = false;
  bench.views.shown = !bench.views.shown;
}

export function together(bench: Workbench): Action[] {
  const { views, mustRead } = bench;
  const top = mustRead.top;
  return [
    { id: 'views', words: t('views.open'), keys: 'w', run: () => toggleViews(bench) },
    { id: 'next-view', words: t('views.next'), run: () => views.step(1) },
    { id: 'previous-view', words: t('views.previous'), run: () => views.step(-1) },
    ...views.list.map((view, index) => ({ id: `view-${view.id}`, words: t('views.show', { n: index + 1, name: view.name }), run: () => void views.goTo(view) })),
    ...(views.may && views.list.length > 0 && !views.leading ? [{ id: 'lead-briefing', words: t('briefing.lead'), run: views.lead }] : []),
    ...(views.leading ? [{ id: 'end-briefing', words: t('briefing.end'), run: () => void views.endBriefing() }] : []),
    ...(views.offered && !views.joined ? [{ id: 'join-briefing', words: t('briefing.join'), run: views.join }] : []),
    ...(top ? [{ id: 'read', words: `${t('notices.read')} · ${noticeTitle(top)}`, keys: 'a', run: mustRead.acknowledgeTop }] : []),
    ...(top && mustRead.mayOpen(top) ? [{ id: 'examine', words: `${t('notices.open')} · ${noticeTitle(top)}`, keys: 'e', run: mustRead.openTop }] : []),
    { id: 'notices', words: t('notices.show'), keys: 'n', run: () => (mustRead.shown = !mustRead.shown) },
    { id: 'share-sheet', words: t('share.title'), keys: 'q', run: () => (bench.sharing = true) },
  ];
}

/** The other situations this person may go to. */
export function elsewhere(openings: Openings, ongo: (id: string) => void): Action[] {
  return [
    { id: 'switcher', words: t('switcher.title'), keys: 's', run: () => document.getElementById('switcher')?.click() },
    ...(openings.known ?? []).filter(({ id }) => id !== openings.current).map(({ id, title }) => ({ id: `situation-${id}`, words: t('switcher.go', { title }), run: () => ongo(id) })),
  ];
}
