/** Measures in words: metres, kilometres, hectares, bearings, durations, as they are said on the radio. */
import { decimal, t, term } from '@garance/kit';
import type { Manner } from '@garance/map/degrees.ts';
import type { Wind } from '@garance/map/measure.ts';

const KM = 1_000;
const HECTARE = 10_000;
const KM2 = 1_000_000;

/** `85 m`, `1,24 km`, `137 km`. */
export function lengthWords(metres: number): string {
  if (Math.round(metres) < KM) return t('unit.metres', { n: decimal(metres, 0) });
  return t('unit.kilometres', { n: decimal(metres / KM, metres < 10 * KM ? 2 : metres < 100 * KM ? 1 : 0) });
}

/** `8 450 m²`, `12,4 ha`, `13,2 km²`. */
export function areaWords(square_metres: number): string {
  if (square_metres < HECTARE) return t('unit.square-metres', { n: decimal(square_metres, 0) });
  if (square_metres < 10 * KM2) return t('unit.hectares', { n: decimal(square_metres / HECTARE, square_metres < KM2 ? 2 : 1) });
  return t('unit.square-kilometres', { n: decimal(square_metres / KM2, 1) });
}

/** `245° SO`. */
export const bearingWords = (bearing_deg: number, wind: Wind): string => `${String(Math.round(bearing_deg) % 360).padStart(3, '0')}° ${term('wind', wind)}`;

/** `4 min`, `1 h 20`. */
export function durationWords(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes < 60 ? t('unit.minutes', { n: minutes }) : t('unit.hours', { h: Math.floor(minutes / 60), m: String(minutes % 60).padStart(2, '0') });
}

/** `3,2 m NGF`. */
export const heightWords = (metres: number): string => t('unit.ngf', { n: decimal(metres, 1) });

/** How coordinates are written in the reader's language. */
export const manner = (): Manner => ({ east: term('wind', 'e'), west: term('wind', 'w'), north: term('wind', 'n'), south: term('wind', 's'), decimal: decimal(0.5, 1).charAt(1) });
