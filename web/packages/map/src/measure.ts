/** Distances, bearings and areas on the ellipsoid of WGS 84: never on the flattened map. */
import type { Position } from '@garance/client';
import geographiclib from 'geographiclib-geodesic';

const earth = geographiclib.Geodesic.WGS84;

export type Leg = { length_m: number; bearing_deg: number };

const bearing = (azimuth_deg: number): number => (azimuth_deg + 360) % 360;

/** From one place to another: metres, and the way to face when leaving. */
export function leg(from: Position, to: Position): Leg {
  const { s12 = 0, azi1 = 0 } = earth.Inverse(from[1], from[0], to[1], to[0]);
  return { length_m: s12, bearing_deg: bearing(azi1) };
}

export const legs = (points: readonly Position[]): Leg[] => points.slice(1).map((point, index) => leg(points[index]!, point));
export const lengthOf = (points: readonly Position[]): number => legs(points).reduce((sum, { length_m }) => sum + length_m, 0);

/** Where one comes that far in that direction. */
export function ahead(from: Position, bearing_deg: number, length_m: number): Position {
  const { lon2 = 0, lat2 = 0 } = earth.Direct(from[1], from[0], bearing_deg, length_m);
  return [lon2, lat2];
}

/** Area within an outline and the way around it; the outline closes itself and may turn either way. */
export function areaOf(points: readonly Position[]): { area_m2: number; perimeter_m: number } {
  const outline = earth.Polygon(false);
  for (const [lon, lat] of points) outline.AddPoint(lat, lon);
  const { area = 0, perimeter } = outline.Compute(false, true);
  return { area_m2: Math.abs(area), perimeter_m: perimeter };
}

const SIDES = 96;

/** A circle as a closed outline whose corners are that far from the centre. */
export function circle(centre: Position, radius_m: number): Position[] {
  const around = Array.from({ length: SIDES }, (_, side) => ahead(centre, (side * 360) / SIDES, radius_m));
  return [...around, around[0]!];
}

/** The place at that distance along a line; its end when the line is shorter. */
export function along(points: readonly Position[], distance_m: number): Position {
  let left_m = distance_m;
  for (const [index, { length_m, bearing_deg }] of legs(points).entries()) {
    if (left_m <= length_m) return ahead(points[index]!, bearing_deg, left_m);
    left_m -= length_m;
  }
  return points.at(-1)!;
}

const ROSE = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const;
export type Wind = (typeof ROSE)[number];
export const windOf = (bearing_deg: number): Wind => ROSE[Math.round(bearing_deg / 45) % ROSE.length]!;
