/** The lines and words of a grid over what the map shows: degrees, UTM kilometres, DFCI squares. */
import type { Position } from '@garance/client';
import { fromUtm, toUtm, zoneOf } from './coordinates.ts';
import { dfciCode, fromLambert2, toLambert2 } from './dfci.ts';
import { collection, type Collection, type Feature } from './features.ts';
import type { Grid } from './grids.ts';

type Box = readonly [number, number, number, number];

/** At most this many lines each way: beyond, a grid is a veil. */
const MOST_LINES = 10;
const BENDS = 12;
/** In seconds of arc. */
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 18_000, 36_000];
const STEPS_UTM_M = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];
const STEPS_DFCI_M = [2_000, 20_000, 100_000] as const;

const line = (coordinates: Position[]): Feature => ({ type: 'Feature', geometry: { type: 'LineString', coordinates }, properties: {} });
const word = (coordinates: Position, text: string): Feature => ({ type: 'Feature', geometry: { type: 'Point', coordinates }, properties: { text } });
/** The multiples of a step between two values, which come out exact. */
const marks = (low: number, high: number, step: number): number[] =>
  Array.from({ length: Math.max(0, Math.floor(high / step) - Math.ceil(low / step) + 1) }, (_, index) => (Math.ceil(low / step) + index) * step);
const between = (low: number, high: number): number[] => Array.from({ length: BENDS + 1 }, (_, bend) => low + ((high - low) * bend) / BENDS);

/** `south` and `west` are the letters of those winds. Nothing where that grid does not reach. */
export function graticule(grid: Grid, box: Box, winds: { south: string; west: string; east: string; north: string }): Collection {
  if (grid === 'degrees') return degrees(box, winds);
  if (grid === 'utm') return utm(box);
  return grid === 'dfci' ? dfci(box) : collection([]);
}

/** Words stand a little inside the view, where nothing else of the map's frame is. */
const inside = ([west, south, east, north]: Box): Position => [east - (east - west) * 0.08, south + (north - south) * 0.06];

function degrees(box: Box, winds: { south: string; west: string; east: string; north: string }): Collection {
  const [west, south, east, north] = box;
  const span_s = Math.max(east - west, north - south) * 3_600;
  const step = STEPS_S.find((each) => span_s / each <= MOST_LINES) ?? STEPS_S.at(-1)!;
  const [edge, foot] = inside(box);
  const said = (value_s: number, plus: string, minus: string): string => {
    const whole = Math.abs(Math.round(value_s));
    const [degree, minute, second] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
    return `${degree}°${step % 3_600 === 0 ? '' : `${String(minute).padStart(2, '0')}′`}${step % 60 === 0 ? '' : `${String(second).padStart(2, '0')}″`} ${value_s < 0 ? minus : plus}`;
  };
  const columns = marks(west * 3_600, east * 3_600, step).map((lon_s) => [line([[lon_s / 3_600, south], [lon_s / 3_600, north]]), word([lon_s / 3_600, foot], said(lon_s, winds.east, winds.west))]);
  const rows = marks(south * 3_600, north * 3_600, step).map((lat_s) => [line([[west, lat_s / 3_600], [east, lat_s / 3_600]]), word([edge, lat_s / 3_600], said(lat_s, winds.north, winds.south))]);
  return collection([...columns, ...rows].flat());
}

/** The box of a plane that holds a box of degrees, whose sides are curves there. */
function flatBox([west, south, east, north]: Box, to: (position: Position) => Position): Box {
  const rim = [...between(west, east).flatMap((lon): Position[] => [[lon, south], [lon, north]]), ...between(south, north).flatMap((lat): Position[] => [[west, lat], [east, lat]])].map(to);
  const [xs, ys] = [rim.map(([x]) => x), rim.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

const lines = ([low_x, low_y, high_x, high_y]: Box, xs: number[], ys: number[], from: (flat: Position) => Position): Feature[] => [
  ...xs.map((x) => line(between(low_y, high_y).map((y) => from([x, y])))),
  ...ys.map((y) => line(between(low_x, high_x).map((x) => from([x, y])))),
];

function utm(box: Box): Collection {
  const [west, south, east, north] = box;
  const middle: Position = [(west + east) / 2, (south + north) / 2];
  const zone = zoneOf(middle);
  if (zone === null || east - west > 12) return collection([]);
  const from = (flat: Position): Position => fromUtm(flat, zone, middle[1] < 0);
  const flat = flatBox(box, (position) => toUtm(position, zone));
  const step = STEPS_UTM_M.find((each) => Math.max(flat[2] - flat[0], flat[3] - flat[1]) / each <= MOST_LINES) ?? STEPS_UTM_M.at(-1)!;
  const [xs, ys] = [marks(flat[0], flat[2], step), marks(flat[1], flat[3], step)];
  const [edge, foot] = toUtm(inside(box), zone);
  const said = (value: number): string => (step < 1_000 ? (value / 1_000).toFixed(1) : String(value / 1_000));
  return collection([
    ...lines(flat, xs, ys, from),
    ...xs.map((x) => word(from([x, foot]), `${said(x)} E`)), ...ys.map((y) => word(from([edge, y]), `${said(y)} N`)),
  ]);
}

function dfci(box: Box): Collection {
  const [west, south, east, north] = box;
  if (east - west > 25 || north < 40 || south > 53 || east < -8 || west > 12) return collection([]);
  const flat = flatBox(box, toLambert2);
  const step = STEPS_DFCI_M.find((each) => Math.max(flat[2] - flat[0], flat[3] - flat[1]) / each <= MOST_LINES) ?? STEPS_DFCI_M.at(-1)!;
  const whole: Box = [Math.floor(flat[0] / step) * step, Math.floor(flat[1] / step) * step, Math.ceil(flat[2] / step) * step, Math.ceil(flat[3] / step) * step];
  const [xs, ys] = [marks(whole[0], whole[2], step), marks(whole[1], whole[3], step)];
  const names = xs.flatMap((x) => ys.flatMap((y) => {
    const middle: Position = [x + step / 2, y + step / 2];
    const code = dfciCode(middle, step);
    return code ? [word(fromLambert2(middle), code)] : [];
  }));
  return collection([...lines(whole, xs, ys, fromLambert2), ...names]);
}
