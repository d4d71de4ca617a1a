/** Circles and sectors: from numbers to the polygon that stands for them, and back to the handles that change them. Pure. */
import type { Circle, Figure, Polygon, Position, Sector } from '@garance/client';
import { bearing_deg, destination, distance_m, rounded, turned } from './geodesy.ts';

/** What the server accepts (`Radius`), and what a map can show. */
export const LEAST_RADIUS_M = 1;
export const MOST_RADIUS_M = 500_000;
export const LEAST_OPENING_DEG = 5;
export const MOST_OPENING_DEG = 355;
/** A plume spreads by about that much when nobody knows better. */
export const USUAL_OPENING_DEG = 30;
const STEP_DEG = 5;

const between = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const tenth = (value: number): number => Math.round(value * 10) / 10;

export const circleOf = (centre: Position, radius_m: number): Circle => ({
  form: 'circle', centre: rounded(centre), radius_m: tenth(between(radius_m, LEAST_RADIUS_M, MOST_RADIUS_M)),
});

/** A sector told by its middle bearing and how wide it opens. */
export function sectorOf(centre: Position, radius_m: number, axis_deg: number, opening_deg: number): Sector {
  const half = between(opening_deg, LEAST_OPENING_DEG, MOST_OPENING_DEG) / 2;
  const { centre: at, radius_m: far } = circleOf(centre, radius_m);
  return { form: 'sector', centre: at, radius_m: far, from_deg: tenth(turned(axis_deg - half)), to_deg: tenth(turned(axis_deg + half)) };
}

export const openingOf = ({ from_deg, to_deg }: Sector): number => turned(to_deg - from_deg) || 360;
export const axisOf = (sector: Sector): number => turned(sector.from_deg + openingOf(sector) / 2);

/** Wind is told by where it comes from; what it carries goes the other way. */
export const downwind = (wind_from_deg: number): number => turned(wind_from_deg + 180);

/** The polygon of a figure, counter-clockwise as GeoJSON asks. Every vertex lies on the figure. */
export function polygonOf(figure: Figure): Polygon {
  const { centre, radius_m } = figure;
  const at = (bearing: number): Position => rounded(destination(centre, bearing, radius_m));
  const [from, width] = figure.form === 'circle' ? [0, 360] : [figure.from_deg, openingOf(figure)];
  const steps = Math.max(2, Math.ceil(width / STEP_DEG));
  const count = figure.form === 'circle' ? steps : steps + 1;
  const arc = Array.from({ length: count }, (_, index) => at(from + (width * index) / steps)).reverse();
  const ring = figure.form === 'circle' ? arc : [rounded(centre), ...arc];
  return { type: 'Polygon', coordinates: [[...ring, ring[0]!]] };
}

/** Where the handle that sets the radius stands: east of a circle's centre, at the end of a sector's axis. */
export const radiusEnd = (figure: Figure): Position =>
  destination(figure.centre, figure.form === 'circle' ? 90 : axisOf(figure), figure.radius_m);

/** Where a side of the sector ends. */
export const sideEnd = (sector: Sector, side: 'from' | 'to'): Position =>
  destination(sector.centre, side === 'from' ? sector.from_deg : sector.to_deg, sector.radius_m);

/** The figure once its radius handle stands there: a sector turns with it. */
export function reaching(figure: Figure, there: Position): Figure {
  const far = distance_m(figure.centre, there);
  if (figure.form === 'circle') return circleOf(figure.centre, far);
  return sectorOf(figure.centre, far, bearing_deg(figure.centre, there), openingOf(figure));
}

/** The sector once one side points there: the other stays. */
export function opened(sector: Sector, side: 'from' | 'to', there: Position): Sector {
  const bearing = tenth(turned(bearing_deg(sector.centre, there)));
  const next: Sector = side === 'from' ? { ...sector, from_deg: bearing } : { ...sector, to_deg: bearing };
  const opening = openingOf(next);
  return opening < LEAST_OPENING_DEG || opening > MOST_OPENING_DEG ? sector : next;
}

export const centred = (figure: Figure, centre: Position): Figure => ({ ...figure, centre: rounded(centre) });
