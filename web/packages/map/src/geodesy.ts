/** Distances, bearings and areas on the sphere the server measures with. Pure. */
import type { Geometry, Position } from '@garance/client';

/** Mean radius of the Earth (IUGG, R1). */
export const EARTH_RADIUS_M = 6_371_008.8;
const DIGITS = 7;

const rad = (deg: number): number => (deg * Math.PI) / 180;
const deg = (angle: number): number => (angle * 180) / Math.PI;

/** A place as it is written in a fact. */
export const rounded = ([lon, lat]: Position): Position => [Number(lon.toFixed(DIGITS)), Number(lat.toFixed(DIGITS))];

/** An angle brought between 0 and 360. */
export const turned = (angle_deg: number): number => ((angle_deg % 360) + 360) % 360;

export function distance_m(a: Position, b: Position): number {
  const [lat_a, lat_b] = [rad(a[1]), rad(b[1])];
  const half = Math.sin((lat_b - lat_a) / 2) ** 2 + Math.cos(lat_a) * Math.cos(lat_b) * Math.sin(rad(b[0] - a[0]) / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** Degrees clockwise from true north, leaving `a` towards `b`. */
export function bearing_deg(a: Position, b: Position): number {
  const [lat_a, lat_b, turn] = [rad(a[1]), rad(b[1]), rad(b[0] - a[0])];
  const north = Math.cos(lat_a) * Math.sin(lat_b) - Math.sin(lat_a) * Math.cos(lat_b) * Math.cos(turn);
  return turned(deg(Math.atan2(Math.sin(turn) * Math.cos(lat_b), north)));
}

/** The place reached from there, straight on along a great circle. */
export function destination(from: Position, towards_deg: number, far_m: number): Position {
  const [lat, angle, way] = [rad(from[1]), far_m / EARTH_RADIUS_M, rad(towards_deg)];
  const there = Math.asin(Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(way));
  const turn = Math.atan2(Math.sin(way) * Math.sin(angle) * Math.cos(lat), Math.cos(angle) - Math.sin(lat) * Math.sin(there));
  return [((from[0] + deg(turn) + 540) % 360) - 180, deg(there)];
}

export const length_m = (line: readonly Position[]): number =>
  line.slice(1).reduce((sum, point, index) => sum + distance_m(line[index]!, point), 0);

/** The area within a ring, whichever way it turns. */
export function area_m2(ring: readonly Position[]): number {
  let sum = 0;
  for (let i = 0; i < ring.length; i += 1) {
    const [a, b] = [ring[i]!, ring[(i + 1) % ring.length]!];
    sum += rad(b[0] - a[0]) * (2 + Math.sin(rad(a[1])) + Math.sin(rad(b[1])));
  }
  return Math.abs((sum * EARTH_RADIUS_M ** 2) / 2);
}

/** How long a line or a contour is, and what a zone covers, its holes taken away. */
export type Measures = { length_m: number | null; area_m2: number | null };

export function measuresOf(geometry: Geometry): Measures {
  if (geometry.type === 'Point') return { length_m: null, area_m2: null };
  if (geometry.type === 'LineString') return { length_m: length_m(geometry.coordinates), area_m2: null };
  const [outer = [], ...holes] = geometry.coordinates;
  return { length_m: length_m(outer), area_m2: area_m2(outer) - holes.reduce((sum, hole) => sum + area_m2(hole), 0) };
}
