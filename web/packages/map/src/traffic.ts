/** What passes by and is nobody's means here (trafic: navires, aéronefs): lighter than means, under them, and gone once no longer heard. */
import { COURSE, LAT, LON, SPEED, type Picture, type Position, type Series, type Tracks } from '@garance/client';
import type { LayerSpecification } from 'maplibre-gl';
import { AGEING_MS, SEEN_MS, STALE_MS, type Feature } from './features.ts';
import type { Palette } from './palette.ts';
import { TEXT_FONT } from './styling.ts';

export type Passer = { series: Series; position: Position; at_ms: number; course_deg: number | null; speed_mps: number | null };

/** Slower than a walk, a course means nothing. */
const LEAST_SPEED_MPS = 1.5;

/** Positions that belong to no means, at the time shown; those not heard for half an hour have left. */
export function trafficAt(picture: Picture, tracks: Tracks, track_ms: number): Passer[] {
  return picture.series.flatMap((series): Passer[] => {
    if (series.kind !== 'position' || series.resource) return [];
    const fix = tracks.at(series.id, track_ms);
    if (!fix || track_ms - fix[0]! > STALE_MS) return [];
    const speed_mps = fix[SPEED] ?? null;
    return [{ series, position: [fix[LON]!, fix[LAT]!], at_ms: fix[0]!, speed_mps, course_deg: (speed_mps ?? 0) < LEAST_SPEED_MPS ? null : (fix[COURSE] ?? null) }];
  });
}

/** `say` gives the words of a position that is no longer fresh. */
export const trafficFeatures = (passers: readonly Passer[], track_ms: number, say: (passer: Passer) => string): Feature[] =>
  passers.map((passer): Feature => {
    const age_ms = track_ms - passer.at_ms;
    return {
      type: 'Feature', geometry: { type: 'Point', coordinates: passer.position },
      properties: {
        kind: 'series', id: passer.series.id, label: passer.series.name, seen: age_ms > SEEN_MS ? say(passer) : '', old: age_ms > AGEING_MS,
        ...(passer.course_deg === null ? {} : { course: passer.course_deg }),
      },
    };
  });

export function trafficLayers(p: Palette): LayerSpecification[] {
  const fading = ['case', ['get', 'old'], 0.5, 1] as never;
  const selected = ['==', ['get', 'id'], ['global-state', 'selected']] as never;
  return [
    {
      id: 'traffic-courses', type: 'symbol', source: 'traffic', filter: ['has', 'course'],
      layout: { 'icon-image': `course|${p.blue}|${p.halo}`, 'icon-rotate': ['get', 'course'], 'icon-rotation-alignment': 'map', 'icon-offset': [0, -12], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
      paint: { 'icon-opacity': fading },
    },
    {
      id: 'traffic-points', type: 'circle', source: 'traffic',
      paint: {
        'circle-radius': ['case', selected, 8, 5], 'circle-color': p.halo, 'circle-opacity': fading, 'circle-stroke-opacity': fading,
        'circle-stroke-color': ['case', selected, p.select, p.blue], 'circle-stroke-width': 2.2,
      },
    },
    {
      id: 'traffic-words', type: 'symbol', source: 'traffic', minzoom: 10,
      layout: {
        'text-field': ['case', ['==', ['get', 'seen'], ''], ['get', 'label'], ['format', ['get', 'label'], {}, '\n', {}, ['get', 'seen'], { 'font-scale': 0.88, 'text-color': p.caution }]],
        'text-font': TEXT_FONT, 'text-size': 11.5, 'text-max-width': 14, 'text-variable-anchor': ['right', 'left', 'bottom', 'top'], 'text-radial-offset': 0.9, 'text-justify': 'auto',
      },
      paint: { 'text-color': p.blue, 'text-halo-color': p.halo, 'text-halo-width': 1.8, 'text-opacity': fading },
    },
  ];
}
