/** The symbol sets of the node, brought when a drawing or the palette first needs them, and kept on this device. */
import type { Shape } from '@garance/client';
import { holdCharter, type Charter, type Words } from '@garance/map';
import type { Account } from './account.svelte.ts';

export const FRENCH = 'french-civil-security';
const KEY = 'garance.charter.';
const AGAIN_MS = 15_000;

type Offered = { id: string; name: Words };

export class Charters {
  /** Grows with each set that comes: what is drawn with it can then be drawn. */
  version = $state(0);
  offered = $state.raw<readonly Offered[]>([]);
  readonly #account: Account;
  readonly #held = new Map<string, Charter>();
  readonly #asked = new Map<string, number>();

  constructor(account: Account) {
    this.#account = account;
  }

  get(id: string): Charter | null {
    void this.version;
    return this.#held.get(id) ?? null;
  }

  /** Brings the sets that these drawings name. */
  want(shapes: readonly Shape[]): void {
    for (const id of new Set(shapes.flatMap(({ symbol }) => (symbol ? [symbol.set] : [])))) void this.bring(id);
  }

  /** What there is to choose from. */
  async list(): Promise<void> {
    const told = await this.#account.api.ask<{ items: Offered[] }>('GET', 'symbol-sets').catch(() => null);
    if (told) this.offered = told.items;
  }

  /** A set never heard of, or a node out of reach, is asked again later; the copy of this device serves meanwhile. */
  async bring(id: string): Promise<void> {
    if (Date.now() - (this.#asked.get(id) ?? -Infinity) < AGAIN_MS) return;
    this.#asked.set(id, this.#held.has(id) ? Infinity : Date.now());
    const kept = this.#held.has(id) ? null : read(id);
    if (kept) this.#hold(kept);
    const charter = await this.#account.api.ask<Charter>('GET', `symbol-sets/${id}`).catch(() => null);
    if (!charter) return;
    this.#asked.set(id, Infinity);
    if (charter.version !== kept?.version) this.#hold(charter);
    keep(charter);
  }

  #hold(charter: Charter): void {
    this.#held.set(charter.id, charter);
    holdCharter(charter);
    this.version += 1;
  }
}

function read(id: string): Charter | null {
  try {
    return JSON.parse(localStorage.getItem(KEY + id) ?? 'null') as Charter | null;
  } catch {
    return null;
  }
}

function keep(charter: Charter): void {
  try {
    localStorage.setItem(KEY + charter.id, JSON.stringify(charter));
  } catch {
    // A full device does without the copy.
  }
}
