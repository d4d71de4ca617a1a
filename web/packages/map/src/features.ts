/** What people make, as features for the map: pure functions of the picture. */
import { COURSE, LAT, LON, SPEED, parseInstant, type Entry, type Geometry, type Picture, type Position, type Resource, type Series, type Severity, type Shape, type Tracks } from '@garance/client';
import { signedShape } from './charters.ts';
import { codeOf } from './codes.ts';
import { namePoint } from './naming.ts';
import { endFeatures, signing, signLabel } from './signing.ts';
import type { Fixed, Placed, Spot } from './stacking.ts';

export type Feature = { type: 'Feature'; id?: number; geometry: Geometry; properties: Record<string, string | number | boolean | readonly number[]> };
export type Collection = { type: 'FeatureCollection'; features: Feature[] };

/** Things of the boards that may be selected like what is drawn. */
export const THING_KINDS = ['incident', 'outage', 'zone', 'centre', 'mission', 'demand', 'sheet', 'order'] as const;
export type ThingKind = (typeof THING_KINDS)[number];
export type Kind = 'resource' | 'shape' | 'series' | 'entry' | ThingKind;
export type Selection = { kind: Kind; id: string };

/** A measured position says its age after two minutes, is old news after ten, and doubtful after thirty. */
export const SEEN_MS = 2 * 60_000;
export const AGEING_MS = 10 * 60_000;
export const STALE_MS = 30 * 60_000;
/** Slower than a walk, a course means nothing. */
const LEAST_SPEED_MPS = 1.5;

export type Unit = { resource: Resource; position: Position; at_ms: number; course_deg: number | null; speed_mps: number | null; source: 'track' | 'fact'; series: string | null };

/** What a unit says of its age; empty when it has nothing to say. */
export type Saying = (unit: Unit) => string;
export type Places = ReadonlyMap<string, Placed>;

export const collection = (features: Feature[]): Collection => ({ type: 'FeatureCollection', features });

/** Where each resource is at T: its last measured fix or the last place someone gave it, whichever is later. */
export function unitsAt(picture: Picture, tracks: Tracks, track_ms: number): Unit[] {
  const followed = new Map(picture.series.filter((series) => series.kind === 'position' && series.resource).map((series) => [series.resource!, series.id]));
  return picture.resources.flatMap((resource): Unit[] => {
    const series = followed.get(resource.id) ?? null;
    const fix = series ? tracks.at(series, track_ms) : null;
    const placed_ms = resource.moved_at ? parseInstant(resource.moved_at) : -Infinity;
    if (fix && fix[0]! >= placed_ms) {
      return [{ resource, position: [fix[LON]!, fix[LAT]!], at_ms: fix[0]!, course_deg: courseOf(fix), speed_mps: fix[SPEED] ?? null, source: 'track', series }];
    }
    if (!resource.geometry) return [];
    return [{ resource, position: resource.geometry.coordinates, at_ms: placed_ms, course_deg: null, speed_mps: null, source: 'fact', series }];
  });
}

const courseOf = (fix: readonly number[]): number | null => ((fix[SPEED] ?? 0) < LEAST_SPEED_MPS ? null : (fix[COURSE] ?? null));

export type Trend = { way: 'rising' | 'falling' | 'steady'; per_hour: number };
export type Reading = {
  series: Series; value: number | null; at_ms: number | null; severity: Severity | 'normal' | 'unknown'; threshold: string | null; trend: Trend | null;
};

const TREND_MS = 30 * 60_000;
const SPAN_MS = 12 * 3_600_000;
/** A change in an hour smaller than this share of the half day's range is called steady. */
const STEADY_SHARE = 0.03;

/** Where a gauge is going: its change over the last half hour, told per hour. Null without two measures far enough apart. */
export function trendAt(series: string, tracks: Tracks, at_ms: number): Trend | null {
  const last = tracks.at(series, at_ms);
  const before = last && tracks.at(series, last[0]! - TREND_MS);
  if (!last || !before || last[0]! - before[0]! > SPAN_MS) return null;
  const per_hour = ((last[1]! - before[1]!) / (last[0]! - before[0]!)) * 3_600_000;
  const values = tracks.between(series, at_ms - SPAN_MS, at_ms).map((sample) => sample[1]!);
  const range = Math.max(...values) - Math.min(...values);
  const way = Math.abs(per_hour) <= range * STEADY_SHARE ? 'steady' : per_hour > 0 ? 'rising' : 'falling';
  return { way, per_hour };
}

const RANK: Record<Severity, number> = { caution: 1, serious: 2, critical: 3 };

/** The last value of a gauge at T and the worst threshold it has reached. */
export function readingAt(series: Series, tracks: Tracks, track_ms: number): Reading {
  const sample = tracks.at(series.id, track_ms);
  if (!sample) return { series, value: null, at_ms: null, severity: 'unknown', threshold: null, trend: null };
  const value = sample[1]!;
  const reached = series.thresholds.filter((threshold) => value >= threshold.value).sort((a, b) => RANK[b.severity] - RANK[a.severity])[0];
  const severity = reached?.severity ?? (series.thresholds.length > 0 ? 'normal' : 'unknown');
  return { series, value, at_ms: sample[0]!, severity, threshold: reached?.name ?? null, trend: trendAt(series.id, tracks, track_ms) };
}

const PLAIN: Placed = { right_px: 0, down_px: 0, beside: false };
const TEXT_PX = 12;

/** How a placed symbol tells the map where it and its words go. Words are counted in letters' heights. */
export function placing({ right_px, down_px, beside }: Placed = PLAIN): Feature['properties'] {
  const words = beside ? [right_px / TEXT_PX + 2.1, down_px / TEXT_PX] : [right_px / TEXT_PX, down_px / TEXT_PX + 1.25];
  return { offset: [right_px, down_px], words, anchor: beside ? 'left' : 'top', moved: right_px !== 0 || down_px !== 0 };
}

/** What there is room for of a name. */
export const labelOf = (name: string, letters = Infinity): string => (name.length <= letters ? name : letters <= 1 ? '' : `${name.slice(0, letters - 1).trimEnd()}…`);

/** What stands somewhere and must be read: units, what is followed on boards, points drawn, and the entries that point at a place. */
export function spotsOf(shapes: readonly Shape[], units: readonly Spot[], entries: readonly Entry[], matters: readonly Spot[] = [], missions: readonly Spot[] = []): Spot[] {
  return [
    ...units,
    ...matters,
    ...shapes.flatMap((shape) => (shape.geometry.type === 'Point' && !signedShape(shape) ? [{ id: shape.id, position: shape.geometry.coordinates, stands: true, must: true, letters: shape.name.length }] : [])),
    ...missions,
    ...entries.flatMap(({ entry, geometry, struck }) => (geometry && struck.length === 0 ? [{ id: entry, position: anchorOf(geometry), stands: false }] : [])),
  ];
}

/** A symbol of the charter stands exactly where it was put: everything else gives way to it. */
export const signWalls = (shapes: readonly Shape[]): Fixed[] =>
  shapes.flatMap((shape): Fixed[] => {
    const signed = signedShape(shape);
    if (!signed || shape.geometry.type !== 'Point') return [];
    const half_px = (signed.sign.wide_px ?? 36) / 2;
    return [{ position: shape.geometry.coordinates, west_px: half_px, east_px: half_px, north_px: half_px, south_px: half_px + (signLabel(shape) ? 14 : 0) }];
  });

/** The drawings nobody vouches for any more at that time: their validity is over. Times are those of the situation. */
export const lapsedAt = (shapes: readonly Shape[], world_ms: number): Shape[] =>
  shapes.filter(({ valid_until }) => valid_until !== null && parseInstant(valid_until) <= world_ms);

/** What is said under the name of a drawing past its validity, by its identifier. */
export type LapsedWords = ReadonlyMap<string, string>;

const NO_WORDS: LapsedWords = new Map();

const NONE: ReadonlySet<string> = new Set();

/** What is written beside it: its name, or what its symbol says. */
const writtenOf = (shape: Shape): string => signLabel(shape) ?? shape.name;

/** `faint` are those of a course of action that is not the one looked at. */
export function shapeFeatures(shapes: readonly Shape[], places: Places = new Map(), lapsed: LapsedWords = NO_WORDS, faint: ReadonlySet<string> = NONE): Collection {
  return collection([
    ...shapes.map((shape): Feature => ({
      type: 'Feature',
      geometry: shape.geometry,
      properties: {
        kind: 'shape', id: shape.id, name: shape.name, what: shape.kind, state: shape.state, label: labelOf(writtenOf(shape), places.get(shape.id)?.letters), lapsed: lapsed.get(shape.id) ?? '',
        faint: faint.has(shape.id), ...signing(shape), ...placing(places.get(shape.id)),
      },
    })),
    ...endFeatures(shapes, faint),
  ]);
}

/** The names of zones and lines, one point each. */
export function shapeNames(shapes: readonly Shape[], lapsed: LapsedWords = NO_WORDS, faint: ReadonlySet<string> = NONE): Collection {
  return collection(
    shapes.filter(({ geometry }) => geometry.type !== 'Point').map((shape) => ({
      type: 'Feature', geometry: { type: 'Point', coordinates: namePoint(shape.geometry) },
      properties: { id: shape.id, name: shape.name, label: writtenOf(shape), what: shape.kind, lapsed: lapsed.get(shape.id) ?? '', faint: faint.has(shape.id), ...signing(shape) },
    })),
  );
}

/** Where the given places are kept true although the symbol was moved to be read. */
export function unitFeatures(units: readonly Unit[], track_ms: number, places: Places = new Map(), say: Saying = () => ''): Collection {
  return collection(
    units.map((unit) => {
      const { resource, position, at_ms, source, course_deg } = unit;
      const age_ms = Math.max(0, track_ms - at_ms);
      const stale = source === 'track' && age_ms > STALE_MS ? 2 : source === 'track' && age_ms > AGEING_MS ? 1 : 0;
      const course: Feature['properties'] = source === 'track' && age_ms <= SEEN_MS && course_deg !== null ? { course: Math.round(course_deg) } : {};
      return {
        type: 'Feature',
        geometry: { type: 'Point', coordinates: position },
        properties: {
          kind: 'resource', id: resource.id, name: resource.name, label: labelOf(resource.name, places.get(resource.id)?.letters), what: resource.kind, state: resource.state, code: codeOf(resource.name, resource.kind),
          stale, seen: source === 'track' && age_ms > SEEN_MS ? say(unit) : '', ...course, ...placing(places.get(resource.id)),
        },
      };
    }),
  );
}

/** The words of a gauge: its value with its unit, and the word of its severity. */
export type Written = { value: string; word: string };

/** What the symbol and the three lines of a gauge take on screen. */
export const gaugeWalls = (readings: readonly Reading[]): Fixed[] =>
  readings.flatMap(({ series: { name, geometry } }) => (geometry?.type === 'Point' ? [{ position: geometry.coordinates, west_px: 16, east_px: Math.max(96, 18 + name.length * 6), north_px: 24, south_px: 26 }] : []));

export function gaugeFeatures(readings: readonly Reading[], write: (reading: Reading) => Written): Collection {
  return collection(
    readings.flatMap((reading): Feature[] => {
      if (!reading.series.geometry) return [];
      return [{
        type: 'Feature',
        geometry: reading.series.geometry,
        properties: { kind: 'series', id: reading.series.id, name: reading.series.name, severity: reading.severity, ...write(reading), trend: reading.trend?.way ?? '' },
      }];
    }),
  );
}

/** The entries that speak of a place; those struck out are no longer shown on the map. */
export function entryFeatures(entries: readonly Entry[], places: Places = new Map()): Collection {
  return collection(
    entries.flatMap((entry): Feature[] => {
      if (!entry.geometry || entry.struck.length > 0) return [];
      return [{ type: 'Feature', geometry: entry.geometry, properties: { kind: 'entry', id: entry.entry, what: entry.category ?? '', ...placing(places.get(entry.entry)) } }];
    }),
  );
}

/** A point to look at for any geometry: itself, the middle of a line, the middle of a polygon's box. */
export function anchorOf(geometry: Geometry): Position {
  if (geometry.type === 'Point') return geometry.coordinates;
  if (geometry.type === 'LineString') return geometry.coordinates[Math.floor(geometry.coordinates.length / 2)] ?? [0, 0];
  const [west, south, east, north] = boxOf(geometry);
  return [(west + east) / 2, (south + north) / 2];
}

export function boxOf(geometry: Geometry): [number, number, number, number] {
  const points = geometry.type === 'Point' ? [geometry.coordinates] : geometry.type === 'LineString' ? geometry.coordinates : geometry.coordinates.flat();
  const lons = points.map((point) => point[0]);
  const lats = points.map((point) => point[1]);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/**
 * The box that holds what is going on: shapes, what is followed on boards, gauges, placed entries. Units only where nothing else is placed: those on
 * their way, far off, would make all the rest small. Null when nothing is placed.
 */
export function operationsBox(picture: Picture, units: readonly Unit[], matters: readonly Geometry[] = []): [number, number, number, number] | null {
  const placed: Geometry[] = [
    ...picture.shapes.map(({ geometry }) => geometry),
    ...matters,
    ...picture.series.flatMap(({ geometry }) => (geometry ? [geometry] : [])),
    ...picture.entries.flatMap(({ geometry }) => (geometry ? [geometry] : [])),
  ];
  const geometries = placed.length > 0 ? placed : units.map(({ position }): Geometry => ({ type: 'Point', coordinates: position }));
  if (geometries.length === 0) return null;
  const boxes = geometries.map(boxOf);
  return [
    Math.min(...boxes.map(([west]) => west)), Math.min(...boxes.map(([, south]) => south)),
    Math.max(...boxes.map(([, , east]) => east)), Math.max(...boxes.map(([, , , north]) => north)),
  ];
}

