/** What a drawing can be: one table for the form, the map, the lists and the legend. It grows by lines. */
import type { Geometry } from '@garance/client';
import type { Palette } from './palette.ts';

export type Place = 'point' | 'line' | 'area';
export type KindFamily = 'hazard' | 'access' | 'people' | 'command' | 'note';
/** Names of the palette: colour is what the thing means (SITAC roles), never the only sign of it. */
type Hue = 'flood' | 'orange' | 'red' | 'green2' | 'violet' | 'blue' | 'grey';
export type Weave = 'hatch' | 'dots' | 'cross';

export type ShapeKind = {
  kind: string;
  family: KindFamily;
  on: readonly Place[];
  hue: Hue;
  /** The outline around the sign; `bare` when the sign is the outline. */
  frame: 'square' | 'circle' | 'bare';
  /** The sign, drawn with a pen on a 12-unit grid. */
  path: string;
  full?: boolean;
  /** What fills a zone besides its tint. */
  weave?: Weave;
};

export const KIND_FAMILIES: readonly KindFamily[] = ['hazard', 'access', 'people', 'command', 'note'];

export const SHAPE_KINDS: readonly ShapeKind[] = [
  { kind: 'flooded-area', family: 'hazard', on: ['area'], hue: 'flood', frame: 'square', path: 'M2.500 5c1.200-1.300 2.300-1.300 3.500 0s2.300 1.300 3.500 0M2.500 8c1.200-1.300 2.300-1.300 3.500 0s2.300 1.300 3.500 0', weave: 'hatch' },
  { kind: 'danger-zone', family: 'hazard', on: ['area'], hue: 'orange', frame: 'bare', path: 'M6 1 11.300 10.600H.7ZM6 4.500v3M6 9v.1', weave: 'cross' },
  { kind: 'plume', family: 'hazard', on: ['area'], hue: 'orange', frame: 'bare', path: 'M1 11 4.200 1.200M1 11 10.800 7.800M4.200 1.200C8.500 1 11 3.500 10.800 7.800M3.800 8.200 7.600 4.400', weave: 'dots' },
  { kind: 'breach', family: 'hazard', on: ['point', 'line'], hue: 'orange', frame: 'square', path: 'M6 2.800v4M6 8.900v.2' },
  { kind: 'hazard-source', family: 'hazard', on: ['point'], hue: 'orange', frame: 'bare', path: 'M6 1 11.300 10.600H.7Z', full: true },
  { kind: 'perimeter', family: 'access', on: ['area', 'line'], hue: 'red', frame: 'square', path: 'M4 9.500V2.600h2.200a2 2 0 0 1 0 4H4' },
  { kind: 'road-cut', family: 'access', on: ['point', 'line'], hue: 'red', frame: 'circle', path: 'm3.300 3.300 5.400 5.400M8.700 3.300 3.300 8.700' },
  { kind: 'evacuation-zone', family: 'people', on: ['area'], hue: 'green2', frame: 'square', path: 'M8.200 2.600H4.200v6.900h4M4.200 6h3.200' },
  { kind: 'reception-centre', family: 'people', on: ['point'], hue: 'green2', frame: 'square', path: 'M3.300 9.500 6 2.600l2.700 6.900M4.300 7.300h3.400' },
  { kind: 'meeting-point', family: 'people', on: ['point'], hue: 'green2', frame: 'square', path: 'M2.200 2.200 4.700 4.700M9.800 2.200 7.300 4.700M2.200 9.800l2.500-2.500M9.800 9.800 7.300 7.300M6 6v.1' },
  { kind: 'medical-post', family: 'people', on: ['point'], hue: 'green2', frame: 'square', path: 'M6 2.600v6.800M2.600 6h6.800' },
  { kind: 'command-post', family: 'command', on: ['point'], hue: 'violet', frame: 'square', path: 'M2.300 8.800V3.200h1.500a1.500 1.500 0 0 1 0 3H2.300M9.900 4.100A2 2 0 0 0 6.500 5v2a2 2 0 0 0 3.400.9' },
  { kind: 'landing-zone', family: 'command', on: ['point', 'area'], hue: 'violet', frame: 'circle', path: 'M4.200 3.300v5.400M7.800 3.300v5.400M4.200 6h3.600' },
  { kind: 'water-point', family: 'command', on: ['point'], hue: 'blue', frame: 'bare', path: 'M6 11A5 5 0 1 0 6 1a5 5 0 0 0 0 10Z', full: true },
  { kind: 'note', family: 'note', on: ['point', 'line', 'area'], hue: 'grey', frame: 'square', path: 'M6 5.300v4M6 2.900V3' },
];

const KNOWN = new Map(SHAPE_KINDS.map((each) => [each.kind, each]));
const OTHER: ShapeKind = { kind: 'other', family: 'note', on: [], hue: 'grey', frame: 'square', path: 'M6 5.900V6.100' };

const FRAMES = { square: 'M.8.8h10.400v10.400H.8Z', circle: 'M6 11.300A5.300 5.300 0 1 0 6 .7a5.300 5.300 0 0 0 0 10.600Z', bare: '' } as const;
const PLACES: Record<Geometry['type'], Place> = { Point: 'point', LineString: 'line', Polygon: 'area' };

/** The line of the table for that kind; a plain square for one that this desk does not know yet. */
export const kindOf = (kind: string): ShapeKind => KNOWN.get(kind) ?? OTHER;

/** The whole sign, with its frame, on the 12-unit grid. */
export const signOf = (kind: string): string => `${FRAMES[kindOf(kind).frame]}${kindOf(kind).path}`;

export const frameOf = (kind: string): string => FRAMES[kindOf(kind).frame];

export const placeOf = (geometry: Geometry): Place => PLACES[geometry.type];

/** The kinds that such a geometry can be, in the order of the table. */
export const kindsOn = (place: Place): readonly ShapeKind[] => SHAPE_KINDS.filter(({ on }) => on.includes(place));

export const hueOf = (kind: string, p: Palette): string => p[kindOf(kind).hue];
