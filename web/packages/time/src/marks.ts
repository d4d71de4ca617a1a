/** What stands out along the strip: thresholds crossed by a sensor, and its curve made small. */
import { MINUTE, type Window } from './axis.ts';

type Threshold = { name: string; value: number; severity: 'caution' | 'serious' | 'critical' };

/** Something to notice at an instant. `sign`: what is written when it is no severity, such as a level. */
export type Mark = { at_ms: number; severity: Threshold['severity'] | null; sign: string; words: string };

/** A threshold crossed again so soon is the same crossing: the sea has waves. */
const SAME_MS = 30 * MINUTE;

/** Each time a value rises through thresholds, with the highest of them. */
export function crossings<T extends Threshold>(samples: readonly (readonly number[])[], thresholds: readonly T[]): { at_ms: number; threshold: T }[] {
  const ranked = thresholds.toSorted((a, b) => a.value - b.value);
  const last = new Map<T, number>();
  const found: { at_ms: number; threshold: T }[] = [];
  for (const [index, [at_ms, value]] of samples.entries()) {
    const before = samples[index - 1]?.[1];
    if (before === undefined || at_ms === undefined || value === undefined) continue;
    const threshold = ranked.findLast((one) => before < one.value && one.value <= value);
    if (!threshold) continue;
    if (at_ms - (last.get(threshold) ?? -Infinity) > SAME_MS) found.push({ at_ms, threshold });
    last.set(threshold, at_ms);
  }
  return found;
}

/** At most two samples, the lowest and the highest, in each of `bins` parts of the window: peaks are never lost. */
export function outline(samples: readonly (readonly number[])[], { from_ms, to_ms }: Window, bins: number): [number, number][] {
  const parts = new Map<number, { low: readonly number[]; high: readonly number[] }>();
  for (const sample of samples) {
    const bin = Math.floor(((sample[0]! - from_ms) / (to_ms - from_ms)) * bins);
    if (bin < 0 || bin > bins) continue;
    const part = parts.get(bin) ?? { low: sample, high: sample };
    parts.set(bin, { low: sample[1]! < part.low[1]! ? sample : part.low, high: sample[1]! > part.high[1]! ? sample : part.high });
  }
  return [...parts.values()]
    .flatMap(({ low, high }) => (low === high ? [low] : [low, high]))
    .map(([at_ms, value]): [number, number] => [at_ms!, value!])
    .sort((a, b) => a[0] - b[0]);
}

/** Which of these dated steps holds at an instant, counted from 0: the last one begun; null before the first. */
export function stepAt(at: readonly number[], ms: number): number | null {
  const step = at.findLastIndex((begun) => begun <= ms);
  return step < 0 ? null : step;
}
