/** Simulated depths on the map: one image coloured by the theme, under what people draw and every word. */
import { LEVEL_M, UNKNOWN, type DepthFrame } from '@garance/client';
import type { CanvasSource, Map as Engine } from 'maplibre-gl';
import { DEPTHS_M } from './areas.ts';
import type { Palette } from './palette.ts';

/** Its layer, and its source. */
export const DEPTHS_LAYER = 'simulated-depths';
/** Under this depth the ground is called dry, as in the comparison. */
export const WET_M = 0.1;

type Rgb = [number, number, number];
const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;

/** The colour of each level of grey: nothing where dry or unknown. */
export function coloursOf(depths: Palette['depths']): Uint8ClampedArray {
  const classes = depths.map(rgb);
  const colours = new Uint8ClampedArray(256 * 4);
  for (let level = Math.round(WET_M / LEVEL_M); level < UNKNOWN; level += 1) {
    const [r, g, b] = classes[DEPTHS_M.findLastIndex((from_m) => level * LEVEL_M >= from_m)]!;
    colours.set([r, g, b, 255], level * 4);
  }
  return colours;
}

export class DepthOverlay {
  readonly #engine: Engine;
  readonly #canvas = document.createElement('canvas');
  #frame: DepthFrame | null = null;
  #palette: Palette;
  #opacity = 0.75;
  #styled = false;

  readonly #above: () => string | undefined;

  /** `above` names the layer it goes under. */
  constructor(engine: Engine, palette: Palette, above: () => string | undefined) {
    this.#engine = engine;
    this.#above = above;
    this.#palette = palette;
  }

  /** After a new style: drawn again, in its colours. */
  restore(palette: Palette): void {
    this.#palette = palette;
    this.#styled = true;
    this.#draw();
  }

  /** Between two styles nothing can be added. */
  away(): void {
    this.#styled = false;
  }

  show(frame: DepthFrame | null): void {
    if (frame === this.#frame) return;
    const moved = frame?.bbox.join() !== this.#frame?.bbox.join() || frame?.width !== this.#frame?.width;
    this.#frame = frame;
    if (moved && this.#styled) this.#take();
    this.#draw();
  }

  set opacity(share: number) {
    this.#opacity = share;
    if (this.#styled && this.#engine.getLayer(DEPTHS_LAYER)) this.#engine.setPaintProperty(DEPTHS_LAYER, 'raster-opacity', share);
  }

  #take(): void {
    if (this.#engine.getLayer(DEPTHS_LAYER)) this.#engine.removeLayer(DEPTHS_LAYER);
    if (this.#engine.getSource(DEPTHS_LAYER)) this.#engine.removeSource(DEPTHS_LAYER);
  }

  #draw(): void {
    if (!this.#styled) return;
    if (!this.#frame) return this.#take();
    this.#paint(this.#frame);
    const source = this.#engine.getSource<CanvasSource>(DEPTHS_LAYER);
    if (!source) return this.#put(this.#frame);
    // A still canvas is read again only when it plays; pausing reads it a last time.
    source.play();
    source.pause();
    this.#engine.triggerRepaint();
  }

  #paint({ width, height, levels }: DepthFrame): void {
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height });
    const context = this.#canvas.getContext('2d')!;
    const image = context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const colours = new Uint32Array(coloursOf(this.#palette.depths).buffer);
    for (let i = 0; i < levels.length; i += 1) pixels[i] = colours[levels[i]!]!;
    context.putImageData(image, 0, 0);
  }

  #put({ bbox: [west, south, east, north] }: DepthFrame): void {
    this.#engine.addSource(DEPTHS_LAYER, {
      type: 'canvas', canvas: this.#canvas, animate: false,
      coordinates: [[west, north], [east, north], [east, south], [west, south]],
    });
    const layer = { id: DEPTHS_LAYER, type: 'raster' as const, source: DEPTHS_LAYER, paint: { 'raster-opacity': this.#opacity, 'raster-resampling': 'nearest' as const, 'raster-fade-duration': 0 } };
    this.#engine.addLayer(layer, this.#above());
  }
}
