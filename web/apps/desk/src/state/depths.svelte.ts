/** The simulated flood of the territory along the time shown: which grid, which step, its picture, its comparison. */
import { foldPicture, LEVEL_M, levelAt, parseInstant, readFrame, UNKNOWN, type DepthComparison, type DepthFrame, type DepthGrid, type DepthGrids, type Grid, type Position } from '@garance/client';
import { stepAt } from '@garance/time/marks.ts';
import { siteRoot } from './account.svelte.ts';
import type { Desk } from './desk.svelte.ts';

/** Pictures kept in memory: the whole film of most grids. */
const KEPT = 24;

export class Depths {
  readonly #desk: Desk;
  grids = $state.raw<DepthGrid[]>([]);
  /** Whether a past extent is mapped, to compare with. */
  compared = $state(false);
  chosen = $state<string | null>(null);
  /** The step a person holds, from 1; null while it follows the time shown. */
  by_hand = $state<number | null>(null);
  opacity = $state(0.75);
  frame = $state.raw<DepthFrame | null>(null);
  /** The step that `frame` is of. */
  drawn = $state<number | null>(null);
  comparison = $state.raw<DepthComparison | null>(null);
  problem = $state(false);
  #asked = false;
  readonly #frames = new Map<string, DepthFrame>();
  readonly #comparisons = new Map<string, DepthComparison>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Whether this territory has such grids at all. */
  get any(): boolean {
    return this.#desk.territory?.rasters?.some(({ role, unit }) => role === 'water-depths' && unit === 'm') ?? false;
  }

  /** Reads the list once, when somebody first looks. */
  async list(): Promise<void> {
    if (this.#asked || !this.any) return;
    this.#asked = true;
    try {
      const listed = await this.#desk.account.api.ask<DepthGrids>('GET', 'territory/depths');
      this.grids = listed.items;
      this.compared = listed.compared;
    } catch {
      this.#asked = false;
      this.problem = true;
    }
  }

  get grid(): DepthGrid | null {
    return this.grids.find(({ grid }) => grid === (this.chosen ?? this.#attached[0]?.raster)) ?? this.grids[0] ?? null;
  }

  /** The grids dated in the situation, of the territory shown. Dates hold for the past too: only what was known then hides them. */
  readonly #attached: Grid[] = $derived.by(() => {
    void this.#desk.version;
    const { journal, conductor, territory } = this.#desk;
    const facts = journal.all('recorded').filter(({ name }) => name.startsWith('grid.') || name === 'body.redacted.v1');
    if (facts.length === 0) return [];
    const until_ms = conductor.by === 'recorded' && !conductor.live ? conductor.shown_ms : Infinity;
    return foldPicture(facts, until_ms, 'recorded').grids.filter((grid) => grid.territory === territory?.version);
  });

  /** The dates of the grid shown, when the situation gives them. */
  get dated(): Grid | null {
    return this.#attached.find(({ raster, at }) => raster === this.grid?.grid && at.length === this.grid.bands) ?? null;
  }

  readonly instants: number[] = $derived(this.dated?.at.map(parseInstant) ?? []);

  /** The step shown, from 1; null before the first one. */
  readonly band: number | null = $derived.by(() => {
    const { grid } = this;
    if (!grid) return null;
    if (this.by_hand !== null) return Math.min(this.by_hand, grid.bands);
    if (!this.dated) return 1;
    const step = stepAt(this.instants, this.#desk.conductor.world_ms);
    return step === null ? null : step + 1;
  });

  /** The instant of the step shown, when it is dated. */
  get band_ms(): number | null {
    return this.band === null ? null : (this.instants[this.band - 1] ?? null);
  }

  choose(grid: string): void {
    this.chosen = grid;
    this.by_hand = null;
  }

  /** Puts the picture of the step shown in `frame`. The last one stays until the next is read: no flicker. */
  async draw(): Promise<void> {
    const { grid, band } = this;
    if (!grid || band === null) return this.#hold(null, null);
    const address = new URL(grid.picture.replace('{band}', String(band)).replace(/^\//, ''), siteRoot).href;
    try {
      const frame = this.#frames.get(address) ?? (await readFrame(address, grid.bbox));
      this.#keep(address, frame);
      if (this.grid === grid && this.band === band) this.#hold(frame, band);
      this.problem = false;
    } catch {
      // Another step's water under this step's name would lie.
      if (this.grid === grid && this.band === band) this.#hold(null, null);
      this.problem = true;
    }
  }

  #hold(frame: DepthFrame | null, band: number | null): void {
    this.frame = frame;
    this.drawn = band;
  }

  #keep(address: string, frame: DepthFrame): void {
    this.#frames.delete(address);
    this.#frames.set(address, frame);
    const [oldest] = this.#frames.keys();
    if (this.#frames.size > KEPT && oldest) this.#frames.delete(oldest);
  }

  async compare(): Promise<void> {
    const { grid, band } = this;
    if (!grid || band === null || !this.compared) {
      this.comparison = null;
      return;
    }
    const path = `territory/depths/${grid.grid}/${band}/comparison`;
    try {
      const found = this.#comparisons.get(path) ?? (await this.#desk.account.api.ask<DepthComparison>('GET', path));
      this.#comparisons.set(path, found);
      if (this.grid === grid && this.band === band) this.comparison = found;
    } catch {
      this.problem = true;
    }
  }

  /** The simulated depth at a place, in metres; null where nothing is known. */
  at(position: Position): number | null {
    const level = this.frame ? levelAt(this.frame, position) : null;
    return level === null || level === UNKNOWN ? null : level * LEVEL_M;
  }
}
