/** One aspect of one thing: everything people said of it, who knew of whom, and so what holds and what is in conflict. */
import { byOccurrence, byStamp, timeOf, type By } from './journal.ts';
import type { Author, Fact } from './wire.ts';

/** One statement, as a conflict shows it. */
export type Version<T = unknown> = { fact: string; aspect: string; value: T; author: Author; occurred_at: string; recorded_at: string };

/** An instant of looking, by one of the two times. */
export type Moment = { at_ms: number; by: By };

/** What speaks of the past whenever it was said is cut off by recorded time only. */
export const knownBy = (moment: Moment): Moment => (moment.by === 'recorded' ? moment : { at_ms: Infinity, by: 'recorded' });

type Said<T> = { fact: Fact; value: T };

export class Register<T> {
  readonly #said: Said<T>[];

  constructor(said: Said<T>[] = []) {
    this.#said = said;
  }

  write(fact: Fact, value: T): void {
    this.#said.push({ fact, value });
  }

  /** What had been said at that moment. */
  upto(moment: Moment): Register<T> {
    return new Register(this.#said.filter(({ fact }) => timeOf(fact, moment.by) <= moment.at_ms));
  }

  /** When the last of it happened, or was written down. */
  last_ms(by: By): number {
    return this.#said.reduce((last, { fact }) => Math.max(last, timeOf(fact, by)), -Infinity);
  }

  get empty(): boolean {
    return this.#said.length === 0;
  }

  /** The statement that holds: about the latest moment of the world. A late report fills the past, it does not undo the present. */
  get current(): Said<T> | undefined {
    return this.#ordered.at(-1);
  }

  /** The earliest statement in the order of all writers. */
  get first(): Said<T> | undefined {
    return this.history[0];
  }

  /** Every statement, in the order of all writers. */
  get history(): Said<T>[] {
    return this.#said.toSorted((a, b) => byStamp(a.fact, b.fact));
  }

  get #ordered(): Said<T>[] {
    return this.#said.toSorted((a, b) => byOccurrence(a.fact, b.fact));
  }

  /** The statements nobody has replaced, about the latest moment last. */
  get heads(): Said<T>[] {
    const replaced = new Set(this.#said.flatMap(({ fact }) => fact.refs.filter(({ rel }) => rel === 'follows').map((ref) => ref.fact)));
    return this.#ordered.filter(({ fact }) => !replaced.has(fact.id));
  }

  /** The heads of different people, when they do not agree. Nobody is in conflict with themself. */
  conflict(aspect: string): Version<T>[] {
    const lastWords = new Map(this.heads.map((head) => [head.fact.author.person, head]));
    const heads = [...lastWords.values()].sort((a, b) => byOccurrence(a.fact, b.fact));
    const values = new Set(heads.map(({ value }) => JSON.stringify(value)));
    return values.size > 1 ? heads.map((head) => versionOf(head, aspect)) : [];
  }
}

export const versionOf = <T>({ fact, value }: Said<T>, aspect: string): Version<T> => ({
  fact: fact.id, aspect, value, author: fact.author, occurred_at: fact.occurred_at, recorded_at: fact.recorded_at,
});

/** The facts to name in a change to a thing so seen: the heads of all its aspects. */
export function followsOf(...aspects: Register<unknown>[]): string[] {
  return [...new Set(aspects.flatMap((aspect) => aspect.heads.map(({ fact }) => fact.id)))].sort();
}

/** Whether a fact had happened, or was known, at that moment. */
export const includes = (moment: Moment, fact: Fact): boolean =>
  timeOf(fact, moment.by) <= moment.at_ms;
