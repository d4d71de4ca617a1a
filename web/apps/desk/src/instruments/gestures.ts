/** What hands do on the map for the instruments: right click, long press, and a rectangle drawn with shift or the tool. */
import type { Position } from '@garance/client';
import { anchorOf, mattersOf, type MapView, type Selection } from '@garance/map';
import type { Instruments } from '../state/instruments.svelte.ts';
import { overlaps, type Rectangle } from '@garance/map/rectangle.ts';
import { GROUP_OF, thingsOf } from './things.ts';

const LONG_PRESS_MS = 550;
const STILL_PX = 8;
/** A smaller rectangle was a click. */
const LEAST_PX = 6;

type Press = { point: { x: number; y: number }; lngLat: { lng: number; lat: number }; originalEvent: MouseEvent | TouchEvent; preventDefault: () => void };

/** Listens until the function answered is called. `draw` is told the rectangle being drawn, null when it ends. */
export function listenToMap(view: MapView, instruments: Instruments, draw: (rectangle: Rectangle | null) => void): () => void {
  const { engine } = view;
  engine.boxZoom.disable();
  const undo = [listenForLook(view, instruments), listenForBox(view, instruments, draw)];
  return () => undo.forEach((stop) => stop());
}

function listenForLook({ engine }: MapView, instruments: Instruments): () => void {
  const busy = (): boolean => instruments.bench.picking !== null || instruments.sheet === 'measure' || instruments.boxing;
  const look = ({ lngLat }: Pick<Press, 'lngLat'>): void => {
    if (!busy()) instruments.look([lngLat.lng, lngLat.lat]);
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  const down = (press: Press & { points: { x: number; y: number }[] }): void => {
    clearTimeout(timer);
    if (press.points.length !== 1) return;
    from = press.point;
    const { lngLat } = press;
    timer = setTimeout(() => look({ lngLat }), LONG_PRESS_MS);
  };
  const moved = ({ point }: Pick<Press, 'point'>): void => {
    if (Math.hypot(point.x - from.x, point.y - from.y) > STILL_PX) clearTimeout(timer);
  };
  const up = (): void => clearTimeout(timer);
  engine.on('contextmenu', look);
  engine.on('touchstart', down);
  engine.on('touchmove', moved);
  engine.on('touchend', up);
  engine.on('touchcancel', up);
  return () => {
    clearTimeout(timer);
    engine.off('contextmenu', look);
    engine.off('touchstart', down);
    engine.off('touchmove', moved);
    engine.off('touchend', up);
    engine.off('touchcancel', up);
  };
}

function listenForBox(view: MapView, instruments: Instruments, draw: (rectangle: Rectangle | null) => void): () => void {
  const { engine } = view;
  let stop = (): void => undefined;
  const down = (press: Press): void => {
    const { originalEvent: event } = press;
    const wanted = instruments.boxing || ('button' in event && event.button === 0 && event.shiftKey);
    if (!wanted || instruments.bench.sketch || instruments.bench.picking !== null || instruments.sheet === 'measure') return;
    press.preventDefault();
    event.preventDefault();
    stop = follow(view, press.point, draw, (rectangle) => takeIn(view, instruments, rectangle));
  };
  engine.on('mousedown', down);
  engine.on('touchstart', down);
  return () => {
    stop();
    engine.off('mousedown', down);
    engine.off('touchstart', down);
  };
}

function follow({ engine }: MapView, from: { x: number; y: number }, draw: (rectangle: Rectangle | null) => void, done: (rectangle: Rectangle) => void): () => void {
  const frame = engine.getCanvasContainer().getBoundingClientRect();
  let rectangle: Rectangle = [from.x, from.y, from.x, from.y];
  const move = (event: PointerEvent): void => {
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    rectangle = [Math.min(from.x, x), Math.min(from.y, y), Math.max(from.x, x), Math.max(from.y, y)];
    draw(rectangle);
  };
  const end = (): void => {
    removeEventListener('pointermove', move);
    removeEventListener('pointerup', up);
    removeEventListener('pointercancel', end);
    draw(null);
  };
  const up = (): void => {
    end();
    if (Math.max(rectangle[2] - rectangle[0], rectangle[3] - rectangle[1]) >= LEAST_PX) done(rectangle);
  };
  addEventListener('pointermove', move);
  addEventListener('pointerup', up);
  addEventListener('pointercancel', end);
  return end;
}

/** Selects what the map shows within a rectangle of the screen: what stands there, and zones and lines that touch it. */
export function takeIn(view: MapView, instruments: Instruments, rectangle: Rectangle): void {
  const { desk } = instruments;
  const project = (position: Position): Position => {
    const { x, y } = view.engine.project(position);
    return [x, y];
  };
  const drawn = new Set(mattersOf(desk.picture).map(({ id }) => id));
  const found = thingsOf(desk).filter(({ kind, id, geometry }): boolean => {
    if (!geometry || !desk.visibility[GROUP_OF[kind]] || (GROUP_OF[kind] === 'incidents' && !drawn.has(id))) return false;
    return kind === 'entry' ? overlaps(rectangle, { type: 'Point', coordinates: anchorOf(geometry) }, project) : overlaps(rectangle, geometry, project);
  });
  instruments.selected.take(found.map(({ kind, id }): Selection => ({ kind, id })));
  instruments.boxing = false;
  instruments.open('selected');
}

/** The whole of what the map shows now, as a rectangle. */
export function wholeView(view: MapView): Rectangle {
  const { clientWidth, clientHeight } = view.engine.getCanvas();
  return [0, 0, clientWidth, clientHeight];
}
