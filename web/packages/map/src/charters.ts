/** Symbol sets as the node gives them, and those this page holds. A drawing names its set and symbol; nothing here is French. */
import type { DrawnSymbol, Shape } from '@garance/client';
import type { Place } from './kinds.ts';
import type { Tool } from './drafting.ts';

export type Words = { fr: string; en: string };
export type Mark = { d: string; fill?: 'ink' | 'ground' | 'engaged'; width?: number; dash?: boolean };
export type Lettering = { text?: string; x?: number; y?: number; size?: number; width?: number; ink?: 'ground' | 'engaged' };
export type Line = {
  stroke?: 'dashed' | 'dotted' | 'double' | 'none'; width_px?: number; along?: Mark[]; every_px?: number; head?: Mark[]; tail?: Mark[]; mark_px?: number;
};
export type Sign = {
  id: string; name: Words; family: string; role: string; kind?: string; places: Place[]; marks?: Mark[]; letters?: Lettering;
  label?: 'inside' | 'along' | 'none'; line?: Line; fill?: 'tint' | 'hatch'; turns?: boolean; wide_px?: number; emsi?: string; words?: string[];
};
export type Role = { name: Words; letter?: string; light: string; dark: string };
export type Family = { id: string; key: string; name: Words };
export type Charter = { id: string; version: string; name: Words; roles: Record<string, Role>; families: Family[]; symbols: Sign[] };

/** A symbol with the role that gives it its colour and letter. */
export type Signed = { set: string; sign: Sign; role: Role };

const held = new Map<string, Map<string, Signed>>();

export function holdCharter({ id, roles, symbols }: Charter): void {
  held.set(id, new Map(symbols.flatMap((sign) => (roles[sign.role] ? [[sign.id, { set: id, sign, role: roles[sign.role]! }] as const] : []))));
}

/** The symbol a drawing names, once its set is held and when it can be drawn on such a geometry; null otherwise. */
export function signedBy(symbol: Pick<DrawnSymbol, 'set' | 'id'> | null): Signed | null {
  return (symbol && held.get(symbol.set)?.get(symbol.id)) ?? null;
}

const PLACES: Record<Shape['geometry']['type'], Place> = { Point: 'point', LineString: 'line', Polygon: 'area' };

export function signedShape({ symbol, geometry }: Pick<Shape, 'symbol' | 'geometry'>): Signed | null {
  const signed = signedBy(symbol);
  return signed?.sign.places.includes(PLACES[geometry.type]) ? signed : null;
}

const TOOLS: Record<Place, Tool> = { point: 'point', line: 'linestring', area: 'polygon' };

/** How a symbol is usually traced. */
export const toolOf = ({ places }: Sign): Tool => TOOLS[places[0]!];

/** Letters that stand for the symbols of a family, in order: 1 to 9, then a to z. */
export const KEYS = '123456789abcdefghijklmnopqrstuvwxyz';

/** What can be written of it: one line, 40 characters at most. */
export const plainText = (text: string): string => text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim().slice(0, 40);
