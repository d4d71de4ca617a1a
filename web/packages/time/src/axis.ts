/** The arithmetic of the time conductor: windows, bins, ticks, steps. Instants are milliseconds since 1970 UTC. */

export type Window = { from_ms: number; to_ms: number };

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** Speeds offered in replay: seconds of story per second. */
export const SPEEDS = [1, 10, 60, 300, 1800] as const;

/** How many of the sorted `times` fall in each of `bins` equal parts of the window; the last part is closed. */
export function histogram(times: readonly number[], { from_ms, to_ms }: Window, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  const width = (to_ms - from_ms) / bins;
  if (!(width > 0)) return counts;
  for (const time of times) {
    if (time < from_ms || time > to_ms) continue;
    counts[Math.min(bins - 1, Math.floor((time - from_ms) / width))]! += 1;
  }
  return counts;
}

/** The window that holds all the facts and now, with a little air on both sides. */
export function wholeWindow(times: readonly number[], now_ms: number): Window {
  const past = times.filter((time) => time <= now_ms + HOUR);
  const from = past.length > 0 ? Math.min(past[0]!, now_ms) : now_ms - 6 * HOUR;
  const to = Math.max(now_ms, past.at(-1) ?? now_ms);
  const air = Math.max((to - from) * 0.03, 5 * MINUTE);
  return { from_ms: from - air, to_ms: to + air };
}

/** The same window made `factor` times as wide around one of its instants, never under two minutes. */
export function zoomed({ from_ms, to_ms }: Window, around_ms: number, factor: number): Window {
  const width = Math.max(2 * MINUTE, (to_ms - from_ms) * factor);
  const part = (around_ms - from_ms) / (to_ms - from_ms);
  const from = around_ms - part * width;
  return { from_ms: from, to_ms: from + width };
}

const STEPS = [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY];

/** How far ahead of UTC the wall is at an instant, in milliseconds. */
export type Offset = (ms: number) => number;

const utc: Offset = () => 0;
const QUARTER = 15 * MINUTE;

/**
 * Round instants of the wall to write under the strip, about `most` of them. On the day the hour changes, an hour that
 * comes twice is written twice, and one that does not exist is not written.
 */
export function ticks({ from_ms, to_ms }: Window, most: number, offset: Offset = utc): { step_ms: number; at: number[] } {
  const step = STEPS.find((candidate) => (to_ms - from_ms) / candidate <= most) ?? STEPS.at(-1)!;
  return { step_ms: step, at: step < DAY ? hours({ from_ms, to_ms }, step, offset) : midnights({ from_ms, to_ms }, offset, step) };
}

function hours({ from_ms, to_ms }: Window, step: number, offset: Offset): number[] {
  const stride = Math.min(step, QUARTER);
  const at: number[] = [];
  for (let ms = Math.ceil(from_ms / stride) * stride; ms <= to_ms; ms += stride) if ((ms + offset(ms)) % step === 0) at.push(ms);
  return at;
}

/** The midnights of the window, on the wall; every `step` of them from a fixed day when it is more than a day. */
export function midnights({ from_ms, to_ms }: Window, offset: Offset = utc, step = DAY): number[] {
  const at: number[] = [];
  for (let wall = Math.floor((from_ms + offset(from_ms)) / step) * step; wall <= to_ms + offset(to_ms); wall += step) {
    const ms = wall - offset(wall - offset(wall));
    if (ms >= from_ms && ms <= to_ms) at.push(ms);
  }
  return at;
}

/** The next fact after an instant, or the one before it, in sorted times; null when there is none. */
export function neighbour(times: readonly number[], at_ms: number, direction: 1 | -1): number | null {
  if (direction === 1) return times.find((time) => time > at_ms) ?? null;
  return times.findLast((time) => time < at_ms) ?? null;
}
