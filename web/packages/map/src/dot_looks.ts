/** What a dot says of a unit without its symbol: a shape and a colour for its state, fainter as its position ages. Pure. */
import { AGEING_MS, STALE_MS, type Unit } from './features.ts';
import type { Palette } from './palette.ts';

export const DOT_SHAPES = ['disc', 'ring', 'triangle', 'square', 'cross', 'diamond', 'speck'] as const;
export type DotShape = (typeof DOT_SHAPES)[number];
type Ink = 'text' | 'blue' | 'normal' | 'unknown';

/** By state, in the order a list shows them: what is at work first. */
export const DOTS: Record<string, { shape: DotShape; ink: Ink }> = {
  engaged: { shape: 'disc', ink: 'text' },
  arrived: { shape: 'square', ink: 'text' },
  'in-transit': { shape: 'triangle', ink: 'blue' },
  validated: { shape: 'diamond', ink: 'blue' },
  requested: { shape: 'diamond', ink: 'text' },
  available: { shape: 'ring', ink: 'normal' },
  released: { shape: 'speck', ink: 'unknown' },
  'out-of-service': { shape: 'cross', ink: 'unknown' },
};

/** The same shapes for pens, on the 12-unit grid of pictograms. */
export const DOT_PATHS: Record<DotShape, { path: string; filled: boolean }> = {
  disc: { path: 'M6 9.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Z', filled: true },
  ring: { path: 'M6 9.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Z', filled: false },
  triangle: { path: 'M6 2.200 9.800 9H2.200Z', filled: true },
  square: { path: 'M2.800 2.800h6.400v6.400H2.800Z', filled: true },
  cross: { path: 'M3 3l6 6M9 3 3 9', filled: false },
  diamond: { path: 'M6 2 10 6 6 10 2 6Z', filled: false },
  speck: { path: 'M6 7.800a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600Z', filled: true },
};

const INKS: readonly Ink[] = ['text', 'blue', 'normal', 'unknown'];
const OTHER = DOTS['available']!;
const FADED = [255, 190, 120] as const;

/** How old a measured position is: 0 fresh, 1 ageing, 2 stale. One that was given does not age. */
export const stalenessOf = ({ source, at_ms }: Unit, now_ms: number): 0 | 1 | 2 =>
  source !== 'track' || now_ms - at_ms <= AGEING_MS ? 0 : now_ms - at_ms <= STALE_MS ? 1 : 2;

/** Shape, colour and opacity of a dot, as the three bytes its vertex carries. */
export function lookOf(unit: Unit, now_ms: number): [shape: number, ink: number, opacity: number] {
  const { shape, ink } = DOTS[unit.resource.state] ?? OTHER;
  return [DOT_SHAPES.indexOf(shape), INKS.indexOf(ink), FADED[stalenessOf(unit, now_ms)]];
}

/** The colours in the order vertices name them, each as red, green, blue from 0 to 1. */
export const inksOf = (p: Palette): number[] => INKS.flatMap((ink) => rgbOf(p[ink]));

export const rgbOf = (hex: string): [number, number, number] => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255) as [number, number, number];
