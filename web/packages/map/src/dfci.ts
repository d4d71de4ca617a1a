/**
 * The DFCI squares: the grid on which French wildland firefighters say places, laid on Lambert II extended (NTF).
 * 100 km: a letter each for column and row (neither I nor J), from x = 0 and y = 1,500 km; 20 km: an even figure each;
 * 2 km: a letter and a figure; then 1 to 4 for the quarters, clockwise from north-west, and 5 for the kilometre in the middle.
 */
import type { Position } from '@garance/client';
import proj4 from 'proj4';

/** Three translations bring the datum to WGS 84 within some five metres: enough for squares of one kilometre. */
const LAMBERT_2 = '+proj=lcc +lat_1=46.8 +lat_0=46.8 +lon_0=0 +k_0=0.99987742 +x_0=600000 +y_0=2200000 +a=6378249.2 +b=6356515 +towgs84=-168,-60,320,0,0,0,0 +pm=2.33722917 +units=m +no_defs';
const HUNDREDS = 'ABCDEFGHKLMN';
const TWOS = 'ABCDEFGHKL';
const SOUTH_M = 1_500_000;
const SPAN_M = 1_200_000;
const STEP_100_M = 100_000;
const STEP_20_M = 20_000;
const STEP_2_M = 2_000;
/** The kilometre in the middle of a square of two. */
const MIDDLE_M = 1_000;
const EDGE_M = (STEP_2_M - MIDDLE_M) / 2;

export type Square = { code: string; centre: Position; size_m: number; west_m: number; south_m: number };

export const toLambert2 = (position: Position): Position => proj4(LAMBERT_2).forward([...position]) as Position;
export const fromLambert2 = (flat: Position): Position => proj4(LAMBERT_2).inverse([...flat]) as Position;

/** The code of the square of that size that holds a point of Lambert II extended; null beyond the grid. */
export function dfciCode([x, y]: Position, size_m: 100_000 | 20_000 | 2_000): string | null {
  const north = y - SOUTH_M;
  if (!(x >= 0 && x < SPAN_M && north >= 0 && north < SPAN_M)) return null;
  const step = (value: number, whole: number, part: number): number => Math.floor((value % whole) / part);
  let code = HUNDREDS[Math.floor(x / STEP_100_M)]! + HUNDREDS[Math.floor(north / STEP_100_M)]!;
  if (size_m === STEP_100_M) return code;
  code += `${step(x, STEP_100_M, STEP_20_M) * 2}${step(north, STEP_100_M, STEP_20_M) * 2}`;
  return size_m === STEP_20_M ? code : code + TWOS[step(x, STEP_20_M, STEP_2_M)]! + String(step(north, STEP_20_M, STEP_2_M));
}

/** The finest code of a place, such as `KD42C5.2`; null beyond the grid. */
export function dfciOf(position: Position): string | null {
  const flat = toLambert2(position);
  const code = dfciCode(flat, STEP_2_M);
  return code && `${code}.${quarterOf(flat[0] % STEP_2_M, (flat[1] - SOUTH_M) % STEP_2_M)}`;
}

function quarterOf(x: number, y: number): number {
  const middle = (value: number): boolean => value >= EDGE_M && value < EDGE_M + MIDDLE_M;
  if (middle(x) && middle(y)) return 5;
  if (y >= STEP_2_M / 2) return x < STEP_2_M / 2 ? 1 : 2;
  return x < STEP_2_M / 2 ? 4 : 3;
}

/** South-west corner of each part of a square of two kilometres, in metres from that of the square. */
const CORNERS: Record<string, Position> = { '1': [0, 1_000], '2': [1_000, 1_000], '3': [1_000, 0], '4': [0, 0], '5': [EDGE_M, EDGE_M] };

/** The square that a typed code names, of twenty kilometres or finer; null when it is no such code. */
export function dfciSquare(text: string): Square | null {
  const code = text.replaceAll(' ', '').toUpperCase();
  const parts = /^([A-HK-N])([A-HK-N])([02468])([02468])(?:([A-HKL])(\d)(?:\.?([1-5]))?)?$/.exec(code);
  if (!parts) return null;
  const [, column = '', row = '', x20 = '', y20 = '', x2, y2, quarter] = parts;
  let west_m = HUNDREDS.indexOf(column) * STEP_100_M + (Number(x20) / 2) * STEP_20_M;
  let south_m = SOUTH_M + HUNDREDS.indexOf(row) * STEP_100_M + (Number(y20) / 2) * STEP_20_M;
  let size_m = STEP_20_M;
  if (x2 !== undefined) {
    west_m += TWOS.indexOf(x2) * STEP_2_M;
    south_m += Number(y2) * STEP_2_M;
    size_m = STEP_2_M;
  }
  if (quarter !== undefined) {
    west_m += CORNERS[quarter]![0];
    south_m += CORNERS[quarter]![1];
    size_m = MIDDLE_M;
  }
  return { code, centre: fromLambert2([west_m + size_m / 2, south_m + size_m / 2]), size_m, west_m, south_m };
}
