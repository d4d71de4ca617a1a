/** What a file would bring, drawn apart from what is there: dashed outlines and hollow points, over everything. */
import type { GeoJSONSource, LayerSpecification } from 'maplibre-gl';
import { collection, type Feature } from './features.ts';
import type { Palette } from './palette.ts';
import { TEXT_FONT } from './styling.ts';
import type { MapView } from './view.ts';

const SOURCE = 'incoming';
export const INCOMING_LAYERS = ['incoming-areas', 'incoming-cases', 'incoming-lines', 'incoming-points', 'incoming-words'] as const;

export class IncomingOverlay {
  readonly #view: MapView;
  readonly #palette: () => Palette;
  #features: Feature[] = [];

  /** `palette` gives the colours of the look in force. */
  constructor(view: MapView, palette: () => Palette) {
    this.#view = view;
    this.#palette = palette;
    view.engine.on('style.load', this.#dress);
    if (view.engine.getSource('entries')) this.#dress();
  }

  /** `left`, true of a feature: it is in the file and would not be taken. */
  show(features: Feature[]): void {
    this.#features = features;
    void this.#view.engine.getSource<GeoJSONSource>(SOURCE)?.setData(collection(features) as never);
  }

  readonly #dress = (): void => {
    const { engine } = this.#view;
    if (!engine.getSource(SOURCE)) engine.addSource(SOURCE, { type: 'geojson', data: collection(this.#features) as never });
    for (const layer of layers(this.#palette())) if (!engine.getLayer(layer.id)) engine.addLayer(layer);
  };

  remove(): void {
    const { engine } = this.#view;
    engine.off('style.load', this.#dress);
    for (const id of INCOMING_LAYERS) if (engine.getLayer(id)) engine.removeLayer(id);
    if (engine.getSource(SOURCE)) engine.removeSource(SOURCE);
  }
}

function layers(p: Palette): LayerSpecification[] {
  const faint = ['case', ['==', ['get', 'left'], true], 0.25, 1] as never;
  const point = ['==', ['geometry-type'], 'Point'] as never;
  const outline = ['!', point] as never;
  return [
    { id: 'incoming-areas', type: 'fill', source: SOURCE, filter: ['all', ['==', ['geometry-type'], 'Polygon'], ['!=', ['get', 'left'], true]], paint: { 'fill-color': p.select, 'fill-opacity': 0.12 } },
    { id: 'incoming-cases', type: 'line', source: SOURCE, filter: outline, paint: { 'line-color': p.halo, 'line-width': 6, 'line-opacity': ['case', ['==', ['get', 'left'], true], 0, 0.9] } },
    { id: 'incoming-lines', type: 'line', source: SOURCE, filter: outline, paint: { 'line-color': p.select, 'line-width': 2.6, 'line-dasharray': [2.4, 1.6], 'line-opacity': faint } },
    {
      id: 'incoming-points', type: 'circle', source: SOURCE, filter: point,
      paint: { 'circle-radius': 7, 'circle-color': p.halo, 'circle-opacity': 0.6, 'circle-stroke-color': p.select, 'circle-stroke-width': 2.5, 'circle-stroke-opacity': faint },
    },
    {
      id: 'incoming-words', type: 'symbol', source: SOURCE, filter: ['all', ['has', 'name'], ['!=', ['get', 'left'], true]],
      layout: { 'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'text-size': 12, 'text-max-width': 12, 'text-variable-anchor': ['top', 'bottom', 'right', 'left'], 'text-radial-offset': 0.9 },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 2 },
    },
  ];
}
