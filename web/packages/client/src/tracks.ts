/** Telemetry held by the browser: time-ordered samples per series, asked for by instant. */
import type { Sample } from './wire.ts';

/** Columns of a position sample: t_ms, lon_deg, lat_deg, altitude_m, speed_mps, course_deg. */
export const LON = 1;
export const LAT = 2;
export const SPEED = 4;
export const COURSE = 5;

/** Index of the last sample at or before that instant; -1 when all are later. */
export function lastUntil(samples: readonly Sample[], at_ms: number): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (samples[middle]![0]! <= at_ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export class Tracks {
  readonly #series = new Map<string, Sample[]>();

  /** Adds samples in any order; the same instant twice keeps the last said. */
  add(series: string, samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    const held = this.#series.get(series) ?? [];
    const incoming = samples.toSorted((a, b) => a[0]! - b[0]!);
    if (held.length === 0 || held.at(-1)![0]! < incoming[0]![0]!) {
      for (const sample of incoming) held.push(sample);
      this.#series.set(series, held);
      return;
    }
    const byTime = new Map(held.map((sample) => [sample[0]!, sample]));
    for (const sample of incoming) byTime.set(sample[0]!, sample);
    this.#series.set(series, [...byTime.values()].sort((a, b) => a[0]! - b[0]!));
  }

  /** The last sample at or before T. Nothing is interpolated: a value shown is a value measured. */
  at(series: string, at_ms: number): Sample | null {
    const samples = this.#series.get(series);
    if (!samples) return null;
    return samples[lastUntil(samples, at_ms)] ?? null;
  }

  between(series: string, from_ms: number, to_ms: number): readonly Sample[] {
    const samples = this.#series.get(series);
    if (!samples) return [];
    return samples.slice(lastUntil(samples, from_ms - 1) + 1, lastUntil(samples, to_ms) + 1);
  }

  all(series: string): readonly Sample[] {
    return this.#series.get(series) ?? [];
  }
}
