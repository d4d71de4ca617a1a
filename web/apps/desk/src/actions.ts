/** Every action of the desk, in one list: the palette shows it, the keyboard reads it. */
import { plain as fold } from '@garance/client';
import { t, term, theme, words, type ThemeName } from '@garance/kit';
import { GROUPS, available, type Selection } from '@garance/map';
import { castingActions } from './actions/casting.ts';
import { drawingActions } from './actions/drawing.ts';
import { instrumentActions } from './actions/instruments.ts';
import { logbookActions } from './actions/logbook.ts';
import { offline } from './actions/offline.ts';
import { paperActions } from './actions/papers.ts';
import { taskingActions } from './actions/taskings.ts';
import { timeActions } from './actions/time.ts';
import { elsewhere, together } from './actions/together.ts';
import { unitActions } from './actions/units.ts';
import { isMatter, titleOf } from './boards/matters.ts';
import { siteRoot } from './state/account.svelte.ts';
import { writeAddress } from './state/address.ts';
import { AXES, TABS } from './state/axes.ts';
import type { Desk } from './state/desk.svelte.ts';
import type { Openings } from './state/openings.svelte.ts';
import type { Workbench } from './state/workbench.svelte.ts';

export type Action = { id: string; words: string; keys?: string; run: () => void };

const THEMES: ThemeName[] = ['dark', 'light', 'contrast'];

async function share(bench: Workbench): Promise<void> {
  const address = writeAddress(bench.desk);
  history.replaceState(null, '', address + (location.search.includes('test') ? '&test' : ''));
  try {
    await navigator.clipboard.writeText(address);
    bench.notify(t('share.copied'));
  } catch {
    bench.notify(t('share.in-address'));
  }
}

function writing(bench: Workbench): Action[] {
  const { desk } = bench;
  const actions: Action[] = [];
  if (desk.can('logbook.write')) actions.push({ id: 'entry', words: t('entry.new'), keys: '/', run: bench.startEntry });
  actions.push(...drawingActions(bench));
  if (desk.can('situation.steer')) {
    for (const level of [0, 1, 2, 3, 4]) {
      actions.push({
        id: `level-${level}`, words: t('level.set', { n: level, word: term('level', String(level)) }),
        run: () => void bench.give('situation.set-level', { level }, { follows: desk.current?.follows ?? [] }),
      });
    }
  }
  return actions;
}

function moving(bench: Workbench): Action[] {
  const { desk } = bench;
  return [
    ...AXES.map((axis, index) => ({ id: `axis-${axis}`, words: t('axis.go', { axis: term('axis', axis) }), keys: String(index + 1), run: () => desk.enter(axis) })),
    ...TABS.map((tab) => ({ id: `tab-${tab}`, words: t('tab.go', { tab: term('tab', tab) }), run: () => { desk.axis = 'conduct'; desk.tab = tab; } })),
    { id: 'wide', words: t(desk.wide ? 'panel.narrow' : 'panel.widen'), keys: 'B', run: () => (desk.wide = !desk.wide) },
    { id: 'volume', words: t(desk.volume ? 'map.flat' : 'map.volume'), keys: 'v', run: () => (desk.volume = !desk.volume) },
    { id: 'home', words: t('map.home'), keys: 'h', run: () => desk.map?.goHome() },
    { id: 'operations', words: t('map.operations'), keys: 'o', run: () => desk.frameOperations() },
    { id: 'layers', words: t('layers.open'), keys: 'c', run: () => (bench.layers = !bench.layers) },
  ];
}

function settling(bench: Workbench, onleave: () => void): Action[] {
  const { desk } = bench;
  const { account } = desk;
  return [
    { id: 'help', words: t('help.open'), keys: '?', run: () => (bench.help = true) },
    { id: 'share', words: t('share.copy'), run: () => void share(bench) },
    ...GROUPS.filter((group) => available(group, desk.territory?.layers ?? [], desk.territory?.terrain ?? null, desk.territory?.rasters)).map(({ id }) => ({
      id: `layer-${id}`, words: t(desk.visibility[id] ? 'layers.hide' : 'layers.show', { layer: term('layer', id) }), run: () => desk.show(id, !desk.visibility[id]),
    })),
    ...(desk.territory ? [{ id: 'about', words: t('about.title'), run: () => void open(`${siteRoot}donnees`, '_blank') }] : []),
    ...account.grantsFor(desk.id).map((grant) => ({ id: `role-${grant.id}`, words: t('role.take', { role: term('role', grant.role), organisation: grant.organisation_name }), run: () => account.choose(grant.id) })),
    ...THEMES.map((name) => ({ id: `theme-${name}`, words: t('looks.choose', { theme: term('theme', name) }), run: () => theme.choose(name) })),
    { id: 'language', words: t('looks.other-language'), run: () => words.choose(words.language === 'fr' ? 'en' : 'fr') },
    ...(account.keeps ? [{ id: 'keeping', words: t('keeping.title'), run: () => location.assign(`${siteRoot}noeud`) }] : []),
    ...(account.readOnly ? [] : [{ id: 'own', words: t('own.title'), run: () => location.assign(`${siteRoot}compte`) }]),
    { id: 'leave', words: t('action.leave'), run: onleave },
    { id: 'sign-out', words: t('action.sign-out'), run: () => void account.signOut() },
  ];
}

export type Ways = { openings: Openings; ongo: (id: string) => void; onleave: () => void };

export const actionsOf = (bench: Workbench, { openings, ongo, onleave }: Ways): Action[] => [
  ...writing(bench),
  ...logbookActions(bench),
  ...taskingActions(bench),
  ...moving(bench),
  ...unitActions(bench),
  ...instrumentActions(bench),
  ...timeActions(bench),
  ...together(bench),
  ...paperActions(bench),
  ...elsewhere(openings, ongo),
  ...offline(bench),
  ...castingActions(bench),
  ...settling(bench, onleave),
];

/** Places, units, shapes and entries found by words, as actions that select them. */
export function found(desk: Desk, sought: string): Action[] {
  const has = (name: string): boolean => fold(name).includes(fold(sought));
  const select = (kind: Selection['kind'], id: string, name: string): Action => ({
    id: `${kind}-${id}`, words: `${term('object', kind)} · ${name}`, run: () => desk.select({ kind, id }),
  });
  return [
    ...desk.picture.resources.filter((resource) => has(resource.name)).map((resource) => select('resource', resource.id, resource.name)),
    ...desk.picture.things.filter(isMatter).filter((thing) => has(titleOf(thing))).map((thing) => select(thing.kind, thing.id, titleOf(thing))),
    ...desk.picture.shapes.filter((shape) => has(shape.name)).map((shape) => select('shape', shape.id, shape.name)),
    ...desk.picture.series.filter((series) => has(series.name)).map((series) => select('series', series.id, series.name)),
    ...desk.entries.filter((entry) => has(entry.text ?? '')).map((entry) => select('entry', entry.entry, (entry.text ?? '').slice(0, 80))),
  ];
}

export { fold };

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

const pressable = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.closest('button, a, summary, [role=slider]') !== null;

/** Listens to the keyboard for the whole desk; answers how to stop. */
export function listen(bench: Workbench, actions: () => Action[]): () => void {
  const press = (key: KeyboardEvent): void => {
    if (key.key.toLowerCase() === 'k' && (key.ctrlKey || key.metaKey)) {
      key.preventDefault();
      bench.palette = !bench.palette;
      return;
    }
    if (key.key === 'Escape' && bench.escape()) return;
    if (key.key === 'Escape' && typing(key.target)) return void (key.target as HTMLElement).blur();
    if (key.ctrlKey || key.metaKey || key.altKey || typing(key.target) || bench.palette || bench.help || bench.sharing || bench.paper) return;
    const name = key.key === ' ' ? 'Space' : key.key;
    if (name === 'Space' && pressable(key.target)) return;
    const action = actions().find(({ keys }) => keys === name);
    if (!action) return;
    key.preventDefault();
    action.run();
  };
  addEventListener('keydown', press);
  return () => removeEventListener('keydown', press);
}
