/** The symbol about to be placed, under the pointer or the keys of the map. Loaded only when someone places symbols. */
import type { Position } from '@garance/client';
import { Marker, type MapMouseEvent } from 'maplibre-gl';
import { signImage } from './sign_images.ts';
import { snapped } from './snapping.ts';
import type { MapView } from './view.ts';

export type StampEars = { place(position: Position): void };

function middle({ engine }: MapView, aside_px: number): Position {
  const { clientWidth: wide, clientHeight: high } = engine.getCanvas();
  const { lng, lat } = engine.unproject([Math.min(wide - 60, (wide + aside_px) / 2), high / 2]);
  return [lng, lat];
}

export class Stamp {
  readonly #view: MapView;
  readonly #ears: StampEars;
  /** Clicks on the map place it; otherwise only keys do, and another hand hears the clicks. */
  readonly #clicks: boolean;
  readonly #marker: Marker;
  readonly #ghost = document.createElement('span');
  readonly #stops: (() => void)[] = [];
  snap = false;

  /** `aside_px` is how much of the left of the map is covered: it begins in the middle of the rest. */
  constructor(view: MapView, ears: StampEars, clicks: boolean, aside_px = 0) {
    this.#view = view;
    this.#ears = ears;
    this.#clicks = clicks;
    const element = document.createElement('span');
    element.className = 'stamp';
    element.ariaHidden = 'true';
    element.append(this.#ghost);
    this.#marker = new Marker({ element }).setLngLat(middle(view, aside_px)).addTo(view.engine);
    if (!clicks) return;
    view.drawing = true;
    view.engine.doubleClickZoom.disable();
    view.engine.getCanvas().style.cursor = 'crosshair';
    const on = (name: string, hear: (event: MapMouseEvent) => void): void => {
      const { unsubscribe } = view.engine.on(name as 'click', hear);
      this.#stops.push(() => unsubscribe());
    };
    on('mousemove', ({ lngLat }) => this.#marker.setLngLat(lngLat));
    on('click', ({ lngLat }) => this.#place([lngLat.lng, lngLat.lat]));
  }

  /** What is about to be placed; a line or an area shows a cross only. */
  show(name: string | null, turn_deg: number): void {
    this.#ghost.replaceChildren();
    this.#ghost.style.rotate = `${turn_deg}deg`;
    const drawn = name === null ? null : signImage(name);
    if (!drawn) return;
    const canvas = document.createElement('canvas');
    canvas.width = drawn.image.width;
    canvas.height = drawn.image.height;
    canvas.style.width = `${drawn.image.width / drawn.options.pixelRatio}px`;
    canvas.getContext('2d')!.putImageData(drawn.image, 0, 0);
    this.#ghost.append(canvas);
  }

  /** Moves it by that many pixels; the map follows when it nears an edge. */
  nudge(right_px: number, down_px: number): void {
    const { engine } = this.#view;
    const { x, y } = engine.project(this.#marker.getLngLat());
    const { clientWidth: wide, clientHeight: high } = engine.getCanvas();
    const to = engine.unproject([x + right_px, y + down_px]);
    this.#marker.setLngLat(to);
    if (x + right_px < 40 || y + down_px < 40 || x + right_px > wide - 40 || y + down_px > high - 40) engine.panTo(to, { animate: false });
  }

  /** Where it stands now: the keyboard's click. */
  placeHere(): void {
    const { lng, lat } = this.#marker.getLngLat();
    this.#place([lng, lat]);
  }

  /** Let go over the map, at that place of the window; false when it is not the map. */
  dropAt(x: number, y: number): boolean {
    const canvas = this.#view.engine.getCanvas();
    if (document.elementFromPoint(x, y) !== canvas) return false;
    const box = canvas.getBoundingClientRect();
    const { lng, lat } = this.#view.engine.unproject([x - box.left, y - box.top]);
    this.#marker.setLngLat([lng, lat]);
    this.#place([lng, lat]);
    return true;
  }

  #place(position: Position): void {
    this.#ears.place(this.snap ? snapped(this.#view, position) : position);
  }

  end(): void {
    for (const stop of this.#stops) stop();
    this.#marker.remove();
    if (!this.#clicks) return;
    this.#view.drawing = false;
    this.#view.engine.doubleClickZoom.enable();
    this.#view.engine.getCanvas().style.cursor = '';
  }
}
