/** The clicks and keys of a measure: each click a point, Enter or a double click ends it, Backspace takes the last back. */
import type { MapView } from '@garance/map';
import type { Measuring } from './measuring.svelte.ts';

type At = { lngLat: { lng: number; lat: number } };

const elsewhere = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.closest('input, select, textarea, button, a, [role=option]') !== null;

/** Takes the clicks of the map; answers how to give them back. */
export function measureByHand(view: MapView, measuring: Measuring): () => void {
  const { engine } = view;
  const click = ({ lngLat }: At): void => measuring.add([lngLat.lng, lngLat.lat]);
  const move = ({ lngLat }: At): void => {
    measuring.next = [lngLat.lng, lngLat.lat];
  };
  const out = (): void => {
    measuring.next = null;
  };
  const twice = (event: At & { preventDefault: () => void }): void => {
    event.preventDefault();
    measuring.end();
  };
  const key = (press: KeyboardEvent): void => {
    if (elsewhere(press.target)) return;
    if (press.key === 'Enter') measuring.end();
    else if (press.key === 'Backspace') measuring.undo();
    else return;
    press.preventDefault();
  };
  view.drawing = true;
  engine.getCanvas().style.cursor = 'crosshair';
  engine.on('click', click);
  engine.on('mousemove', move);
  engine.on('mouseout', out);
  engine.on('dblclick', twice);
  addEventListener('keydown', key);
  return () => {
    view.drawing = false;
    engine.getCanvas().style.cursor = '';
    engine.off('click', click);
    engine.off('mousemove', move);
    engine.off('mouseout', out);
    engine.off('dblclick', twice);
    removeEventListener('keydown', key);
  };
}
