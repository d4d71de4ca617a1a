/** What a shared link carries: situation, time, camera, axis, selection, layers. */
import { formatInstant, parseInstant } from '@garance/client';
import { GROUPS, type Camera, type Selection } from '@garance/map';
import { AXES, type Axis, type Desk } from './desk.svelte.ts';

/** The camera a link asks for; null when it says nothing readable. */
export function cameraIn(search: string): Camera | null {
  const numbers = (new URLSearchParams(search).get('camera') ?? '').split(',').map(Number);
  if (numbers.length !== 5 || !numbers.every(Number.isFinite)) return null;
  const [lon_deg, lat_deg, zoom, pitch_deg, bearing_deg] = numbers as [number, number, number, number, number];
  return { lon_deg, lat_deg, zoom, pitch_deg, bearing_deg };
}

/** Puts a desk in the state the address asks for. Anything unreadable is left as it is. */
export function readAddress(desk: Desk): void {
  const params = new URLSearchParams(location.search);
  const axis = params.get('axis');
  if (AXES.includes(axis as Axis)) desk.enter(axis as Axis);
  const layers = params.get('layers')?.split(' ');
  if (layers) for (const { id } of GROUPS) desk.show(id, layers.includes(id));
  if (params.get('by') === 'recorded') desk.rule('recorded');
  const at = params.get('at');
  if (at && !Number.isNaN(Date.parse(at))) desk.conductor.hold(parseInstant(at));
  const [kind, id] = (params.get('sel') ?? '').split('~');
  if (kind && id) desk.select({ kind: kind as Selection['kind'], id });
}

/** The address that shows another person the same thing. */
export function writeAddress(desk: Desk): string {
  const address = new URL(location.pathname, location.origin);
  const { searchParams: params } = address;
  params.set('situation', desk.id);
  params.set('axis', desk.axis);
  params.set('layers', GROUPS.filter(({ id }) => desk.visibility[id]).map(({ id }) => id).join(' '));
  if (!desk.conductor.live) {
    params.set('at', formatInstant(desk.conductor.shown_ms));
    params.set('by', desk.conductor.by);
  }
  const camera = desk.map?.camera;
  if (camera) params.set('camera', [camera.lon_deg.toFixed(5), camera.lat_deg.toFixed(5), camera.zoom.toFixed(2), camera.pitch_deg.toFixed(0), camera.bearing_deg.toFixed(0)].join(','));
  if (desk.selection) params.set('sel', `${desk.selection.kind}~${desk.selection.id}`);
  return address.href;
}
