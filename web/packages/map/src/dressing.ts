/** What a person changes of the style: how strong a group is drawn, and what lies over what within its family. Pure. */
import type { LayerSpecification } from 'maplibre-gl';
import { familyOf, GROUPS, type GroupId } from './groups.ts';
import type { Grouped } from './styling.ts';

/** From 0 to 1; a group that is not named is drawn whole. */
export type Opacity = Partial<Record<GroupId, number>>;

/** The groups from the top of the map to its ground; families never mix. */
export type Order = readonly GroupId[];

const FAMILIES = ['operation', 'risk', 'ground'] as const;

export const DEFAULT_ORDER: Order = GROUPS.map(({ id }) => id);

type Painted = [property: string, value: unknown];

const STRENGTHS: Partial<Record<LayerSpecification['type'], readonly string[]>> = {
  fill: ['fill-opacity'], line: ['line-opacity'], symbol: ['icon-opacity', 'text-opacity'], circle: ['circle-opacity', 'circle-stroke-opacity'],
  'fill-extrusion': ['fill-extrusion-opacity'], hillshade: ['hillshade-exaggeration'], raster: ['raster-opacity'], heatmap: ['heatmap-opacity'],
};

/** What covers the outside of the territory hides wrong relief: it stays whole. */
const WHOLE = new Set(['outside']);

/** A value made weaker. Zoom may only be asked at the top of an expression: what it gives is weakened, not the whole. */
export function weakened(value: unknown, share: number): unknown {
  if (value === undefined) return share;
  if (typeof value === 'number') return value * share;
  if (!Array.isArray(value)) return value;
  const [name] = value as [string];
  const first = name === 'interpolate' ? 4 : name === 'step' ? 2 : 0;
  if (first === 0 || JSON.stringify(value[first === 4 ? 2 : 1]) !== '["zoom"]') return ['*', share, value];
  return value.map((part: unknown, at: number) => (at >= first && (at - first) % 2 === 0 ? weakened(part, share) : part));
}

/** The paint that a layer gets at that strength; null gives a property its own value back. */
export function strengthOf(layer: LayerSpecification, share: number): Painted[] {
  if (WHOLE.has(layer.id)) return [];
  const paint = ('paint' in layer ? layer.paint : {}) as Record<string, unknown> | undefined;
  return (STRENGTHS[layer.type] ?? []).map((property) => [property, share === 1 ? paint?.[property] ?? null : weakened(paint?.[property], share)]);
}

/**
 * The style with the groups of each family in that order, the last drawn on top. Each family keeps the places it has:
 * a surface moved up passes over other surfaces, never over a word.
 */
export function inOrder(style: readonly Grouped[], order: Order): Grouped[] {
  if (order.every((id, at) => id === DEFAULT_ORDER[at])) return [...style];
  const rank = new Map(order.map((id, at) => [id, at]));
  const sorted = [...style];
  for (const family of FAMILIES) {
    for (const run of runs(style)) {
      const places = run.filter((at) => style[at]!.group !== null && familyOf(style[at]!.group!) === family);
      const layers = places.map((at) => style[at]!).sort((a, b) => (rank.get(b.group!) ?? 0) - (rank.get(a.group!) ?? 0));
      places.forEach((at, n) => (sorted[at] = layers[n]!));
    }
  }
  return sorted;
}

/** Stretches of the style between which nothing passes: surfaces and lines, volumes, words and symbols. */
function runs(style: readonly Grouped[]): number[][] {
  const kind = ({ layer }: Grouped): string => (layer.type === 'fill-extrusion' ? 'volume' : layer.type === 'symbol' || layer.type === 'circle' ? 'word' : 'flat');
  const found: number[][] = [];
  style.forEach((each, at) => {
    const same = at > 0 && kind(style[at - 1]!) === kind(each);
    if (same) found.at(-1)!.push(at);
    else found.push([at]);
  });
  return found;
}

/** Weaker than this, a group is hidden rather than faded. */
export const LEAST_OPACITY = 0.1;

/** The usual order is one object: a change that comes back to it is no change. */
const settled = (order: Order): Order => (order.every((id, at) => id === DEFAULT_ORDER[at]) ? DEFAULT_ORDER : order);

/** The order with a group moved one step up (-1) or down (1) among those of its family that are offered. */
export function moved(order: Order, group: GroupId, step: 1 | -1, offered: readonly GroupId[]): Order {
  const family = order.filter((id) => familyOf(id) === familyOf(group) && offered.includes(id));
  const other = family[family.indexOf(group) + step];
  if (!other) return order;
  const others = order.filter((id) => id !== group);
  others.splice(others.indexOf(other) + (step === 1 ? 1 : 0), 0, group);
  return settled(others);
}

const known = (id: string): id is GroupId => GROUPS.some((group) => group.id === id);

/** An order that names some groups only, or groups of another version: each family in that order, then the others as usual. */
export function wholeOrder(said: readonly string[]): Order {
  const named = [...new Set(said)].filter(known);
  const place = (id: GroupId): number => (named.includes(id) ? named.indexOf(id) : named.length + DEFAULT_ORDER.indexOf(id));
  const order = FAMILIES.flatMap((family) => DEFAULT_ORDER.filter((id) => familyOf(id) === family).toSorted((a, b) => place(a) - place(b)));
  return settled(order);
}

/** The short form of an address: `sites:40 roads:70`, shares in hundredths. */
export const writeOpacity = (opacity: Opacity): string => Object.entries(opacity).map(([id, share]) => `${id}:${Math.round(share * 100)}`).join(' ');

export function readOpacity(text: string): Opacity {
  const pairs = text.split(' ').map((pair) => pair.split(':') as [string, string | undefined]);
  return Object.fromEntries(pairs.flatMap(([id, share]) => {
    const hundredths = Number(share);
    return known(id) && hundredths >= LEAST_OPACITY * 100 && hundredths < 100 ? [[id, hundredths / 100]] : [];
  }));
}

/** The families that were put in another order, as a list of their groups; empty when none was. */
export function writeOrder(order: Order): string {
  const moved = new Set(order.filter((id) => {
    const family = (of: Order): Order => of.filter((one) => familyOf(one) === familyOf(id));
    return family(order).join() !== family(DEFAULT_ORDER).join();
  }));
  return order.filter((id) => moved.has(id)).join(' ');
}
