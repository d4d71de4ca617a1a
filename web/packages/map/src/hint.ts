/** The place of what is under the pointer or the focus in a list: a ring, a band or a veil on the map, for that moment only. */
import type { Geometry } from '@garance/client';
import type { Map as Engine, GeoJSONSource, LayerSpecification } from 'maplibre-gl';
import { collection } from './features.ts';
import { paletteOf } from './palette.ts';
import type { ThemeName } from './theme.ts';

const SOURCE = 'hint';

const layers = (colour: string): LayerSpecification[] => [
  { id: 'hint-lines', type: 'line', source: SOURCE, filter: ['!=', ['geometry-type'], 'Point'], paint: { 'line-color': colour, 'line-width': 6, 'line-opacity': 0.8 } },
  {
    id: 'hint-points', type: 'circle', source: SOURCE, filter: ['==', ['geometry-type'], 'Point'],
    paint: { 'circle-radius': 17, 'circle-color': 'transparent', 'circle-stroke-color': colour, 'circle-stroke-width': 3 },
  },
];

/** Shows that place, or nothing. Made again when a new look has replaced the style. */
export function showHint(engine: Engine, geometry: Geometry | null, theme: ThemeName): void {
  // Before the style is read nothing can be added; there is nothing to point at either.
  if (!engine.getSource('entries')) return;
  if (!engine.getSource(SOURCE)) {
    engine.addSource(SOURCE, { type: 'geojson', data: collection([]) } as never);
    for (const layer of layers(paletteOf(theme).select)) engine.addLayer(layer);
  }
  const features = geometry ? [{ type: 'Feature' as const, geometry, properties: {} }] : [];
  void engine.getSource<GeoJSONSource>(SOURCE)?.setData(collection(features) as never);
}
