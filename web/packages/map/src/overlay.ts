/** What the instruments draw over the map: a grid, a measure, a way, marks, and rings around what is selected together. */
import type { GeoJSONSource, LayerSpecification } from 'maplibre-gl';
import { collection, type Collection, type Feature } from './features.ts';
import { pair } from './operations.ts';
import type { Palette } from './palette.ts';
import { TEXT_FONT } from './styling.ts';
import type { MapView } from './view.ts';

export type Slot = 'found' | 'here' | 'measure' | 'profile' | 'route';

const MARKS = 'instruments';
const GRID = 'graticule';
const RING = 'many-ring';
/** The grid goes under what people drew and under their words. */
const UNDER = 'shape-words';

export const MANY_LAYERS = ['many-lines', 'many-shapes', 'many-matters', 'many-entries', 'many-units', 'many-gauges'] as const;
export const GRID_LAYERS = ['graticule-lines', 'graticule-words'] as const;
export const MARK_LAYERS = ['instrument-areas', 'instrument-cases', 'instrument-lines', 'instrument-points', 'instrument-words'] as const;

export class Overlay {
  readonly #view: MapView;
  readonly #palette: () => Palette;
  readonly #held = new Map<Slot, Feature[]>();
  #grid: Collection = collection([]);
  #many: readonly string[] = [];

  /** `palette` gives the colours of the look in force. */
  constructor(view: MapView, palette: () => Palette) {
    this.#view = view;
    this.#palette = palette;
    view.engine.on('style.load', this.#dress);
    if (view.engine.getLayer(UNDER)) this.#dress();
  }

  show(slot: Slot, features: Feature[]): void {
    if (features.length === 0 && !this.#held.has(slot)) return;
    this.#held.set(slot, features);
    this.#push(MARKS, this.#marks);
  }

  grid(lines: Collection): void {
    this.#grid = lines;
    this.#push(GRID, lines);
  }

  many(ids: readonly string[]): void {
    this.#many = ids;
    const { engine } = this.#view;
    for (const { id, filter } of manyLayers(this.#palette(), ids)) if (engine.getLayer(id)) engine.setFilter(id, filter);
  }

  get #marks(): Collection {
    return collection([...this.#held.values()].flat());
  }

  #push(source: string, data: Collection): void {
    void this.#view.engine.getSource<GeoJSONSource>(source)?.setData(data as Parameters<GeoJSONSource['setData']>[0]);
  }

  readonly #dress = (): void => {
    const { engine } = this.#view;
    const p = this.#palette();
    if (!engine.hasImage(RING)) engine.addImage(RING, ring(p), { pixelRatio: 2 });
    for (const [name, data] of [[GRID, this.#grid], [MARKS, this.#marks]] as const) {
      if (!engine.getSource(name)) engine.addSource(name, { type: 'geojson', data: data as never });
    }
    for (const layer of gridLayers(p)) if (!engine.getLayer(layer.id)) engine.addLayer(layer, UNDER);
    for (const layer of [...manyLayers(p, this.#many), ...markLayers(p)]) if (!engine.getLayer(layer.id)) engine.addLayer(layer);
  };

  remove(): void {
    this.#view.engine.off('style.load', this.#dress);
  }
}

function gridLayers(p: Palette): LayerSpecification[] {
  return [
    { id: 'graticule-lines', type: 'line', source: GRID, paint: { 'line-color': p.textQuiet, 'line-width': 0.8, 'line-opacity': 0.75 } },
    {
      id: 'graticule-words', type: 'symbol', source: GRID, filter: ['has', 'text'],
      layout: { 'text-field': ['get', 'text'], 'text-font': TEXT_FONT, 'text-size': 11.5, 'text-allow-overlap': true, 'text-ignore-placement': true },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 2 },
    },
  ];
}

type Ringed = LayerSpecification & { id: string; filter: never };

function manyLayers(p: Palette, ids: readonly string[]): Ringed[] {
  const chosen = ['in', ['get', 'id'], ['literal', [...ids]]];
  const standing = ['==', ['geometry-type'], 'Point'];
  const rings = (id: string, source: string, filter: unknown, offset: boolean): Ringed => ({
    id, type: 'symbol', source, filter,
    layout: { 'icon-image': RING, 'icon-allow-overlap': true, 'icon-ignore-placement': true, ...(offset ? { 'icon-offset': pair('offset') } : {}) },
  }) as unknown as Ringed;
  return [
    { id: 'many-lines', type: 'line', source: 'shapes', filter: ['all', chosen, ['!', standing]], paint: { 'line-color': p.select, 'line-width': 2, 'line-gap-width': 4 } } as unknown as Ringed,
    rings('many-shapes', 'shapes', ['all', chosen, standing], true),
    rings('many-matters', 'matters', chosen, true),
    rings('many-entries', 'entries', chosen, true),
    rings('many-units', 'units', chosen, true),
    rings('many-gauges', 'gauges', chosen, false),
  ];
}

/** A feature's `role` says what it is; `text` is written beside it. */
function markLayers(p: Palette): LayerSpecification[] {
  const colour = ['match', ['get', 'role'], 'route', p.violet, p.select] as unknown as string;
  return [
    { id: 'instrument-areas', type: 'fill', source: MARKS, filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': colour, 'fill-opacity': 0.14 } },
    { id: 'instrument-cases', type: 'line', source: MARKS, filter: ['!=', ['geometry-type'], 'Point'], layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': p.halo, 'line-width': 6 } },
    { id: 'instrument-lines', type: 'line', source: MARKS, filter: ['!=', ['geometry-type'], 'Point'], layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': colour, 'line-width': 2.6 } },
    {
      id: 'instrument-points', type: 'circle', source: MARKS, filter: ['all', ['==', ['geometry-type'], 'Point'], ['!=', ['get', 'role'], 'word']],
      paint: { 'circle-radius': ['match', ['get', 'role'], 'here', 7, 'found', 7, 4.5], 'circle-color': ['match', ['get', 'role'], 'here', 'transparent', 'found', 'transparent', colour], 'circle-stroke-color': ['match', ['get', 'role'], 'here', colour, 'found', colour, p.halo], 'circle-stroke-width': 2.5 },
    },
    {
      id: 'instrument-words', type: 'symbol', source: MARKS, filter: ['has', 'text'],
      layout: {
        'text-field': ['get', 'text'], 'text-font': TEXT_FONT, 'text-size': 12.5, 'text-max-width': 16,
        'text-variable-anchor': ['bottom', 'top', 'right', 'left'], 'text-radial-offset': 0.9, 'text-allow-overlap': true, 'text-ignore-placement': true,
      },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 2 },
    },
  ];
}

const RING_PX = 96;

function ring(p: Palette): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = RING_PX;
  const pen = canvas.getContext('2d')!;
  for (const [colour, width] of [[p.halo, 10], [p.select, 5]] as const) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    pen.arc(RING_PX / 2, RING_PX / 2, RING_PX / 2 - 6, 0, 2 * Math.PI);
    pen.stroke();
  }
  return pen.getImageData(0, 0, RING_PX, RING_PX);
}
