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

/** Positions held for all series together: some tens of megabytes, whatever the night brings. */
const MOST_POSITIONS = 400_000;
/** And for each: no fewer than show where it comes from, no more than a night at one a second deserves. */
const LEAST_EACH = 60;
const MOST_EACH = 20_000;
/** Gauges are few and slow: they are held whole, up to this. */
const MOST_MEASURES = 50_000;

type Window = { from_ms: number; to_ms: number; samples: readonly Sample[] };

/**
 * Samples per series, bounded: beyond its share, a series keeps its latest whole and every second one of the older,
 * again and again, so that the farther back, the coarser. `wholeFrom` says since when nothing was left out; a window
 * read again from the server stands in for what was, one per series.
 */
export class Tracks {
  readonly #series = new Map<string, Sample[]>();
  readonly #whole_from = new Map<string, number>();
  readonly #windows = new Map<string, Window>();

  /** Adds samples in any order; the same instant twice keeps the last said. */
  add(series: string, samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    const held = this.#series.get(series) ?? [];
    const incoming = samples.toSorted((a, b) => a[0]! - b[0]!);
    if (held.length === 0 || held.at(-1)![0]! < incoming[0]![0]!) {
      for (const sample of incoming) held.push(sample);
      this.#hold(series, held);
      return;
    }
    const byTime = new Map(held.map((sample) => [sample[0]!, sample]));
    for (const sample of incoming) byTime.set(sample[0]!, sample);
    this.#hold(series, [...byTime.values()].sort((a, b) => a[0]! - b[0]!));
  }

  #hold(series: string, samples: Sample[]): void {
    this.#series.set(series, samples);
    const most = samples[0]!.length > COURSE ? Math.min(MOST_EACH, Math.max(LEAST_EACH, Math.floor(MOST_POSITIONS / this.#series.size))) : MOST_MEASURES;
    if (samples.length <= 2 * most) return;
    const whole = samples.length - Math.floor(most / 2);
    this.#series.set(series, samples.filter((_sample, at) => at >= whole || at % 2 === 0));
    this.#whole_from.set(series, samples[whole]![0]!);
  }

  /** Since when every sample received is held. */
  wholeFrom(series: string): number {
    return this.#whole_from.get(series) ?? -Infinity;
  }

  /** Says that what is before was not read. */
  leaveOut(series: string, before_ms: number): void {
    this.#whole_from.set(series, Math.max(before_ms, this.wholeFrom(series)));
  }

  /** A stretch of the past as the server holds it, in place of what was left out. */
  focus(series: string, from_ms: number, to_ms: number, samples: readonly Sample[]): void {
    this.#windows.set(series, { from_ms, to_ms, samples });
  }

  /** Whether that instant is known as the server knows it. */
  sharpAt(series: string, at_ms: number): boolean {
    return at_ms >= this.wholeFrom(series) || this.#window(series, at_ms) !== null;
  }

  #window(series: string, at_ms: number): Window | null {
    const window = this.#windows.get(series);
    return window && at_ms >= window.from_ms && at_ms <= window.to_ms ? window : null;
  }

  /** The last sample at or before T. Nothing is interpolated: a value shown is a value measured. */
  at(series: string, at_ms: number): Sample | null {
    const window = at_ms < this.wholeFrom(series) ? this.#window(series, at_ms) : null;
    const sharp = window && window.samples[lastUntil(window.samples, at_ms)];
    if (sharp) return sharp;
    const samples = this.#series.get(series);
    if (!samples) return null;
    return samples[lastUntil(samples, at_ms)] ?? null;
  }

  between(series: string, from_ms: number, to_ms: number): readonly Sample[] {
    const window = from_ms < this.wholeFrom(series) ? this.#window(series, to_ms) : null;
    if (window && window.from_ms <= from_ms) return cut(window.samples, from_ms, to_ms);
    return cut(this.#series.get(series) ?? [], from_ms, to_ms);
  }

  all(series: string): readonly Sample[] {
    return this.#series.get(series) ?? [];
  }
}

const cut = (samples: readonly Sample[], from_ms: number, to_ms: number): readonly Sample[] =>
  samples.slice(lastUntil(samples, from_ms - 1) + 1, lastUntil(samples, to_ms) + 1);
