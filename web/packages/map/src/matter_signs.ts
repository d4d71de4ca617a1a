/** The signs of incidents, networks down, zones, centres and missions, on the 12-unit grid: for the map, lists and legends. */
import { signOf } from './kinds.ts';
import { levelOf, natureOf } from './natures.ts';

const BOLT = 'M6.800 1.500 3 6.800h2.600L5 10.500l4-5.600H6.300Z';
const DROP = 'M6 1.500c1.500 2.200 3 4 3 6a3 3 0 0 1-6 0c0-2 1.500-3.800 3-6Z';
const FLAME = 'M6 1.500c.3 2.200 3 3.400 3 6A3 3 0 0 1 6 10.500a3 3 0 0 1-3-3C3 5.600 4.700 5 4.700 3.600c.8.400 1 1.200 1 1.900C6.500 4.600 6 3 6 1.500Z';
const PHONE = 'M3 2.500 4.500 2 5.500 4.500 4.500 5.300a5 5 0 0 0 2.200 2.200l.8-1L10 7.500l-.5 1.500C6 10.500 1.500 6 3 2.500Z';
const WAVES = 'M3 4.500a4.300 4.300 0 0 1 6 0M4.500 6.200a2.200 2.200 0 0 1 3 0M6 8.500v.1';

/** The sign of each network; a stroke across says that it is down. */
const NETWORKS: Record<string, string> = {
  power: BOLT, water: DROP, sewage: 'M2 4.500c1.300-1.400 2.600-1.400 4 0s2.700 1.400 4 0M2 8c1.300-1.400 2.600-1.400 4 0s2.700 1.400 4 0', gas: FLAME, landline: PHONE, mobile: 'M4 1.500h4v9H4ZM6 9v.1',
  internet: WAVES, road: 'M3.500 10.500 5 1.500M8.500 10.500 7 1.500M6 2.500v1.500M6 5.500V7M6 8.500V10', rail: 'M4 1.500v9M8 1.500v9M2.500 3.500h7M2.500 6h7M2.500 8.500h7', heat: 'M3 10.500c-2-2 1-3 0-5s1-3 2-3M7 10.500c-2-2 1-3 0-5s1-3 2-3',
};

const MEASURES: Record<string, string> = {
  evacuation: 'M1.500 6h6M5 3l3 3-3 3M10.500 2v8', 'shelter-in-place': 'M1.500 6 6 2l4.500 4M2.700 5v5.300h6.600V5', 'no-entry': 'M3 6h6',
};

const CENTRES: Record<string, string> = {
  reception: 'M1.500 5.800 6 2l4.500 3.800M2.700 5v5.300h6.600V5M6 7a1 1 0 1 0 0-2 1 1 0 0 0 0 2ZM4.300 10c0-1.500.7-2.300 1.700-2.300s1.700.8 1.700 2.300',
  lodging: 'M1.500 3v7M1.500 8.500h9V10M10.500 8.500V6.500H4.500M3 6.300a.9.900 0 1 0 0-1.800.9.900 0 0 0 0 1.800', assembly: 'M2.200 2.200 4.700 4.700M9.800 2.200 7.300 4.700M2.200 9.800l2.500-2.500M9.800 9.800 7.300 7.300M6 6v.1',
  casualties: 'M6 2.600v6.800M2.600 6h6.800', families: 'M4 5a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3ZM8 5a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3ZM1.500 10c0-2 1-3.500 2.500-3.500S6 8 6 10c0-2 .5-3.500 2-3.500s2.500 1.500 2.500 3.500',
};

const MISSION = 'M3.500 10.500v-9M3.500 2h6L8 4l1.500 2h-6';

export type Outline = 'octagon' | 'triangle' | 'diamond' | 'circle' | 'square' | 'house';

export const OUTLINES: Record<Outline, string> = {
  octagon: 'M3.500.5h5L11.500 3.500v5L8.500 11.500h-5L.5 8.500v-5Z', triangle: 'M6 .3 11.900 11.300H.1Z', diamond: 'M6 0l6 6-6 6-6-6Z', circle: 'M6 11.500A5.500 5.500 0 1 0 6 .5a5.500 5.500 0 0 0 0 11Z',
  square: 'M.7.7h10.600v10.600H.7Z', house: 'M.7 5.200 6 .6l5.300 4.600v6.100H.7Z',
};

const LEVELS: Record<string, Outline> = { critical: 'octagon', serious: 'triangle', caution: 'diamond', normal: 'circle', unknown: 'circle' };

/** The outline around the sign: the shape of the severity for an incident. */
export const outlineOf = (kind: string, severity: number): Outline =>
  kind === 'incident' ? LEVELS[levelOf(severity)]! : kind === 'mission' ? 'circle' : kind === 'centre' ? 'house' : 'square';

/** The sign alone. */
export function signOfMatter(kind: string, what: string): string {
  if (kind === 'incident') return natureOf(what).path;
  if (kind === 'outage') return NETWORKS[what] ?? BOLT;
  if (kind === 'zone') return MEASURES[what] ?? MEASURES['evacuation']!;
  if (kind === 'centre') return CENTRES[what] ?? CENTRES['reception']!;
  return kind === 'mission' ? MISSION : signOf(what);
}

/** Down: a stroke across the sign. */
export const STROKE = 'M1.800 10.200 10.200 1.800';

/** Where the sign lies within its outline, and how large it is there. */
export const INNER: Record<Outline, { x: number; y: number; scale: number }> = {
  octagon: { x: 2, y: 2, scale: 0.67 }, triangle: { x: 3.2, y: 4.700, scale: 0.47 }, diamond: { x: 2.800, y: 2.800, scale: 0.53 }, circle: { x: 2.200, y: 2.200, scale: 0.63 },
  square: { x: 1.700, y: 1.700, scale: 0.72 }, house: { x: 2.200, y: 3.300, scale: 0.63 },
};
