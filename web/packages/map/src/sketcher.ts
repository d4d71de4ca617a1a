/** The hand on the map while something is drawn: clicks, sweeps and handles become gestures. Loaded only when someone draws. */
import type { Position } from '@garance/client';
import { Marker, type MapMouseEvent, type MapTouchEvent } from 'maplibre-gl';
import { geometryOf, handlesOf, previewOf, type Draft, type Handle } from './drafting.ts';
import type { Feature } from './features.ts';
import { namePoint } from './naming.ts';
import { snapped } from './snapping.ts';
import type { MapView } from './view.ts';

export type SketchEars = {
  /** A place given. */
  place(position: Position): void;
  /** The outline is over: a double click, or a click on its first or last vertex. */
  complete(): void;
  swept(path: Position[], slack_m: number): void;
  /** A handle is under way (`settled` false) or has been let go. */
  move(handle: Handle, to: Position, settled: boolean): void;
  remove(index: number): void;
  /** The symbol is turned, in degrees clockwise from north; `settled` once let go. */
  turn(deg: number, settled: boolean): void;
  pointer(position: Position | null): void;
};

export type SketchWords = {
  /** What there is to read beside the pointer. */
  readings(draft: Draft, pointer: Position | null): string;
  handle(handle: Handle): string;
  turn: string;
};

const TOUCH_PX = 9;
const ABOVE_PX = -30;
const SWEEP_PX = 2;
const NUDGE_PX = 2;
const FAR_NUDGE_PX = 20;
const ARROWS: Record<string, [number, number]> = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const TURN_PX = 46;
const offsetAt = (deg: number): [number, number] => [TURN_PX * Math.sin((deg * Math.PI) / 180), -TURN_PX * Math.cos((deg * Math.PI) / 180)];

type Held = { marker: Marker; element: HTMLButtonElement; handle: Handle };

export class Sketcher {
  readonly #view: MapView;
  readonly #ears: SketchEars;
  readonly #words: SketchWords;
  readonly #held = new Map<string, Held>();
  #draft: Draft;
  #pointer: Position | null = null;
  #sweep: Position[] | null = null;
  #dragging: string | null = null;
  #stops: (() => void)[] = [];
  snap = false;
  #turner: Marker | null = null;
  #turned_deg: number | null = null;

  constructor(view: MapView, draft: Draft, ears: SketchEars, words: SketchWords) {
    this.#view = view;
    this.#ears = ears;
    this.#words = words;
    this.#draft = draft;
    view.drawing = true;
    view.engine.doubleClickZoom.disable();
    this.#listen();
    this.show(draft);
  }

  #listen(): void {
    const { engine } = this.#view;
    const on = <E>(name: string, hear: (event: E) => void): void => {
      const { unsubscribe } = engine.on(name as 'move', hear as never);
      this.#stops.push(() => unsubscribe());
    };
    on<MapMouseEvent>('click', ({ lngLat, point }) => this.#clicked([lngLat.lng, lngLat.lat], point));
    on<MapMouseEvent>('dblclick', () => !this.#draft.done && this.#ears.complete());
    on<MapMouseEvent>('mousemove', ({ lngLat }) => this.#hover([lngLat.lng, lngLat.lat]));
    on<MapMouseEvent>('mouseout', () => this.#hover(null));
    for (const name of ['mousedown', 'touchstart']) on<MapMouseEvent | MapTouchEvent>(name, ({ lngLat }) => this.#press([lngLat.lng, lngLat.lat]));
    on<MapTouchEvent>('touchmove', ({ lngLat }) => this.#hover([lngLat.lng, lngLat.lat]));
    for (const name of ['mouseup', 'touchend']) on(name, () => this.#release());
  }

  get #freehand(): boolean {
    return !this.#draft.done && this.#draft.tool === 'polygon' && this.#draft.way === 'freehand';
  }

  #at = (position: Position): Position => (this.snap ? snapped(this.#view, position) : position);

  #clicked(position: Position, point: { x: number; y: number }): void {
    if (this.#draft.done || this.#freehand) return;
    const near = (at: Position | undefined): boolean => {
      if (!at) return false;
      const { x, y } = this.#view.engine.project(at);
      return Math.hypot(x - point.x, y - point.y) <= TOUCH_PX;
    };
    const { trace, tool } = this.#draft;
    const ends = tool === 'polygon' ? [trace[0], trace.at(-1)] : tool === 'linestring' ? [trace.at(-1)] : [];
    if (ends.some(near)) this.#ears.complete();
    else this.#ears.place(this.#at(position));
  }

  #hover(position: Position | null): void {
    if (this.#draft.done) return;
    if (this.#sweep && position) {
      const before = this.#view.engine.project(this.#sweep.at(-1)!);
      const now = this.#view.engine.project(position);
      if (Math.hypot(now.x - before.x, now.y - before.y) < SWEEP_PX) return;
      this.#sweep.push(position);
    } else this.#pointer = position && this.#at(position);
    this.#ears.pointer(this.#pointer);
    this.#render();
  }

  #press(position: Position): void {
    if (this.#freehand) this.#sweep = [position];
  }

  #release(): void {
    const path = this.#sweep;
    this.#sweep = null;
    if (path && path.length > 2) this.#ears.swept(path, this.#pixel_m() * SWEEP_PX);
  }

  /** How many metres a pixel covers at the middle of the map. */
  #pixel_m(): number {
    const { engine } = this.#view;
    return (78_271.5 * Math.cos((engine.getCenter().lat * Math.PI) / 180)) / 2 ** engine.getZoom();
  }

  /** Shows the draft as it now is. */
  show(draft: Draft): void {
    this.#draft = draft;
    const { engine } = this.#view;
    if (this.#freehand) engine.dragPan.disable();
    else engine.dragPan.enable();
    engine.getCanvas().style.cursor = draft.done ? '' : 'crosshair';
    if (draft.done) this.#pointer = null;
    this.#render();
    this.#hold();
  }

  #render(): void {
    const draft = this.#draft;
    const geometry = this.#sweep ? previewOf({ ...draft, way: 'corners', trace: this.#sweep }, null) : previewOf(draft, this.#pointer);
    const dots = draft.done ? [] : draft.trace;
    const said = this.#words.readings(draft, this.#pointer);
    const where = draft.done ? null : this.#pointer ?? draft.trace.at(-1) ?? null;
    const point = (at: Position, words?: string): Feature => ({ type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: words ? { words } : {} });
    this.#view.show('sketch', [
      ...(geometry && geometry.type !== 'Point' ? [{ type: 'Feature', geometry, properties: {} } as Feature] : []),
      ...dots.map((at) => point(at)),
      ...(where && said ? [point(where, said)] : []),
    ]);
  }

  /** Puts the handles where they are now; one under the hand is left to it. */
  #hold(): void {
    const geometry = geometryOf(this.#draft);
    const wanted = geometry ? handlesOf(this.#draft, namePoint(geometry)) : [];
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, { marker }] of this.#held) {
      if (ids.has(id) || id === this.#dragging) continue;
      marker.remove();
      this.#held.delete(id);
    }
    for (const handle of wanted) {
      const held = this.#held.get(handle.id) ?? this.#grip(handle);
      held.handle = handle;
      held.element.ariaLabel = held.element.title = this.#words.handle(handle);
      if (this.#dragging !== handle.id) held.marker.setLngLat(handle.position);
    }
    this.turn(this.#turned_deg);
  }

  /** Offers a handle to turn the symbol, or takes it away (null). */
  turn(deg: number | null): void {
    this.#turned_deg = deg;
    const [at] = this.#draft.trace;
    if (deg === null || !this.#draft.done || !at) {
      this.#turner?.remove();
      this.#turner = null;
      return;
    }
    this.#turner ??= this.#turnHandle();
    if (this.#dragging !== 'turn') this.#turner.setLngLat(at).setOffset(offsetAt(deg));
  }

  #turnHandle(): Marker {
    const element = document.createElement('button');
    element.type = 'button';
    element.className = 'sketch-handle radius';
    element.ariaLabel = element.title = this.#words.turn;
    const marker = new Marker({ element }).setLngLat(this.#draft.trace[0]!).addTo(this.#view.engine);
    const follow = ({ clientX, clientY }: PointerEvent): number => {
      const box = this.#view.engine.getCanvas().getBoundingClientRect();
      const { x, y } = this.#view.engine.project(this.#draft.trace[0]!);
      return (Math.round((Math.atan2(clientX - box.left - x, y - (clientY - box.top)) * 180) / Math.PI) + 360) % 360;
    };
    element.addEventListener('pointerdown', (press) => {
      press.preventDefault();
      press.stopPropagation();
      element.setPointerCapture(press.pointerId);
      this.#dragging = 'turn';
    });
    element.addEventListener('pointermove', (move) => {
      if (this.#dragging !== 'turn') return;
      marker.setOffset(offsetAt(follow(move)));
      this.#ears.turn(follow(move), false);
    });
    element.addEventListener('pointerup', (release) => {
      if (this.#dragging !== 'turn') return;
      this.#dragging = null;
      this.#ears.turn(follow(release), true);
    });
    element.addEventListener('click', (click) => click.stopPropagation());
    element.addEventListener('keydown', (key) => {
      const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[key.key];
      if (!way) return;
      key.preventDefault();
      key.stopPropagation();
      this.#ears.turn(((this.#turned_deg ?? 0) + way * (key.shiftKey ? 45 : 5) + 360) % 360, true);
    });
    return marker;
  }

  #grip(handle: Handle): Held {
    const element = document.createElement('button');
    element.type = 'button';
    element.className = `sketch-handle ${handle.role}`;
    const above = handle.role === 'whole' && this.#draft.tool !== 'point';
    const marker = new Marker({ element, draggable: true, offset: [0, above ? ABOVE_PX : 0] }).setLngLat(handle.position).addTo(this.#view.engine);
    const held: Held = { marker, element, handle };
    this.#held.set(handle.id, held);
    let origin = handle;
    marker.on('dragstart', () => {
      this.#dragging = handle.id;
      origin = held.handle;
    });
    const drag = (settled: boolean): void => {
      const { lng, lat } = marker.getLngLat();
      this.#ears.move(origin, origin.role === 'whole' && above ? [lng, lat] : this.#at([lng, lat]), settled);
    };
    marker.on('drag', () => drag(false));
    marker.on('dragend', () => {
      this.#dragging = null;
      drag(true);
    });
    element.addEventListener('keydown', (key) => this.#key(key, held));
    element.addEventListener('click', (click) => click.stopPropagation());
    element.addEventListener('contextmenu', (menu) => {
      menu.preventDefault();
      menu.stopPropagation();
      if (held.handle.role === 'vertex') this.#ears.remove(held.handle.index);
    });
    return held;
  }

  /** By keyboard: arrows nudge the handle, Delete takes a vertex away. */
  #key(key: KeyboardEvent, { handle }: Held): void {
    const way = ARROWS[key.key];
    if (way) {
      key.preventDefault();
      key.stopPropagation();
      const { x, y } = this.#view.engine.project(handle.position);
      const step = key.shiftKey ? FAR_NUDGE_PX : NUDGE_PX;
      const { lng, lat } = this.#view.engine.unproject([x + way[0] * step, y + way[1] * step]);
      this.#ears.move(handle, [lng, lat], true);
    } else if (key.key === 'Delete' && handle.role === 'vertex') {
      key.preventDefault();
      this.#ears.remove(handle.index);
    }
  }

  /** Leaves the map. `ghost` keeps the outline in sight, for a drawing set aside. */
  end(ghost = false): void {
    for (const stop of this.#stops) stop();
    for (const { marker } of this.#held.values()) marker.remove();
    this.#held.clear();
    this.#turner?.remove();
    this.#pointer = null;
    if (ghost) this.#render();
    else this.#view.show('sketch', []);
    const { engine } = this.#view;
    engine.dragPan.enable();
    engine.doubleClickZoom.enable();
    engine.getCanvas().style.cursor = '';
    this.#view.drawing = false;
  }
}
