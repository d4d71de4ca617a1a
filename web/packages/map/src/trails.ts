/** Where units came from: their measured positions over the time a person asks for. Pure. */
import { LAT, LON, type Position, type Sample, type Tracks } from '@garance/client';
import { collection, type Collection, type Feature, type Unit } from './features.ts';

export const TRAILS = { off: 0, short: 10 * 60_000, hour: 3_600_000, night: 12 * 3_600_000 } as const;
export type TrailLength = keyof typeof TRAILS;

/** More points than a screen shows of a path. */
const MOST_POINTS = 400;

/** At most so many of them, evenly, the last one always kept. */
export function thinned(samples: readonly Sample[], most: number): readonly Sample[] {
  if (samples.length <= most) return samples;
  const step = (samples.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, n) => samples[Math.round(n * step)]!);
}

export function trailFeatures(units: readonly Unit[], tracks: Tracks, track_ms: number, length: TrailLength = 'short', from_ms = -Infinity): Collection {
  const span_ms = TRAILS[length];
  if (span_ms === 0) return collection([]);
  return collection(
    units.flatMap((unit): Feature[] => {
      if (!unit.series || unit.source !== 'track') return [];
      const points = thinned(tracks.between(unit.series, Math.max(from_ms, track_ms - span_ms), track_ms), MOST_POINTS).map((sample): Position => [sample[LON]!, sample[LAT]!]);
      if (points.length < 2) return [];
      return [{ type: 'Feature', geometry: { type: 'LineString', coordinates: points }, properties: { id: unit.resource.id } }];
    }),
  );
}
