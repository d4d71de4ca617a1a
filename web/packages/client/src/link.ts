/** What a shared link says: read without trusting a letter of it, written as short as it stays readable. */
import type { By } from './journal.ts';
import type { SavedView } from './shown.ts';
import type { SavedCamera } from './wire.ts';

export type LinkCamera = Required<SavedCamera>;
export type LinkSelection = { kind: string; id: string };

export type Link = {
  situation: string | null;
  /** A saved view to open; what else the link says comes first. */
  view: string | null;
  axis: string | null;
  tab: string | null;
  layers: string[] | null;
  /** The instant shown; null for the present. */
  at_ms: number | null;
  by: By;
  camera: LinkCamera | null;
  volume: boolean;
  selection: LinkSelection | null;
};

/** The words a link may use; any other is as if it were not there. */
export type Vocabulary = { axes: readonly string[]; tabs: readonly string[]; layers: readonly string[]; kinds: readonly string[] };

const ID = /^[\w-]{1,100}$/;
/** The names of everything `readLink` reads. Other parameters belong to whoever wrote them. */
export const LINK_NAMES = ['situation', 'view', 'axis', 'tab', 'layers', 'at', 'by', 'camera', '3d', 'sel'] as const;

const among = (value: string | null, known: readonly string[]): string | null => (value !== null && known.includes(value) ? value : null);
const identifier = (value: string | null | undefined): string | null => (value && ID.test(value) ? value : null);

/** Everything readable of a link; what is not is left out. */
export function readLink(params: URLSearchParams, known: Vocabulary): Link {
  const at_ms = Date.parse(params.get('at') ?? '');
  return {
    situation: identifier(params.get('situation')),
    view: identifier(params.get('view')),
    axis: among(params.get('axis'), known.axes),
    tab: among(params.get('tab'), known.tabs),
    layers: params.get('layers')?.split(' ').filter((layer) => known.layers.includes(layer)) ?? null,
    at_ms: Number.isNaN(at_ms) ? null : at_ms,
    by: params.get('by') === 'recorded' ? 'recorded' : 'occurred',
    camera: readCamera(params.get('camera')),
    volume: params.has('3d'),
    selection: readSelection(params.get('sel'), known.kinds),
  };
}

/** A camera as `longitude,latitude,zoom,pitch,bearing`; null when it is not one. */
export function readCamera(text: string | null): LinkCamera | null {
  const parts = (text ?? '').split(',');
  const numbers = parts.map(Number);
  if (parts.length !== 5 || parts.some((part) => part.trim() === '') || !numbers.every(Number.isFinite)) return null;
  const [lon_deg, lat_deg, zoom, pitch_deg, bearing_deg] = numbers as [number, number, number, number, number];
  const placed = Math.abs(lon_deg) <= 180 && Math.abs(lat_deg) <= 85.06;
  const held = zoom >= 0 && zoom <= 24 && pitch_deg >= 0 && pitch_deg <= 85 && Math.abs(bearing_deg) <= 360;
  return placed && held ? { lon_deg, lat_deg, zoom, pitch_deg, bearing_deg } : null;
}

function readSelection(text: string | null, kinds: readonly string[]): LinkSelection | null {
  const [kind, id] = (text ?? '').split('~');
  const known = among(kind ?? null, kinds);
  const named = identifier(id);
  return known && named ? { kind: known, id: named } : null;
}

const short = (value: number, digits: number): string => String(Number(value.toFixed(digits)) + 0);

const writeCamera = ({ lon_deg, lat_deg, zoom, pitch_deg, bearing_deg }: LinkCamera): string =>
  [short(lon_deg, 5), short(lat_deg, 5), short(zoom, 2), short(pitch_deg, 0), short(bearing_deg, 0)].join(',');

const writeInstant = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/** The parameters of a link, and only those that say something. */
export function writeLink(link: Partial<Link>): Record<string, string> {
  const said: Record<string, string> = {};
  for (const name of ['situation', 'view', 'axis', 'tab'] as const) if (link[name]) said[name] = link[name];
  if (link.layers) said['layers'] = link.layers.join(' ');
  if (link.at_ms !== null && link.at_ms !== undefined) {
    said['at'] = writeInstant(link.at_ms);
    if (link.by === 'recorded') said['by'] = 'recorded';
  }
  if (link.camera) said['camera'] = writeCamera(link.camera);
  if (link.volume) said['3d'] = '';
  if (link.selection) said['sel'] = `${link.selection.kind}~${link.selection.id}`;
  return said;
}

/** A query string whose commas, colons and spaces stay short: each letter counts in a QR code. */
export const queryOf = (said: Record<string, string>): string =>
  Object.entries(said).map(([name, value]) => (value === '' ? name : `${name}=${encode(value)}`)).join('&');

const encode = (value: string): string => encodeURIComponent(value).replace(/%20/g, '+').replace(/%2C/g, ',').replace(/%3A/g, ':');

/** What a saved view has no member for, among the parameters of a link: its `look`. */
export function lookOf(params: Record<string, string>): string | null {
  const rest = Object.entries(params).filter(([name]) => name === 'tab' || !(LINK_NAMES as readonly string[]).includes(name));
  return rest.length > 0 ? queryOf(Object.fromEntries(rest)) : null;
}

/** A saved view as the link that shows it. */
export function linkOfView({ axis, layers, camera, volume, at, by, look }: SavedView): URLSearchParams {
  const camera_whole = { pitch_deg: 0, bearing_deg: 0, ...camera };
  const said = writeLink({ axis, layers, camera: camera_whole, volume, at_ms: at === null ? null : Date.parse(at), by });
  return new URLSearchParams([queryOf(said), look ?? ''].filter(Boolean).join('&'));
}
