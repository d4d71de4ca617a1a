/** Places said in degrees: what the map can always say, without any projection. */
import type { Position } from '@garance/client';

export const SYSTEMS = ['decimal', 'sexagesimal', 'lambert93', 'utm', 'mgrs', 'dfci'] as const;
export type System = (typeof SYSTEMS)[number];

/** What is shown to be read aloud, and what is copied to be pasted into another tool. */
export type Said = { shown: string; copied: string };

/** The letters of the four winds, and how decimals are written, in the reader's language. */
export type Manner = { east: string; west: string; north: string; south: string; decimal: string };

const DIGITS = 5;

export function sayDecimal([lon, lat]: Position, { east, west, north, south, decimal }: Manner): Said {
  const part = (value: number, plus: string, minus: string): string => `${Math.abs(value).toFixed(DIGITS).replace('.', decimal)}°\u00a0${value < 0 ? minus : plus}`;
  return { shown: `${part(lat, north, south)}\u2002${part(lon, east, west)}`, copied: `${lat.toFixed(DIGITS)}, ${lon.toFixed(DIGITS)}` };
}

export function saySexagesimal([lon, lat]: Position, { east, west, north, south, decimal }: Manner): Said {
  const part = (value: number, plus: string, minus: string): string => {
    const tenths = Math.round(Math.abs(value) * 36_000);
    const [degrees, minutes, seconds] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, (tenths % 600) / 10];
    return `${degrees}°${String(minutes).padStart(2, '0')}′${seconds.toFixed(1).padStart(4, '0').replace('.', decimal)}″\u00a0${value < 0 ? minus : plus}`;
  };
  const shown = `${part(lat, north, south)}\u2002${part(lon, east, west)}`;
  return { shown, copied: shown.replaceAll('′', "'").replaceAll('″', '"').replaceAll('\u00a0', '').replaceAll('\u2002', ' ') };
}
