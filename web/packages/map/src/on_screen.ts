/** Points as the camera shows them, found under the pointer by a grid of the screen. Pure. */

export type Matrix = ArrayLike<number>;

const CELL_PX = 32;

/** Where each point is on screen; NaN when it is behind the camera. `places` holds x, y, z of each. */
export function projected(places: Float32Array, stride: number, count: number, m: Matrix, width: number, height: number): Float32Array {
  const screen = new Float32Array(count * 2);
  for (let n = 0; n < count; n += 1) {
    const x = places[n * stride]!;
    const y = places[n * stride + 1]!;
    const z = places[n * stride + 2]!;
    const w = m[3]! * x + m[7]! * y + m[11]! * z + m[15]!;
    const ahead = w > 0;
    screen[n * 2] = ahead ? (((m[0]! * x + m[4]! * y + m[8]! * z + m[12]!) / w) * 0.5 + 0.5) * width : NaN;
    screen[n * 2 + 1] = ahead ? (0.5 - ((m[1]! * x + m[5]! * y + m[9]! * z + m[13]!) / w) * 0.5) * height : NaN;
  }
  return screen;
}

export class ScreenGrid {
  readonly #screen: Float32Array;
  readonly #cells = new Map<number, number[]>();
  readonly #columns: number;
  /** How many are within the screen. */
  readonly inside: number;

  constructor(screen: Float32Array, width: number, height: number) {
    this.#screen = screen;
    this.#columns = Math.ceil(width / CELL_PX) + 2;
    let inside = 0;
    for (let n = 0; n < screen.length / 2; n += 1) {
      const x = screen[n * 2]!;
      const y = screen[n * 2 + 1]!;
      if (!(x >= 0 && y >= 0 && x <= width && y <= height)) continue;
      inside += 1;
      const cell = this.#cell(x, y);
      const there = this.#cells.get(cell);
      if (there) there.push(n);
      else this.#cells.set(cell, [n]);
    }
    this.inside = inside;
  }

  #cell(x: number, y: number): number {
    return (Math.floor(y / CELL_PX) + 1) * this.#columns + Math.floor(x / CELL_PX) + 1;
  }

  /** The nearest point within reach of that place of the screen; -1 when none is. Reach is less than a cell. */
  nearest(x: number, y: number, reach_px: number): number {
    let best = -1;
    let least = reach_px;
    for (const dy of [-CELL_PX, 0, CELL_PX]) {
      for (const dx of [-CELL_PX, 0, CELL_PX]) {
        for (const n of this.#cells.get(this.#cell(x + dx, y + dy)) ?? []) {
          const away = Math.hypot(this.#screen[n * 2]! - x, this.#screen[n * 2 + 1]! - y);
          if (away <= least) [best, least] = [n, away];
        }
      }
    }
    return best;
  }
}
