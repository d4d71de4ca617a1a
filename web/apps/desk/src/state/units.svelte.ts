/** Units as this person looks at them: the list asked for, the trails, the one the camera follows, the words of its place. */
import { parseInstant, type Entry, type Fact, type Position } from '@garance/client';
import { anchorOf, roster, stateCounts, TRAILS, type Asked, type Row, type TrailLength, type Unit } from '@garance/map';
import { SvelteSet } from 'svelte/reactivity';
import type { Desk } from './desk.svelte.ts';

const KEPT_TRAIL = 'garance.trail';
/** About ten metres: nearer, the words of a place stay the same. */
const PLACE_DIGITS = 4;
const HISTORY = 8;
const SAID = 4;
const OF_A_UNIT = new Set(['resource.declared.v1', 'resource.state-set.v1', 'resource.moved.v1']);

/** Ways of looking at means: by state (a board when wide), by sector, by group; what is left; what was asked; what was spent. */
export const MEANS_VIEWS = ['state', 'sectors', 'groups', 'potential', 'demands', 'spent'] as const;
export type MeansView = (typeof MEANS_VIEWS)[number];

export type From = { name: string; position: Position };
/** One thing that happened to a unit; `state` when that is what was said. */
export type Step = { id: string; at_ms: number; state: string | null; what: 'declared' | 'state' | 'moved'; fact: Fact };
type Here = { phrase: { fr: string; en: string } };

export class UnitsInHand {
  words = $state('');
  state = $state('');
  view = $state<MeansView>('state');
  /** Several in hand at once: what the keys and the bar act on. */
  readonly picked = new SvelteSet<string>();
  kind = $state('');
  age = $state<Asked['age']>('');
  sort = $state<Asked['sort']>('state');
  only = $state.raw<ReadonlySet<string> | null>(null);
  from = $state.raw<From | null>(null);
  trail = $state<TrailLength>('short');
  followed = $state<string | null>(null);
  phrase = $state.raw<{ key: string; fr: string; en: string } | null>(null);
  readonly #desk: Desk;
  #asked = '';

  constructor(desk: Desk) {
    this.#desk = desk;
    const kept = localStorage.getItem(KEPT_TRAIL);
    if (kept && kept in TRAILS) this.trail = kept as TrailLength;
  }

  readonly rows: Row[] = $derived.by(() => {
    const { words, state, kind, age, sort, only, from } = this;
    return roster(this.#desk.picture.resources, this.#desk.units, { words, state, kind, age, sort, only, from: from?.position ?? null }, this.#desk.conductor.world_ms);
  });

  readonly counts = $derived.by(() => stateCounts(this.#desk.picture.resources));
  readonly kinds: string[] = $derived.by(() => [...new Set(this.#desk.picture.resources.map(({ kind }) => kind))].sort());

  get filtered(): boolean {
    return this.words.trim() !== '' || this.state !== '' || this.kind !== '' || this.age !== '' || this.only !== null;
  }

  showAll = (): void => {
    this.words = this.state = this.kind = this.age = '';
    this.only = null;
  };

  unit(id: string): Unit | null {
    return this.#desk.units.find(({ resource }) => resource.id === id) ?? null;
  }

  setTrail(length: TrailLength): void {
    this.trail = length;
    localStorage.setItem(KEPT_TRAIL, length);
  }

  /** Lists only those units: what a count on the map stands for. */
  list(members: readonly string[]): void {
    this.showAll();
    this.only = new Set(members);
    this.view = 'state';
    this.#desk.axis = this.#desk.axis === 'watch' ? 'watch' : 'conduct';
    this.#desk.tab = 'resources';
  }

  follow(id: string | null): void {
    this.#desk.map?.follow(id);
  }

  /** Sorts by distance to what is selected; false when nothing placed is. */
  fromSelection(): boolean {
    const found = this.#selected();
    if (found) this.measureFrom(found);
    return found !== null;
  }

  measureFrom(from: From | null): void {
    this.from = from;
    if (from) this.sort = 'distance';
    else if (this.sort === 'distance') this.sort = 'state';
  }

  #selected(): From | null {
    const { selection, picture } = this.#desk;
    if (!selection) return null;
    const unit = this.unit(selection.id);
    if (unit) return { name: unit.resource.name, position: unit.position };
    const named = [...picture.shapes, ...picture.series].find(({ id }) => id === selection.id);
    const entry = picture.entries.find((one) => one.entry === selection.id);
    const geometry = named?.geometry ?? entry?.geometry;
    return geometry ? { name: named?.name ?? (entry?.text ?? '').slice(0, 40), position: anchorOf(geometry) } : null;
  }

  /** The latest lines of the logbook about a unit, the last one first. */
  saidOf(id: string): Entry[] {
    return this.#desk.picture.entries.filter(({ about, struck }) => about === id && struck.length === 0).slice(-SAID).toReversed();
  }

  /** What happened to a unit until the time shown, the last first. */
  history(id: string): Step[] {
    void this.#desk.version;
    const { by, shown_ms, live } = this.#desk.conductor;
    const facts = this.#desk.journal.all(by);
    const until = live ? facts.length : this.#desk.journal.countUntil(shown_ms, by);
    const steps: Step[] = [];
    for (let n = until - 1; n >= 0 && steps.length < HISTORY; n -= 1) {
      const fact = facts[n]!;
      if (OF_A_UNIT.has(fact.name) && fact.body?.['resource'] === id) steps.push(stepOf(fact));
    }
    return steps;
  }

  /** Asks the node for the words of a place; nothing is asked twice, nor when the link is cut. */
  async describe(position: Position): Promise<void> {
    const key = position.map((value) => value.toFixed(PLACE_DIGITS)).join();
    if (key === this.#asked || this.#desk.link !== 'live' || !this.#desk.territory) return;
    this.#asked = key;
    const [lon, lat] = key.split(',');
    const here = await this.#desk.account.api.ask<Here>('GET', `territory/here?lon=${lon}&lat=${lat}`).catch(() => null);
    if (this.#asked === key) this.phrase = here ? { key, ...here.phrase } : null;
    if (!here && this.#asked === key) this.#asked = '';
  }

  /** The words of that place, when they are known. */
  phraseOf(position: Position): { fr: string; en: string } | null {
    return this.phrase?.key === position.map((value) => value.toFixed(PLACE_DIGITS)).join() ? this.phrase : null;
  }
}

function stepOf(fact: Fact): Step {
  const what = fact.name === 'resource.declared.v1' ? 'declared' : fact.name === 'resource.moved.v1' ? 'moved' : 'state';
  return { id: fact.id, at_ms: parseInstant(fact.occurred_at), state: what === 'state' ? String(fact.body?.['state'] ?? '') : null, what, fact };
}
