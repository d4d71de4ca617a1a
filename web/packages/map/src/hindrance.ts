/** What stands in the way of a route: drawings of the situation that it goes through or along. Pure. */
import type { Geometry, Position, Shape } from '@garance/client';
import { boxOf } from './features.ts';
import { crossing } from './segments.ts';

/** Kinds that close a way, or make it dangerous. */
const KINDS = new Set(['flooded-area', 'danger-zone', 'plume', 'breach', 'perimeter', 'road-cut']);
/** A cut is drawn on its road by hand, or beside it. */
const BESIDE_M = 25;
const DEGREE_M = 111_195;

type Flat = [x_m: number, y_m: number];

/** The drawings in force that this way meets, in no order. Planned ones count: the road may be closed on arrival. */
export function hindrances(way: readonly Position[], shapes: readonly Shape[]): Shape[] {
  const line: Geometry = { type: 'LineString', coordinates: [...way] };
  return shapes.filter(({ kind, geometry, state }) => KINDS.has(kind) && state !== 'done' && state !== 'cancelled' && near(line, geometry) && meets(way, geometry));
}

function meets(way: readonly Position[], geometry: Geometry): boolean {
  if (geometry.type === 'Point') return beside(way, [geometry.coordinates]);
  if (geometry.type === 'LineString') return cross(way, geometry.coordinates) || beside(way, geometry.coordinates);
  const [outline = [], ...holes] = geometry.coordinates;
  const inside = (place: Position): boolean => within(place, outline) && !holes.some((hole) => within(place, hole));
  return way.some(inside) || geometry.coordinates.some((ring) => cross(way, ring));
}

const cross = (way: readonly Position[], line: readonly Position[]): boolean =>
  way.some((a, i) => i > 0 && line.some((c, j) => j > 0 && crossing(way[i - 1]!, a, line[j - 1]!, c)));

/** Whether any of these places is on the way, or beside it. */
function beside(way: readonly Position[], places: readonly Position[]): boolean {
  const east = Math.cos(((way[0]?.[1] ?? 0) * Math.PI) / 180);
  const flat = ([lon, lat]: Position): Flat => [lon * DEGREE_M * east, lat * DEGREE_M];
  const line = way.map(flat);
  return places.map(flat).some((place) => line.some((end, i) => apart(place, line[Math.max(0, i - 1)]!, end) <= BESIDE_M));
}

/** From a place to the nearest of a segment. */
function apart([x, y]: Flat, [ax, ay]: Flat, [bx, by]: Flat): number {
  const [dx, dy] = [bx - ax, by - ay];
  const long = dx * dx + dy * dy;
  const share = long === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / long));
  return Math.hypot(ax + share * dx - x, ay + share * dy - y);
}

function within([x, y]: Position, ring: readonly Position[]): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [[ax, ay], [bx, by]] = [ring[i]!, ring[j]!];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Whether the two are near enough to meet at all. */
function near(one: Geometry, other: Geometry): boolean {
  const margin = (2 * BESIDE_M) / DEGREE_M;
  const [[west, south, east, north], [w, s, e, n]] = [boxOf(one), boxOf(other)];
  return w <= east + margin && e >= west - margin && s <= north + margin && n >= south - margin;
}
