/** The units as a list: those asked for, in the order asked for. Pure. */
import type { Position, Resource } from '@garance/client';
import { distance_m } from './geodesy.ts';
import { DOTS, stalenessOf } from './dot_looks.ts';
import type { Unit } from './features.ts';

export const SORTS = ['state', 'name', 'kind', 'distance', 'freshness'] as const;
export type Sort = (typeof SORTS)[number];
export const AGES = ['fresh', 'ageing', 'stale', 'given', 'nowhere'] as const;
export type Age = (typeof AGES)[number];

export type Asked = { words: string; state: string; kind: string; age: Age | ''; only: ReadonlySet<string> | null; sort: Sort; from: Position | null };
export type Row = { resource: Resource; unit: Unit | null; away_m: number | null };

/** States as a person reads them: what is at work first. */
export const STATE_ORDER: readonly string[] = Object.keys(DOTS);

/** Lower case, without accents: what people type. */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const alphabet = new Intl.Collator('fr', { numeric: true, sensitivity: 'base' });

/** What can be said of how sure a place is: measured and how long ago, given by someone, or unknown. */
export function ageOf(unit: Unit | null, now_ms: number): Age {
  if (!unit) return 'nowhere';
  if (unit.source === 'fact') return 'given';
  return (['fresh', 'ageing', 'stale'] as const)[stalenessOf(unit, now_ms)];
}

const rankOf = (state: string): number => {
  const rank = STATE_ORDER.indexOf(state);
  return rank < 0 ? STATE_ORDER.length : rank;
};

const ORDERS: Record<Sort, (a: Row, b: Row) => number> = {
  state: (a, b) => rankOf(a.resource.state) - rankOf(b.resource.state),
  name: (a, b) => alphabet.compare(a.resource.name, b.resource.name),
  kind: (a, b) => alphabet.compare(a.resource.kind, b.resource.kind) || alphabet.compare(a.resource.name, b.resource.name),
  distance: (a, b) => (a.away_m ?? Infinity) - (b.away_m ?? Infinity) || 0,
  freshness: (a, b) => (b.unit?.at_ms ?? -Infinity) - (a.unit?.at_ms ?? -Infinity) || 0,
};

/** How many there are in each state, whatever is asked, in the order of states. */
export function stateCounts(resources: readonly Resource[]): { state: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { state } of resources) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => ({ state, count })).sort((a, b) => rankOf(a.state) - rankOf(b.state));
}

/** The rows asked for. Things that compare equal keep the order they were declared in. */
export function roster(resources: readonly Resource[], units: readonly Unit[], asked: Asked, now_ms: number): Row[] {
  const at = new Map(units.map((unit) => [unit.resource.id, unit]));
  const words = plain(asked.words.trim());
  const rows = resources.flatMap((resource): Row[] => {
    if (asked.only && !asked.only.has(resource.id)) return [];
    if ((asked.state && resource.state !== asked.state) || (asked.kind && resource.kind !== asked.kind)) return [];
    if (words && !plain(resource.name).includes(words)) return [];
    const unit = at.get(resource.id) ?? null;
    if (asked.age && ageOf(unit, now_ms) !== asked.age) return [];
    return [{ resource, unit, away_m: asked.from && unit ? distance_m(asked.from, unit.position) : null }];
  });
  return rows.sort(ORDERS[asked.sort]);
}
