/** What people make, as features for the map: pure functions of the picture. */
import { COURSE, LAT, LON, parseInstant, type Entry, type Geometry, type Picture, type Position, type Resource, type Series, type Severity, type Shape, type Tracks } from '@garance/client';

export type Feature = { type: 'Feature'; id?: number; geometry: Geometry; properties: Record<string, string | number | boolean> };
export type Collection = { type: 'FeatureCollection'; features: Feature[] };

export type Kind = 'resource' | 'shape' | 'series' | 'entry';
export type Selection = { kind: Kind; id: string };

/** A unit's position is old news after ten minutes, and doubtful after thirty. */
export const AGEING_MS = 10 * 60_000;
export const STALE_MS = 30 * 60_000;
const TRAIL_MS = 20 * 60_000;

export type Unit = { resource: Resource; position: Position; at_ms: number; course_deg: number | null; source: 'track' | 'fact'; series: string | null };

export const collection = (features: Feature[]): Collection => ({ type: 'FeatureCollection', features });

/** Where each resource is at T: its last measured fix or the last place someone gave it, whichever is later. */
export function unitsAt(picture: Picture, tracks: Tracks, track_ms: number): Unit[] {
  const followed = new Map(picture.series.filter((series) => series.kind === 'position' && series.resource).map((series) => [series.resource!, series.id]));
  return picture.resources.flatMap((resource): Unit[] => {
    const series = followed.get(resource.id) ?? null;
    const fix = series ? tracks.at(series, track_ms) : null;
    const placed_ms = resource.moved_at ? parseInstant(resource.moved_at) : -Infinity;
    if (fix && fix[0]! >= placed_ms) {
      return [{ resource, position: [fix[LON]!, fix[LAT]!], at_ms: fix[0]!, course_deg: fix[COURSE] ?? null, source: 'track', series }];
    }
    if (!resource.geometry) return [];
    return [{ resource, position: resource.geometry.coordinates, at_ms: placed_ms, course_deg: null, source: 'fact', series }];
  });
}

export type Reading = { series: Series; value: number | null; at_ms: number | null; severity: Severity | 'normal' | 'unknown'; threshold: string | null };

const RANK: Record<Severity, number> = { caution: 1, serious: 2, critical: 3 };

/** The last value of a gauge at T and the worst threshold it has reached. */
export function readingAt(series: Series, tracks: Tracks, track_ms: number): Reading {
  const sample = tracks.at(series.id, track_ms);
  if (!sample) return { series, value: null, at_ms: null, severity: 'unknown', threshold: null };
  const value = sample[1]!;
  const reached = series.thresholds.filter((threshold) => value >= threshold.value).sort((a, b) => RANK[b.severity] - RANK[a.severity])[0];
  const severity = reached?.severity ?? (series.thresholds.length > 0 ? 'normal' : 'unknown');
  return { series, value, at_ms: sample[0]!, severity, threshold: reached?.name ?? null };
}

export function shapeFeatures(shapes: readonly Shape[]): Collection {
  return collection(
    shapes.map((shape) => ({
      type: 'Feature',
      geometry: shape.geometry,
      properties: { kind: 'shape', id: shape.id, name: shape.name, what: shape.kind, state: shape.state },
    })),
  );
}

export function unitFeatures(units: readonly Unit[], track_ms: number): Collection {
  return collection(
    units.map(({ resource, position, at_ms, source }) => {
      const age_ms = Math.max(0, track_ms - at_ms);
      const stale = source === 'track' && age_ms > STALE_MS ? 2 : source === 'track' && age_ms > AGEING_MS ? 1 : 0;
      return {
        type: 'Feature',
        geometry: { type: 'Point', coordinates: position },
        properties: { kind: 'resource', id: resource.id, name: resource.name, what: resource.kind, state: resource.state, stale },
      };
    }),
  );
}

export function trailFeatures(units: readonly Unit[], tracks: Tracks, track_ms: number): Collection {
  return collection(
    units.flatMap((unit): Feature[] => {
      if (!unit.series || unit.source !== 'track') return [];
      const points = tracks.between(unit.series, track_ms - TRAIL_MS, track_ms).map((sample): Position => [sample[LON]!, sample[LAT]!]);
      if (points.length < 2) return [];
      return [{ type: 'Feature', geometry: { type: 'LineString', coordinates: points }, properties: { id: unit.resource.id } }];
    }),
  );
}

export function gaugeFeatures(readings: readonly Reading[], write: (reading: Reading) => string): Collection {
  return collection(
    readings.flatMap((reading): Feature[] => {
      if (!reading.series.geometry) return [];
      return [{
        type: 'Feature',
        geometry: reading.series.geometry,
        properties: { kind: 'series', id: reading.series.id, name: reading.series.name, severity: reading.severity, value: write(reading) },
      }];
    }),
  );
}

/** The entries that speak of a place; those struck out are no longer shown on the map. */
export function entryFeatures(entries: readonly Entry[]): Collection {
  return collection(
    entries.flatMap((entry): Feature[] => {
      if (!entry.geometry || entry.struck.length > 0) return [];
      return [{ type: 'Feature', geometry: entry.geometry, properties: { kind: 'entry', id: entry.entry, what: entry.category ?? '' } }];
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
