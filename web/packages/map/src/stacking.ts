/** Things that stand at the same place on screen: each is given room, in a column, so that all can be read. Pure. */
import type { Position } from '@garance/client';

/**
 * One thing to place. `stands` is false for what only points at a place (a logbook entry): it sits beside the column.
 * `letters` is how long its name is: beside a column, a name needs room to its right.
 */
export type Spot = { id: string; position: Position; stands: boolean; letters?: number };

/** Where a place is on screen now, in pixels: the engine knows tilt, turn and relief. */
export type OnPicture = (position: Position) => { x: number; y: number };

/** Where it is drawn: pixels right and down of its own place; `beside` when its name goes to its right. */
export type Placed = { right_px: number; down_px: number; beside: boolean };

const HALF_WIDE_PX = 27;
const HALF_HIGH_PX = 15;
const NAME_UNDER_PX = 17;
const ROW_PX = 27;
const LETTER_PX = 6.2;
const BESIDE_PX = -38;
const NEXT_PX = -7;
const ENTRY_PX = 11;
const AT_HOME: Placed = { right_px: 0, down_px: 0, beside: false };

type OnScreen = Spot & { x: number; y: number; order: number };
type Extent = { west: number; east: number; north: number; south: number };

/** The places of all of them on this picture. The first of a group keeps its place, so that nothing jumps when one joins. */
export function stacked(spots: readonly Spot[], project: OnPicture): Map<string, Placed> {
  const seen = spots.map((spot, order): OnScreen => ({ ...spot, ...pick(project(spot.position)), order }));
  const groups = gathered(seen.filter(({ stands }) => stands).map((spot) => [spot]));
  const places = new Map<string, Placed>(groups.flatMap(column));
  for (const [id, place] of pointing(seen.filter(({ stands }) => !stands), groups)) places.set(id, place);
  return places;
}

const pick = ({ x, y }: { x: number; y: number }): { x: number; y: number } => ({ x, y });

/** Joins groups whose symbols or names would cover each other, until none does. */
function gathered(groups: OnScreen[][]): OnScreen[][] {
  for (let a = 0; a < groups.length; a += 1) {
    const b = groups.findIndex((group, index) => index > a && cover(extentOf(groups[a]!), extentOf(group)));
    if (b === -1) continue;
    const joined = [...groups[a]!, ...groups[b]!].sort((one, other) => one.order - other.order);
    return gathered([...groups.slice(0, a), joined, ...groups.slice(a + 1).filter((_group, index) => index + a + 1 !== b)]);
  }
  return groups;
}

function extentOf(group: OnScreen[]): Extent {
  const { x, y } = group[0]!;
  const names = group.map(({ letters = 0 }) => letters * LETTER_PX);
  if (group.length === 1) {
    const half = Math.max(HALF_WIDE_PX, names[0]! / 2);
    return { west: x - half, east: x + half, north: y - HALF_HIGH_PX, south: y + HALF_HIGH_PX + (names[0]! > 0 ? NAME_UNDER_PX : 0) };
  }
  return { west: x - HALF_WIDE_PX, east: x + HALF_WIDE_PX + Math.max(...names), north: y - HALF_HIGH_PX, south: y + (group.length - 1) * ROW_PX + HALF_HIGH_PX };
}

const cover = (a: Extent, b: Extent): boolean => a.west < b.east && b.west < a.east && a.north < b.south && b.north < a.south;

/** A column over the first one's place; a thing alone stays where it is, its name under it. */
function column(group: OnScreen[]): [string, Placed][] {
  const first = group[0]!;
  if (group.length === 1) return [[first.id, AT_HOME]];
  return group.map((spot, row) => [
    spot.id, { right_px: Math.round(first.x - spot.x), down_px: Math.round(first.y - spot.y) + row * ROW_PX, beside: true },
  ]);
}

/** What points at the place of a column sits to its left, piled like cards, the last one on top. */
function pointing(spots: OnScreen[], groups: readonly OnScreen[][]): [string, Placed][] {
  const heads = groups.map((group) => ({ first: group[0]!, extent: extentOf(group) }));
  const piles = new Map<OnScreen, number>();
  return spots.map((spot) => {
    const around = { west: spot.x - ENTRY_PX, east: spot.x + ENTRY_PX, north: spot.y - ENTRY_PX, south: spot.y + ENTRY_PX };
    const head = heads.find(({ extent }) => cover(extent, around));
    if (!head) {
      heads.push({ first: spot, extent: around });
      piles.set(spot, 1);
      return [spot.id, AT_HOME];
    }
    const { first } = head;
    const under = piles.get(first) ?? 0;
    piles.set(first, under + 1);
    const right_px = first.x - spot.x + (first.stands ? BESIDE_PX : 0) + under * NEXT_PX;
    return [spot.id, { right_px: Math.round(right_px), down_px: Math.round(first.y - spot.y), beside: false }];
  });
}
