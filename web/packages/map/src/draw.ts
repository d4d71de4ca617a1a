/** Drawing by hand, loaded only when someone starts to draw. */
import type { Geometry } from '@garance/client';
import {
  TerraDraw, TerraDrawLineStringMode, TerraDrawPointMode, TerraDrawPolygonMode, TerraDrawSelectMode,
  type GeoJSONStoreFeatures,
} from 'terra-draw';
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter';
import type { MapView } from './view.ts';

export type Tool = 'point' | 'linestring' | 'polygon';

const MODES: Record<Geometry['type'], Tool> = { Point: 'point', LineString: 'linestring', Polygon: 'polygon' };
const DIGITS = 7;

/** One drawing in progress on a map: made from nothing, or an existing geometry taken in hand. */
export class Drawing {
  readonly #draw: TerraDraw;
  readonly #view: MapView;
  #ended = false;

  constructor(view: MapView, colour: `#${string}`) {
    this.#view = view;
    const fill = { fillColor: colour, fillOpacity: 0.2, outlineColor: colour, outlineWidth: 2 } as const;
    const handles = { flags: { ...handleFlags() } };
    this.#draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map: view.engine, coordinatePrecision: DIGITS }),
      modes: [
        new TerraDrawPointMode({ styles: { pointColor: colour, pointWidth: 7 } }),
        new TerraDrawLineStringMode({ styles: { lineStringColor: colour, lineStringWidth: 3 } }),
        new TerraDrawPolygonMode({ styles: fill }),
        new TerraDrawSelectMode(handles),
      ],
    });
    this.#draw.start();
    view.drawing = true;
  }

  /** Draws with that tool; `finished` is told the geometry each time it is complete or changed again. */
  start(tool: Tool, finished: (geometry: Geometry) => void): void {
    this.#draw.setMode(tool);
    this.#draw.on('finish', (id, { action }) => {
      const feature = this.#draw.getSnapshotFeature(id);
      if (!feature) return;
      if (action === 'draw') this.#take(id);
      finished(feature.geometry as Geometry);
    });
  }

  /** Takes an existing geometry in hand. */
  edit(geometry: Geometry, finished: (geometry: Geometry) => void): void {
    const feature = { type: 'Feature', geometry, properties: { mode: MODES[geometry.type] } } as GeoJSONStoreFeatures;
    const id = this.#draw.addFeatures([feature])[0]?.id;
    this.#draw.on('finish', (changed) => {
      const now = this.#draw.getSnapshotFeature(changed);
      if (now) finished(now.geometry as Geometry);
    });
    if (id !== undefined) this.#take(id);
  }

  #take(id: string | number): void {
    this.#draw.setMode('select');
    this.#draw.selectFeature(id);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#draw.stop();
    this.#view.drawing = false;
  }
}

function handleFlags(): Record<string, { feature: object }> {
  const whole = { draggable: true, coordinates: { draggable: true, midpoints: true, deletable: true } };
  return { polygon: { feature: whole }, linestring: { feature: whole }, point: { feature: { draggable: true } } };
}
