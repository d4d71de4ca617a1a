/** A file of the field as the node reads it, and what it would become: pure functions of its answer. */
import type { Geometry, Position } from '@garance/client';
import { placeOf, type Place } from '@garance/map';

export type Drawn = { what: 'drawn'; uid: string; geometry: Geometry; kind: string; name: string; note?: string | null; state?: string; details?: Record<string, string> };
export type Located = { what: 'located'; uid: string; at: string; name?: string | null; position: { lon_deg: number; lat_deg: number }; details?: Record<string, string> };
export type Weight = 'aside' | 'mended' | 'said';
export type Tally = { code: string; count: number; weight: Weight; fr: string; en: string };
export type Problem = { code: string; feature?: string | null; detail?: string | null };
export type Column = { name: string; filled: number; samples: string[] };
export type Mapping = {
  name: string | null; note: string | null; kind: string | null; kinds: Record<string, string>;
  point: string; line: string; area: string; tracks: 'lines' | 'none';
};
export type FileRead = {
  reading: { format: string; title: string; crs: string; observations: (Drawn | Located)[]; columns: Column[]; problems: Problem[]; tallies: Tally[] };
  mapping: Mapping; drawings: Drawn[]; bounds: [number, number, number, number] | null;
};

/** Things of a file that become the same kind of drawing: those with the same value in the column that tells them apart. */
export type Layer = { key: string; value: string; place: Place; kind: string; drawings: Drawn[] };
/** The last place of something a file follows. */
export type Followed = { uid: string; name: string; position: Position; at: string; fixes: number };

/** More lines than this to choose from say nothing any more: the smallest are told together. */
const MOST_LAYERS = 24;

export function layersOf({ drawings, mapping }: FileRead): Layer[] {
  const layers = new Map<string, Layer>();
  for (const drawing of drawings) {
    const place = placeOf(drawing.geometry);
    const value = (mapping.kind && drawing.details?.[mapping.kind]) || '';
    const key = `${place} ${value}`;
    const layer = layers.get(key) ?? { key, value, place, kind: drawing.kind, drawings: [] };
    layer.drawings.push(drawing);
    layers.set(key, layer);
  }
  const all = [...layers.values()].toSorted((a, b) => b.drawings.length - a.drawings.length);
  return all.length <= MOST_LAYERS ? all : gathered(all);
}

/** The smallest layers of each place, as one without a value of its own. */
function gathered(all: readonly Layer[]): Layer[] {
  const kept = all.slice(0, MOST_LAYERS);
  for (const { place, kind, drawings } of all.slice(MOST_LAYERS)) {
    const rest = kept.find((layer) => layer.key === `${place} …`);
    if (rest) rest.drawings.push(...drawings);
    else kept.push({ key: `${place} …`, value: '…', place, kind, drawings: [...drawings] });
  }
  return kept;
}

export function followedOf({ reading }: FileRead): Followed[] {
  const last = new Map<string, Followed>();
  for (const one of reading.observations) {
    if (one.what !== 'located') continue;
    const known = last.get(one.uid);
    const position: Position = [one.position.lon_deg, one.position.lat_deg];
    const fixes = (known?.fixes ?? 0) + 1;
    if (!known || one.at >= known.at) last.set(one.uid, { uid: one.uid, name: one.name || one.uid, position, at: one.at, fixes });
    else known.fixes = fixes;
  }
  return [...last.values()];
}

/** Whether the file says of itself that it is not of the real thing: what Garance gives in an exercise says so on each object. */
export const isPlayed = ({ drawings }: FileRead): boolean => drawings.some(({ details }) => /^(exerci[cs]e|test)$/i.test(details?.['mode'] ?? ''));

const NAME_LETTERS = 200;

/** The name of a drawing, with its remark when it is asked for. */
export function nameOf({ name, note }: Drawn, withNote: boolean): string {
  const whole = withNote && note?.trim() ? `${name} — ${note.trim().replaceAll(/\s+/g, ' ')}` : name;
  return whole.length <= NAME_LETTERS ? whole : `${whole.slice(0, NAME_LETTERS - 1)}…`;
}

/** An identifier that the same words always give: reading the same file again names the same things. */
export async function identifierOf(words: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(words))).slice(0, 16);
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export async function digestOf(file: Blob): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
