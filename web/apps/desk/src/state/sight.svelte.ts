/** What is seen of a situation at the instant one conductor shows: the only place where the desk folds facts. */
import { byOccurrence, parseInstant, storyTime, timeOf, type Entry, type Author, type ExerciseClock, type Journal, type Picture, type PictureFold, type Tracks } from '@garance/client';
import { readingAt, trafficAt, unitsAt, type Passer, type Reading, type Unit } from '@garance/map';
import { MINUTE } from '@garance/time/axis.ts';
import { firstLet } from '@garance/time/lens.ts';
import { untrack } from 'svelte';
import type { Conductor } from './conductor.svelte.ts';

/** How far ahead of now the server lets something be said to have occurred. */
const AHEAD_MS = 5 * MINUTE;
/** Presence is no fact: in the past, those who had written in the last minutes stand for it. */
export const WROTE_MS = 15 * MINUTE;

/** What the facts and measures of a situation are read from. */
export type Source = {
  readonly journal: Journal;
  readonly fold: PictureFold;
  readonly tracks: Tracks;
  readonly version: number;
  readonly tracksVersion: number;
  readonly exerciseClock: ExerciseClock | null;
};

export type Writer = Author & { last_ms: number };

export class Sight {
  readonly #source: Source;
  readonly #conductor: Conductor;

  constructor(source: Source, conductor: Conductor) {
    this.#source = source;
    this.#conductor = conductor;
  }

  /** Up to when facts count. Live, those that another clock dates a little ahead are there already. */
  get #until_ms(): number {
    return this.#conductor.live ? this.#conductor.shown_ms + AHEAD_MS : this.#conductor.shown_ms;
  }

  get #everything(): boolean {
    return this.#conductor.live && (this.#conductor.by === 'recorded' || this.#source.exerciseClock === null);
  }

  /** How many facts the shown time lets through: the picture is folded again only when this changes. */
  readonly #cut: number = $derived.by(() => {
    void this.#source.version;
    const { journal } = this.#source;
    return this.#everything ? journal.size : journal.countUntil(this.#until_ms, this.#conductor.by);
  });

  /** Everything known of that instant, whatever window is asked for. */
  readonly whole: Picture = $derived.by(() => {
    void this.#source.version;
    void this.#cut;
    const { by } = this.#conductor;
    const everything = this.#everything;
    return untrack(() => this.#source.fold.picture(everything ? Infinity : this.#until_ms, by));
  });

  /** The first instant the window lets through; -Infinity without one. */
  get from_ms(): number {
    return firstLet(this.#conductor.lens, this.#conductor.shown_ms);
  }

  /** The same instant in the world's time, which measures are read in. */
  get world_from_ms(): number {
    const { from_ms } = this;
    return this.#conductor.by === 'occurred' || from_ms === -Infinity ? from_ms : storyTime(this.#source.exerciseClock, from_ms);
  }

  readonly #before: number = $derived(this.#countBefore(this.whole.entries, this.from_ms));

  #countBefore(entries: readonly Entry[], from_ms: number): number {
    return from_ms === -Infinity ? 0 : entries.filter((entry) => this.#at(entry) < from_ms).length;
  }

  #at(entry: Entry): number {
    return parseInstant(this.#conductor.by === 'recorded' ? entry.recorded_at : entry.occurred_at);
  }

  /** The picture with the entries of the window only: units and shapes are states, they stay those of the instant. */
  readonly picture: Picture = $derived.by(() => {
    if (this.#before === 0) return this.whole;
    const from_ms = untrack(() => this.from_ms);
    return { ...this.whole, entries: this.whole.entries.filter((entry) => this.#at(entry) >= from_ms) };
  });

  readonly entries: Entry[] = $derived(this.picture.entries.toReversed());

  readonly units: Unit[] = $derived.by(() => {
    void this.#source.tracksVersion;
    return unitsAt(this.picture, this.#source.tracks, this.#conductor.world_ms);
  });

  /** What passes by and is nobody's means here. */
  readonly passers: Passer[] = $derived.by(() => {
    void this.#source.tracksVersion;
    return trafficAt(this.picture, this.#source.tracks, this.#conductor.world_ms);
  });

  readonly readings: Reading[] = $derived.by(() => {
    void this.#source.tracksVersion;
    return this.picture.series.filter((series) => series.kind !== 'position').map((series) => readingAt(series, this.#source.tracks, this.#conductor.world_ms));
  });

  /** Who had written in the quarter of an hour before the shown time, the last one first. */
  get writers(): Writer[] {
    void this.#source.version;
    const { by, shown_ms } = this.#conductor;
    const { journal } = this.#source;
    const facts = journal.all(by).slice(journal.countUntil(shown_ms - WROTE_MS, by), journal.countUntil(shown_ms, by));
    const last = new Map(facts.toSorted(byOccurrence).map((fact) => [`${fact.author.person} ${fact.author.role}`, { ...fact.author, last_ms: timeOf(fact, by) }]));
    return [...last.values()].sort((a, b) => b.last_ms - a.last_ms);
  }
}
