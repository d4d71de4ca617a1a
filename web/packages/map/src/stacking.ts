/** Things that stand at the same place on screen: each is given room, in a column, so that all can be read. Pure. */
import type { Position } from '@garance/client';

/** One thing to place. `stands` is false for what only points at a place (a logbook entry): it sits beside the column. */
export type Spot = { id: string; position: Position; stands: boolean };

/** Where it is drawn: pixels right and down of its own place; `beside` when its name goes to its right. */
export type Placed = { right_px: number; down_px: number; beside: boolean };

const NEAR_RIGHT_PX = 58;
const NEAR_DOWN_PX = 34;
const ROW_PX = 27;
const BESIDE_PX = -36;
const NEXT_PX = -22;
const TILE_PX = 512;

const AT_HOME: Placed = { right_px: 0, down_px: 0, beside: false };

type OnScreen = Spot & { x: number; y: number };

function onScreen(spot: Spot, zoom: number): OnScreen {
  const world = TILE_PX * 2 ** zoom;
  const [lon, lat] = spot.position;
  const y = (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;
  return { ...spot, x: ((lon + 180) / 360) * world, y: y * world };
}

const near = (a: OnScreen, b: OnScreen): boolean => Math.abs(a.x - b.x) < NEAR_RIGHT_PX && Math.abs(a.y - b.y) < NEAR_DOWN_PX;

/** The places of all of them at that zoom. The first of a group keeps its place, so that nothing jumps when one joins. */
export function stacked(spots: readonly Spot[], zoom: number): Map<string, Placed> {
  const groups: OnScreen[][] = [];
  for (const spot of spots.filter(({ stands }) => stands).map((one) => onScreen(one, zoom))) {
    const group = groups.find(([first]) => near(first!, spot));
    if (group) group.push(spot);
    else groups.push([spot]);
  }
  const places = new Map<string, Placed>(groups.flatMap((group) => column(group)));
  const beside = new Map<OnScreen, number>();
  for (const spot of spots.filter(({ stands }) => !stands).map((one) => onScreen(one, zoom))) {
    const first = groups.find(([head]) => near(head!, spot))?.[0];
    if (!first) groups.push([spot]);
    const order = first ? (beside.get(first) ?? (first.stands ? 0 : 1)) : 0;
    if (first) beside.set(first, order + 1);
    places.set(spot.id, first ? besideOf(first, spot, order) : AT_HOME);
  }
  return places;
}

/** To the left of a column, or of the first entry of the place. */
function besideOf(first: OnScreen, spot: OnScreen, order: number): Placed {
  const right_px = first.x - spot.x + (first.stands ? BESIDE_PX : 0) + order * NEXT_PX;
  return { right_px: Math.round(right_px), down_px: Math.round(first.y - spot.y), beside: false };
}

/** A column over the first one's place; a thing alone stays where it is, its name under it. */
function column(group: OnScreen[]): [string, Placed][] {
  const [first] = group;
  if (group.length === 1) return [[first!.id, AT_HOME]];
  return group.map((spot, row) => [
    spot.id, { right_px: Math.round(first!.x - spot.x), down_px: Math.round(first!.y - spot.y) + row * ROW_PX, beside: true },
  ]);
}
