/** What a shared link carries: situation, time and its rule, camera, relief, axis, tab, layers with their strength and order, selection. */
import { LINK_NAMES, queryOf, readLink, writeLink, type Link, type Vocabulary } from '@garance/client';
import { GROUPS, readOpacity, wholeOrder, writeOpacity, writeOrder, type Camera, type Selection, THING_KINDS } from '@garance/map';
import { readLens, writeLens } from '@garance/time/lens.ts';
import { siteRoot } from './account.svelte.ts';
import { AXES, TABS, type Axis, type Tab } from './axes.ts';
import type { Desk } from './desk.svelte.ts';

const KNOWN: Vocabulary = { axes: AXES, tabs: TABS, layers: GROUPS.map(({ id }) => id), kinds: ['entry', 'resource', 'shape', 'series', ...THING_KINDS] };
/** What the desk adds to a link, beside what every link may say. */
const ADDED = ['window', 'faded', 'order'] as const;

/** What a link says, as far as it can be read. */
export const linkIn = (params: URLSearchParams): Link => readLink(params, KNOWN);

/** The camera a link asks for; null when it says nothing readable. */
export const cameraIn = (search: string): Camera | null => linkIn(new URLSearchParams(search)).camera;

/** Puts a desk in the state that link asks for. Anything unreadable is left as it is. */
export function readAddress(desk: Desk, params: URLSearchParams = new URLSearchParams(location.search)): void {
  const { axis, tab, layers, by, at_ms, volume, selection } = linkIn(params);
  if (axis) desk.enter(axis as Axis);
  if (layers) desk.layers.borrow(layers, readOpacity(params.get('faded') ?? ''), wholeOrder(params.get('order')?.split(' ') ?? []));
  if (by === 'recorded') desk.rule('recorded');
  if (at_ms !== null) desk.conductor.hold(at_ms);
  const lens = readLens(params.get('window'));
  if (lens) desk.conductor.lens = lens;
  if (volume) desk.volume = true;
  if (selection) desk.select(selection as Selection);
  if (tab) desk.tab = tab as Tab;
}

/** The parameters that show another person the same thing. */
export function saidBy(desk: Desk): Record<string, string> {
  const { conductor, map } = desk;
  const lens = writeLens(conductor.lens);
  const said = writeLink({
    situation: desk.id,
    axis: desk.axis,
    tab: desk.tab,
    layers: GROUPS.filter(({ id }) => desk.visibility[id]).map(({ id }) => id),
    at_ms: conductor.live ? null : conductor.shown_ms,
    by: conductor.by,
    camera: map?.camera ?? null,
    volume: desk.volume,
    selection: desk.selection,
  });
  const faded = writeOpacity(desk.layers.opacity);
  const order = writeOrder(desk.layers.order);
  return { ...said, ...(lens ? { window: lens } : {}), ...(faded ? { faded } : {}), ...(order ? { order } : {}) };
}

export const addressOf = (said: Record<string, string>): string => `${siteRoot}?${queryOf(said)}`;

/** The address that shows another person the same thing. */
export const writeAddress = (desk: Desk): string => addressOf(saidBy(desk));

/** An address of that situation and nothing more: what one of its desks showed does not follow to another. */
export function situationAddress(id: string | null): URL {
  const address = new URL(location.href);
  for (const name of [...LINK_NAMES, ...ADDED]) address.searchParams.delete(name);
  if (id) address.searchParams.set('situation', id);
  return address;
}
