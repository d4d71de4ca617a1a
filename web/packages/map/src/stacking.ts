/** Things that stand at the same place on screen: each is given room, in a column, so that all can be read. Pure. */
import type { Position } from '@garance/client';
import { Boxes, cover, type Extent } from './boxes.ts';

/**
 * One thing to place. `stands` is false for what only points at a place (a logbook entry): it sits beside the column.
 * `moves` is true for what is never put aside: drawn where it is, or left to its dot; `bare` lets it be drawn without its
 * name where there is no room for both. `area` is true for the sign of a whole area, that may stand a little aside. `must` is true for what has no dot: it is drawn, or counted
 * when its column is full. `letters` is how long its
 * name is: beside a column, a name needs room to its right.
 */
export type Spot = { id: string; position: Position; stands: boolean; moves?: boolean; bare?: boolean; area?: boolean; must?: boolean; letters?: number };

/** What stands on the map by itself, that nothing else may cover: from its place, how far it reaches. */
export type Fixed = { position: Position; west_px: number; east_px: number; north_px: number; south_px: number };

/** Where a place is on screen now, in pixels: the engine knows tilt, turn and relief. */
export type OnPicture = (position: Position) => { x: number; y: number };

/**
 * Where it is drawn: pixels right and down of its own place; `beside` when its name goes to its right. `letters` is how
 * many of its name have room, when that is not all of them.
 */
export type Placed = { right_px: number; down_px: number; beside: boolean; letters?: number };

/** Those for whom a column had no more room, counted in its last row. */
export type Crowd = { id: string; position: Position; right_px: number; down_px: number; members: string[] };

/** `dotted` are those that could not be drawn without covering another. */
export type Stacking = { places: Map<string, Placed>; crowds: Crowd[]; dotted: Set<string> };

/** More rows than this, or than the picture has room for, and the last one says how many others there are. */
export const MOST_ROWS = 8;
/** A column gathers what is about at one place: no farther than this from its head. */
const REACH_X_PX = 100;
const REACH_Y_PX = 230;
/** So near, what has no room is counted under the symbol that has it. */
const SAME_PX = 14;
const UNDER_NAME_PX = 41;
/** Fewer than this are dots around the symbol: a count would say less. */
const LEAST_COUNTED = 3;
const HALF_WIDE_PX = 27;
const HALF_HIGH_PX = 15;
const NAME_UNDER_PX = 17;
const ROW_PX = 27;
const LETTER_PX = 6.2;
/** Beside a column a longer name is cut. */
const MOST_LETTERS = 24;
/** So few letters would say nothing. */
const LEAST_LETTERS = 4;
const BESIDE_PX = -38;
const NEXT_PX = -7;
const ENTRY_PX = 11;
/** Nearest first. */
const NUDGES_PX: readonly (readonly [number, number])[] = [[0, 0], [0, -32], [0, 32], [-56, 0], [56, 0], [-56, -32], [56, -32], [-56, 32], [56, 32], [-84, 0], [0, -64], [0, 64]];
const AT_HOME: Placed = { right_px: 0, down_px: 0, beside: false };

type OnScreen = Spot & { must: boolean; kept: boolean; x: number; y: number; order: number };
/** What a column takes on screen. */
type Room = { first: OnScreen; rows: number; letters: number };
type Group = Room & { members: OnScreen[] };

/**
 * The places of all of them on this picture. The first of a group keeps its place, so that nothing jumps when one joins.
 * `kept` is drawn whatever happens. No symbol of a column is below `bottom_px` but its first.
 */
export function stacked(spots: readonly Spot[], project: OnPicture, kept = '', fixed: readonly Fixed[] = [], bottom_px = Infinity): Stacking {
  const seen = spots.map((spot, order): OnScreen => {
    const { x, y } = project(spot.position);
    return { ...spot, must: spot.must === true || spot.id === kept, kept: spot.id === kept, x, y, order };
  });
  const result: Stacking = { places: new Map(), crowds: [], dotted: new Set() };
  const { groups, taken, loose } = gathered(seen.filter(({ stands, moves }) => stands && !moves));
  const heads = new Boxes<OnScreen>();
  const symbols = new Boxes<Group>();
  for (const group of groups) {
    heads.put(group.first, extentOf(group));
    symbols.put(group, symbolsOf(group));
  }
  const walls = fixed.map((one) => wallOf(one, project));
  for (const [n, extent] of walls.entries()) {
    const { position } = fixed[n]!;
    const first: OnScreen = { id: `fixed ${n}`, position, stands: true, must: true, kept: false, ...project(position), order: n };
    // Never counted with what stands there: it has a row of its own.
    const wall: Group = { ...alone(first), rows: 2 };
    taken.put(wall, extent);
    symbols.put(wall, extent);
    heads.put(first, extent);
  }
  const sides = [...walls, ...[...groups].map(symbolsOf)];
  for (const group of groups) column(group, sides, bottom_px, result);
  sparse([...loose, ...seen.filter(({ moves }) => moves)], { taken, symbols, heads }, result);
  pointing(seen.filter(({ stands }) => !stands), heads, result.places);
  return result;
}

const alone = (spot: OnScreen): Group => ({ first: spot, rows: 1, letters: spot.letters ?? 0, members: [spot] });

/** Joins things whose symbols or names would cover each other, until none does; what is too far to be joined is loose. */
function gathered(spots: readonly OnScreen[]): { groups: Set<Group>; taken: Boxes<Group>; loose: OnScreen[] } {
  const taken = new Boxes<Group>();
  const groups = new Set<Group>();
  const loose: OnScreen[] = [];
  for (const spot of spots) {
    const others = joining(spot, taken);
    if (others === null) {
      loose.push(spot);
      continue;
    }
    for (const other of others) groups.delete(other);
    const group = others.reduce(joined, alone(spot));
    taken.put(group, extentOf(group));
    groups.add(group);
  }
  for (const { members } of groups) members.sort((a, b) => a.order - b.order);
  return { groups, taken, loose };
}

/**
 * The groups that a thing joins into one, no longer taking room; null, and nothing changed, when one is out of reach.
 * A group out of reach that only a name touches is left where it is.
 */
function joining(spot: OnScreen, taken: Boxes<Group>): Group[] | null {
  const others: Group[] = [];
  const aside = new Set<Group>();
  let room: Room = alone(spot);
  for (let other = taken.covered(extentOf(room)); other; other = taken.covered(extentOf(room), aside)) {
    if (Math.abs(other.first.x - room.first.x) > REACH_X_PX || Math.abs(other.first.y - room.first.y) > REACH_Y_PX) {
      aside.add(other);
      if (!cover(symbolsOf(other), symbolsOf(room))) continue;
      for (const one of others) taken.put(one, extentOf(one));
      return null;
    }
    taken.take(other);
    others.push(other);
    room = roomOf(room, other);
  }
  return others;
}

const roomOf = (one: Room, other: Room): Room => ({
  first: one.first.order < other.first.order ? one.first : other.first, rows: one.rows + other.rows, letters: Math.max(one.letters, other.letters),
});

/** The larger one takes the smaller: no thing is copied more than a few times. */
function joined(one: Group, other: Group): Group {
  const [large, small] = one.rows >= other.rows ? [one, other] : [other, one];
  for (const member of small.members) large.members.push(member);
  return { ...roomOf(one, other), members: large.members };
}

/** What the symbols alone take. */
const symbolsOf = (room: Room): Extent => extentOf({ ...room, letters: 0 });

function wallOf({ position, west_px, east_px, north_px, south_px }: Fixed, project: OnPicture): Extent {
  const { x, y } = project(position);
  return { west: x - west_px, east: x + east_px, north: y - north_px, south: y + south_px };
}

function extentOf({ first: { x, y }, rows, letters }: Room): Extent {
  if (rows === 1) {
    const half = Math.max(HALF_WIDE_PX, (letters * LETTER_PX) / 2);
    return { west: x - half, east: x + half, north: y - HALF_HIGH_PX, south: y + HALF_HIGH_PX + (letters > 0 ? NAME_UNDER_PX : 0) };
  }
  return { west: x - HALF_WIDE_PX, east: x + HALF_WIDE_PX + Math.min(letters, MOST_LETTERS) * LETTER_PX, north: y - HALF_HIGH_PX, south: y + (Math.min(rows, MOST_ROWS) - 1) * ROW_PX + HALF_HIGH_PX };
}

/** A column over the first one's place; a thing alone stays where it is, its name under it. `sides` are what no name may cover. */
function column({ first, members }: Group, sides: readonly Extent[], bottom_px: number, { places, crowds }: Stacking): void {
  if (members.length === 1) return void places.set(first.id, AT_HOME);
  const rows = Math.max(1, Math.min(MOST_ROWS, Math.floor((bottom_px - first.y) / ROW_PX) + 1));
  const { shown, counted } = rowsOf(members, rows);
  shown.forEach((spot, row) => {
    const room = lettersBeside(first.x + HALF_WIDE_PX, first.y + row * ROW_PX, sides);
    const cut = (spot.letters ?? 0) > room ? { letters: room } : {};
    places.set(spot.id, { right_px: Math.round(first.x - spot.x), down_px: Math.round(first.y - spot.y) + row * ROW_PX, beside: true, ...cut });
  });
  if (counted.length > 0) crowds.push({ id: first.id, position: first.position, right_px: 0, down_px: shown.length * ROW_PX, members: counted.map(({ id }) => id) });
}

/** How many letters have room in a row, from there to the next thing on its right. */
function lettersBeside(from_px: number, y: number, sides: readonly Extent[]): number {
  const line = { north: y - NAME_UNDER_PX / 2, south: y + NAME_UNDER_PX / 2 };
  let room_px = MOST_LETTERS * LETTER_PX;
  for (const { west, north, south } of sides) {
    if (north < line.south && line.north < south && west >= from_px - HALF_WIDE_PX) room_px = Math.min(room_px, west - from_px);
  }
  const letters = Math.max(0, Math.floor(room_px / LETTER_PX));
  return letters < LEAST_LETTERS ? 0 : letters;
}

/** In a full column, the first keeps its row, then come the one in hand, what has no dot, the others while there is room. */
function rowsOf(members: readonly OnScreen[], rows: number): { shown: readonly OnScreen[]; counted: OnScreen[] } {
  if (members.length <= rows) return { shown: members, counted: [] };
  const [first, ...others] = members as [OnScreen, ...OnScreen[]];
  const rank = ({ kept, must }: OnScreen): number => (kept ? 0 : must ? 1 : 2);
  const shown = new Set([first, ...others.toSorted((a, b) => rank(a) - rank(b)).slice(0, Math.max(0, rows - 2))]);
  return { shown: members.filter((spot) => shown.has(spot)), counted: members.filter((spot) => !shown.has(spot)) };
}

/** What is taken on screen: by symbols with their names, by symbols alone, by what an entry may point at. */
type Held = { taken: Boxes<Group>; symbols: Boxes<Group>; heads: Boxes<OnScreen> };

/**
 * Those that no column holds stand at their own places, the first ones first, where nothing else is; the others are dots.
 * Among few, a name in the way is no reason to become one: a symbol is.
 */
function sparse(spots: OnScreen[], { taken, symbols, heads }: Held, { places, crowds, dotted }: Stacking): void {
  const under = new Map<OnScreen, string[]>();
  for (const spot of spots.sort((a, b) => Number(b.must) - Number(a.must) || a.order - b.order)) {
    const [right_px, down_px] = spot.area ? aside(spot, symbols) : [0, 0];
    const group = alone({ ...spot, x: spot.x + right_px, y: spot.y + down_px });
    const extent = extentOf(group);
    const symbol = symbolsOf(group);
    const bare = (spot.bare === true || !spot.must) && taken.covered(extent) !== undefined;
    const other = spot.must ? undefined : spot.moves ? taken.covered(spot.bare ? symbol : extent) : symbols.covered(symbol);
    if (!other) {
      taken.put(group, bare ? symbol : extent);
      symbols.put(group, symbol);
      heads.put(spot, extent);
      places.set(spot.id, { ...AT_HOME, right_px, down_px, ...(bare ? { letters: 0 } : {}) });
    } else if (other.rows === 1 && Math.hypot(other.first.x - spot.x, other.first.y - spot.y) <= SAME_PX) {
      under.set(other.first, [...(under.get(other.first) ?? []), spot.id]);
    } else {
      dotted.add(spot.id);
    }
  }
  for (const [{ id, position }, members] of under) {
    if (members.length < LEAST_COUNTED) for (const member of members) dotted.add(member);
    else crowds.push({ id, position, right_px: 0, down_px: UNDER_NAME_PX, members });
  }
}

/** How far aside the sign of an area goes so as to cover no symbol: not at all when there is no room about. */
function aside({ x, y, ...spot }: OnScreen, symbols: Boxes<Group>): readonly [number, number] {
  return NUDGES_PX.find(([right, down]) => !symbols.covered(symbolsOf(alone({ ...spot, x: x + right, y: y + down })))) ?? [0, 0];
}

/** What points at the place of a column sits to its left, piled like cards, the last one on top. */
function pointing(spots: readonly OnScreen[], heads: Boxes<OnScreen>, places: Map<string, Placed>): void {
  const piles = new Map<OnScreen, number>();
  for (const spot of spots) {
    const around = { west: spot.x - ENTRY_PX, east: spot.x + ENTRY_PX, north: spot.y - ENTRY_PX, south: spot.y + ENTRY_PX };
    const first = heads.covered(around);
    if (!first) {
      heads.put(spot, around);
      piles.set(spot, 1);
      places.set(spot.id, AT_HOME);
      continue;
    }
    const under = piles.get(first) ?? 0;
    piles.set(first, under + 1);
    const right_px = first.x - spot.x + (first.stands ? BESIDE_PX : 0) + under * NEXT_PX;
    places.set(spot.id, { right_px: Math.round(right_px), down_px: Math.round(first.y - spot.y), beside: false });
  }
}
