/** Reads a place as people write it: `45,9412 -0,9623`, `45.94 N 0.96 W`, `45°56'28"N 0°57'44"O`. Latitude first. */
import type { Position } from '@garance/client';

const NUMBER = /[-+−]?\d+(?:[.,]\d+)?/g;
const SIDES = /[NSEWO]/gi;

export function readPosition(text: string): Position | null {
  const numbers = (text.match(NUMBER) ?? []).map((number) => Number(number.replace(',', '.').replace('−', '-')));
  const pair = together(numbers);
  if (!pair) return null;
  const sides = (text.match(SIDES) ?? []).map((side) => side.toUpperCase());
  const [lat, lon] = [signed(pair[0], sides[0]), signed(pair[1], sides[1])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [lon, lat] : null;
}

function together(numbers: number[]): [number, number] | null {
  const sixty = (parts: number[]): number => {
    const [whole = 0, minutes = 0, seconds = 0] = parts;
    return (Math.sign(whole) || 1) * (Math.abs(whole) + minutes / 60 + seconds / 3600);
  };
  const half = numbers.length / 2;
  return half === 1 || half === 2 || half === 3 ? [sixty(numbers.slice(0, half)), sixty(numbers.slice(half))] : null;
}

const signed = (value: number, side: string | undefined): number => (side === 'S' || side === 'W' || side === 'O' ? -Math.abs(value) : value);

/** The same, to be read back. */
export const writePosition = ([lon, lat]: Position): string => `${lat.toFixed(5)} ${lon.toFixed(5)}`;
