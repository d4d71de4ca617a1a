/** What the journeys may look at, and only when the address asks for it: `?test`, or `?test=0.4` to draw the map coarsely. */
import type { MapView } from '@garance/map';
import type { Desk } from './desk.svelte.ts';

declare global {
  interface Window {
    garance?: { ready: boolean; map: MapView['engine']; store: Desk; problems: string[] };
  }
}

/** `ready` is true once the facts are all read and the map has drawn everything it has. */
export function exposeForTests(desk: Desk, view: MapView): void {
  const asked = new URLSearchParams(location.search).get('test');
  if (asked === null) return;
  if (Number(asked) > 0) view.engine.setPixelRatio(Number(asked));
  const problems: string[] = [];
  window.garance = { ready: false, map: view.engine, store: desk, problems };
  view.engine.on('error', ({ error }) => problems.push(error?.message ?? 'error'));
  const settle = (): void => {
    if (window.garance && desk.ready) window.garance.ready = true;
    else view.engine.once('idle', settle);
    view.engine.triggerRepaint();
  };
  view.engine.once('idle', settle);
}
