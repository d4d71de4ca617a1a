/** Boxes on a picture, found by where they are: a grid, so that asking costs the same however many there are. Pure. */

export type Extent = { west: number; east: number; north: number; south: number };

const CELL_PX = 96;

export const cover = (a: Extent, b: Extent): boolean => a.west < b.east && b.west < a.east && a.north < b.south && b.north < a.south;

export class Boxes<T> {
  readonly #cells = new Map<string, Set<T>>();
  readonly #extents = new Map<T, Extent>();

  put(thing: T, extent: Extent): void {
    this.take(thing);
    this.#extents.set(thing, extent);
    for (const cell of cellsOf(extent)) {
      const there = this.#cells.get(cell) ?? new Set<T>();
      there.add(thing);
      this.#cells.set(cell, there);
    }
  }

  take(thing: T): void {
    const extent = this.#extents.get(thing);
    if (!extent) return;
    this.#extents.delete(thing);
    for (const cell of cellsOf(extent)) this.#cells.get(cell)?.delete(thing);
  }

  /** One of those that the extent covers, but for some; undefined when it is free. */
  covered(extent: Extent, but?: ReadonlySet<T>): T | undefined {
    for (const cell of cellsOf(extent)) {
      for (const thing of this.#cells.get(cell) ?? []) if (!but?.has(thing) && cover(extent, this.#extents.get(thing)!)) return thing;
    }
    return undefined;
  }
}

function cellsOf({ west, east, north, south }: Extent): string[] {
  const cells: string[] = [];
  for (let x = Math.floor(west / CELL_PX); x <= Math.floor(east / CELL_PX); x += 1) {
    for (let y = Math.floor(north / CELL_PX); y <= Math.floor(south / CELL_PX); y += 1) cells.push(`${x} ${y}`);
  }
  return cells;
}
