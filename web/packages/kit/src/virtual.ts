/** Where the rows of a long list stand, when each has its own height and most have never been drawn. Pure. */

export type Rows = readonly string[];
export type Range = { from: number; to: number };
/** A row by its key, and how far below its top the list is scrolled. */
export type Anchor = { key: string; into_px: number };

export class Layout {
  /** Heights of every row ever measured, and of the rows there are now in their order. */
  readonly #measured = new Map<string, number>();
  readonly #guess_px: number;
  #keys: Rows = [];
  #heights: Float64Array = new Float64Array(0);
  /** The top of each row, and the bottom of the last: one more than there are rows. */
  #tops: Float64Array = new Float64Array(1);
  #places = new Map<string, number>();

  constructor(guess_px: number) {
    this.#guess_px = guess_px;
  }

  get count(): number {
    return this.#keys.length;
  }

  get whole_px(): number {
    return this.#tops[this.#keys.length]!;
  }

  /** The rows there are now. Heights already measured are kept. */
  arrange(keys: Rows): void {
    this.#keys = keys;
    this.#places = new Map(keys.map((key, index) => [key, index]));
    this.#heights = Float64Array.from(keys, (key) => this.#measured.get(key) ?? this.#guess_px);
    this.#tops = new Float64Array(keys.length + 1);
    this.#stack(0);
  }

  #stack(from: number): void {
    for (let index = from; index < this.#heights.length; index += 1) this.#tops[index + 1] = this.#tops[index]! + this.#heights[index]!;
  }

  /** Takes measured heights; whether anything moved. */
  measure(measures: Iterable<readonly [key: string, height_px: number]>): boolean {
    let first = Infinity;
    for (const [key, height_px] of measures) {
      this.#measured.set(key, height_px);
      const index = this.placeOf(key);
      if (index < 0 || this.#heights[index] === height_px) continue;
      this.#heights[index] = height_px;
      first = Math.min(first, index);
    }
    if (first < Infinity) this.#stack(first);
    return first < Infinity;
  }

  placeOf(key: string): number {
    return this.#places.get(key) ?? -1;
  }

  top(index: number): number {
    return this.#tops[Math.max(0, Math.min(index, this.count))]!;
  }

  /** The row that covers that depth; the nearest one beyond the ends. */
  at(depth_px: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#tops[middle]! <= depth_px) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }

  /** Which rows to draw for that window, `spare_px` more on each side. `to` is not drawn. */
  range(scroll_px: number, window_px: number, spare_px: number): Range {
    if (this.count === 0) return { from: 0, to: 0 };
    return { from: this.at(scroll_px - spare_px), to: this.at(scroll_px + window_px + spare_px) + 1 };
  }

  anchor(scroll_px: number): Anchor | null {
    if (this.count === 0) return null;
    const index = this.at(scroll_px);
    return { key: this.#keys[index]!, into_px: scroll_px - this.top(index) };
  }

  /** The scroll that keeps a reader where they were; null when that row is gone. */
  keeping({ key, into_px }: Anchor): number | null {
    const index = this.placeOf(key);
    return index < 0 ? null : this.top(index) + into_px;
  }

  /** The least scroll that shows that row whole, or its top when it is taller than the window. */
  showing(index: number, scroll_px: number, window_px: number): number {
    const [top, bottom] = [this.top(index), this.top(index + 1)];
    if (top < scroll_px || bottom - top > window_px) return top;
    return bottom > scroll_px + window_px ? bottom - window_px : scroll_px;
  }
}

/** From that row on, in that direction, the first that can take the focus; else the nearest the other way. */
export function landing(from: number, step: 1 | -1, count: number, passed: (index: number) => boolean): number {
  for (const way of [step, -step]) {
    for (let index = from; index >= 0 && index < count; index += way) if (!passed(index)) return index;
  }
  return from;
}

/** Where a key of the keyboard leads from a row; null when it leads nowhere. */
export function moved(key: string, from: number, count: number, page: number): number | null {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
  const step = steps[key];
  if (step === undefined || count === 0) return null;
  return Math.max(0, Math.min(count - 1, from + step));
}
