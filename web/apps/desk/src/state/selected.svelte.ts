/** Several things selected together, beside the one selection of the desk. */
import type { Selection } from '@garance/map';
import { thingsOf, type Thing } from '../instruments/things.ts';
import type { Desk } from './desk.svelte.ts';

export class Selected {
  readonly #desk: Desk;
  chosen = $state.raw<readonly Selection[]>([]);

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Those that are still in the picture at the time shown. */
  readonly things: Thing[] = $derived.by(() => {
    if (this.chosen.length === 0) return [];
    const ids = new Set(this.chosen.map(({ id }) => id));
    return thingsOf(this.#desk).filter(({ id }) => ids.has(id));
  });

  take(chosen: readonly Selection[]): void {
    this.chosen = chosen;
  }

  clear = (): void => this.take([]);
}
