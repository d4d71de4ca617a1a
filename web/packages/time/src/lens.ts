/** Which part of time is let through: everything since the start, the last minutes, or a fixed window. */
import { MINUTE, type Window } from './axis.ts';

export type Lens = { kind: 'whole' } | { kind: 'last'; width_ms: number } | ({ kind: 'between' } & Window);

export const WHOLE: Lens = { kind: 'whole' };

/** Widths offered for the moving window, in minutes. */
export const WIDTHS_MIN = [15, 30, 60, 180, 360] as const;

/** The first instant let through when `shown_ms` is shown. What comes after the shown time never is. */
export function firstLet(lens: Lens, shown_ms: number): number {
  if (lens.kind === 'whole') return -Infinity;
  return lens.kind === 'last' ? shown_ms - lens.width_ms : lens.from_ms;
}

/** Where the shown time may stand: a fixed window holds it. */
export function held(lens: Lens, ms: number): number {
  return lens.kind === 'between' ? Math.min(Math.max(ms, lens.from_ms), lens.to_ms) : ms;
}

/** A fixed window from two instants in any order, never under a minute. */
export function between(a_ms: number, b_ms: number): Lens & Window {
  const from_ms = Math.min(a_ms, b_ms);
  return { kind: 'between', from_ms, to_ms: Math.max(a_ms, b_ms, from_ms + MINUTE) };
}

/** The strip that shows a fixed window with a little of what is around it. */
export function around({ from_ms, to_ms }: Window): Window {
  const air = Math.max((to_ms - from_ms) * 0.15, 5 * MINUTE);
  return { from_ms: from_ms - air, to_ms: to_ms + air };
}

/** The lens as an address carries it; null for the one nobody need write. */
export function writeLens(lens: Lens): string | null {
  if (lens.kind === 'whole') return null;
  if (lens.kind === 'last') return `${lens.width_ms / MINUTE}`;
  return `${new Date(lens.from_ms).toISOString()}~${new Date(lens.to_ms).toISOString()}`;
}

export function readLens(text: string | null): Lens | null {
  if (!text) return null;
  const [from, to] = text.split('~');
  if (to === undefined) return /^\d{1,5}$/.test(text) && Number(text) > 0 ? { kind: 'last', width_ms: Number(text) * MINUTE } : null;
  const [from_ms, to_ms] = [Date.parse(from ?? ''), Date.parse(to)];
  return Number.isFinite(from_ms) && Number.isFinite(to_ms) && from_ms < to_ms ? between(from_ms, to_ms) : null;
}
