/** Which units are drawn as symbols and which as dots: the symbols are for those that matter here and now. Pure. */
import type { Position } from '@garance/client';
import { flies } from './codes.ts';
import { SEEN_MS, type Unit } from './features.ts';
import type { Spot } from './stacking.ts';

/** Up to so many in view, each has its symbol; beyond, symbols keep apart from each other and the rest are dots. */
export const FEW = 60;
/** Symbols tried in one view. */
export const MOST_SYMBOLS = 300;

/** What decides: the box in view, its middle, and who must be seen whatever happens. */
export type Look = { box: readonly [number, number, number, number]; centre: Position; selected: string; followed: string };

export type Chosen = { symbols: Unit[]; crowded: boolean };

const WEIGHTS: Record<string, number> = { engaged: 0, 'in-transit': 1, arrived: 2, requested: 3, validated: 3, available: 4, released: 5, 'out-of-service': 6 };
/** One that has its symbol keeps it against one slightly nearer: nothing blinks while all move. */
const KEPT = -0.3;
/** From the middle of the view to its edge, distance weighs as much as two steps of state. */
const FAR = 2;

const within = ([west, south, east, north]: Look['box'], [lon, lat]: Position): boolean => lon >= west && lon <= east && lat >= south && lat <= north;

/** The units to draw as symbols, the first ones first; `before` are those that were. */
export function chosen(units: readonly Unit[], look: Look, before: ReadonlySet<string>): Chosen {
  if (units.length <= FEW) return { symbols: [...units], crowded: false };
  const wanted = (id: string): boolean => id === look.selected || id === look.followed;
  const seen = units.filter(({ resource, position }) => within(look.box, position) || wanted(resource.id));
  if (seen.length <= FEW) return { symbols: seen, crowded: false };
  const [west, south, east, north] = look.box;
  const score = ({ resource: { id, state }, position: [lon, lat] }: Unit): number => {
    if (wanted(id)) return -Infinity;
    const off = Math.hypot((2 * (lon - look.centre[0])) / (east - west || 1), (2 * (lat - look.centre[1])) / (north - south || 1));
    return (WEIGHTS[state] ?? 4) + FAR * off + (before.has(id) ? KEPT : 0);
  };
  const scored = seen.map((unit) => ({ unit, score: score(unit) })).sort((a, b) => a.score - b.score);
  return { symbols: scored.slice(0, MOST_SYMBOLS).map(({ unit }) => unit), crowded: true };
}

/** Whether a unit goes somewhere now: then its symbol is at its place, or nowhere. */
export const moving = ({ source, course_deg, at_ms }: Unit, now_ms: number): boolean => source === 'track' && course_deg !== null && now_ms - at_ms <= SEEN_MS;

/**
 * The symbols as things to place. Among few, what moves is drawn where it is, without its name or as a dot where it would
 * cover something; what flies is always drawn. Among many, none is put aside.
 */
export function unitSpots({ symbols, crowded }: Chosen, now_ms: number): Spot[] {
  return symbols.flatMap((unit): Spot[] => {
    const { resource: { id, name, kind }, position } = unit;
    const moves = flies(kind) ? unit.source === 'track' : moving(unit, now_ms);
    const alive = moves && !crowded ? { moves: true, bare: true, must: flies(kind) } : {};
    return [{ id, position, stands: true, letters: name.length, ...(crowded ? { moves: true } : alive) }];
  });
}
