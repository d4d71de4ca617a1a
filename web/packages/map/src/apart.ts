/** How far apart two places are, as the bird flies. Pure. */
import type { Position } from '@garance/client';

const EARTH_RADIUS_M = 6_371_008.8;
const rad = (deg: number): number => (deg * Math.PI) / 180;

export function metresApart([lon_a, lat_a]: Position, [lon_b, lat_b]: Position): number {
  const half = Math.sin(rad(lat_b - lat_a) / 2) ** 2 + Math.cos(rad(lat_a)) * Math.cos(rad(lat_b)) * Math.sin(rad(lon_b - lon_a) / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half)));
}
