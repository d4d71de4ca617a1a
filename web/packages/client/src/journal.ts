/** The facts this browser holds about one situation, in the one order of all writers. Grow-only. */
import type { Fact } from './wire.ts';
import { parseInstant } from './instant.ts';

/** Which of a fact's two times rules: when it was written down, or when it happened in the world. */
export type By = 'recorded' | 'occurred';

type Stamp = { recorded: number; occurred: number; writer: string };

/** Instants are written as text and compared all the time: each fact's are read once. */
const stamps = new WeakMap<Fact, Stamp>();

function stampOf(fact: Fact): Stamp {
  let stamp = stamps.get(fact);
  if (!stamp) {
    stamp = { recorded: parseInstant(fact.recorded_at), occurred: parseInstant(fact.occurred_at), writer: fact.id.slice(0, fact.id.lastIndexOf('-')) };
    stamps.set(fact, stamp);
  }
  return stamp;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Total order of facts: recorded time, tick, writer; a writer that said two things at one tick is ordered all the same. */
export function byStamp(a: Fact, b: Fact): number {
  const [one, other] = [stampOf(a), stampOf(b)];
  return one.recorded - other.recorded || a.tick - b.tick || compare(one.writer, other.writer) || compare(a.id, b.id);
}

/** Order of what happened in the world; facts of the same instant keep their written order. */
export function byOccurrence(a: Fact, b: Fact): number {
  return stampOf(a).occurred - stampOf(b).occurred || byStamp(a, b);
}

export const timeOf = (fact: Fact, by: By): number => stampOf(fact)[by];

const ORDER: Record<By, (a: Fact, b: Fact) => number> = { recorded: byStamp, occurred: byOccurrence };
/** For more facts than this at once, sorting everything again costs less than finding each one's place. */
const FEW = 16;

type Ordered = { facts: readonly Fact[]; times: readonly number[] };

/** How many of a sorted list come before something, by a test that is true for those only. */
export function countBefore<T>(list: readonly T[], before: (one: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(list[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function inserted({ facts, times }: Ordered, fresh: readonly Fact[], by: By): Ordered {
  const [all, at] = [[...facts], [...times]];
  for (const fact of fresh) {
    const place = countBefore(all, (one) => ORDER[by](one, fact) <= 0);
    all.splice(place, 0, fact);
    at.splice(place, 0, timeOf(fact, by));
  }
  return { facts: all, times: at };
}

function sorted(all: readonly Fact[], by: By): Ordered {
  const facts = all.toSorted(ORDER[by]);
  return { facts, times: facts.map((fact) => timeOf(fact, by)) };
}

/** Whether a fact is new, or says what the copy on this device had left out. */
export const tellsMore = (held: Fact | undefined, fact: Fact): boolean => !held || (held.withheld === 'device' && fact.withheld !== 'device');

/** Facts without repetition, whatever order they arrive in. What is redacted is forgotten, words and all. */
export class Journal {
  readonly #byId = new Map<string, Fact>();
  readonly #arrivals = new Map<string, number>();
  #newest: string | null = null;
  readonly #redacted = new Set<string>();
  readonly #orders = new Map<By, Ordered>();

  /** Takes facts; answers those that were new, or whose words this device had not kept. */
  add(facts: readonly Fact[]): Fact[] {
    const fresh = [...new Map(facts.filter((fact) => tellsMore(this.#byId.get(fact.id), fact)).map((fact) => [fact.id, fact])).values()];
    if (fresh.length === 0) return fresh;
    const known = fresh.some((fact) => this.#byId.has(fact.id));
    for (const fact of fresh) this.#take(fact);
    const destroyed = fresh.filter((fact) => fact.name === 'body.redacted.v1').map((fact) => String(fact.body?.['fact']));
    for (const id of destroyed) this.#redacted.add(id);
    const gone = [...destroyed, ...fresh.map(({ id }) => id).filter((id) => this.#redacted.has(id))];
    for (const id of gone) this.#forget(id);
    for (const [by, held] of this.#orders) {
      if (known || gone.length > 0 || fresh.length > FEW) this.#orders.delete(by);
      else this.#orders.set(by, inserted(held, fresh, by));
    }
    return fresh;
  }

  #take(fact: Fact): void {
    if (!this.#byId.has(fact.id)) this.#arrivals.set(fact.id, this.#byId.size);
    this.#byId.set(fact.id, fact);
    this.#newest = fact.id;
  }

  #forget(id: string): void {
    const fact = this.#byId.get(id);
    if (fact?.body) this.#byId.set(id, { ...fact, body: null, withheld: fact.withheld ?? 'redacted' });
  }

  /** Begins again from nothing. */
  clear(): void {
    this.#byId.clear();
    this.#arrivals.clear();
    this.#newest = null;
    this.#redacted.clear();
    this.#orders.clear();
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Fact | undefined {
    return this.#byId.get(id);
  }

  /** The rank at which a fact came here, whatever its dates; null when it has not. The stream tells facts in one order. */
  arrivalOf(id: string): number | null {
    return this.#arrivals.get(id) ?? null;
  }

  /** The last fact that came. */
  get newest(): string | null {
    return this.#newest;
  }

  #order(by: By): Ordered {
    const held = this.#orders.get(by) ?? sorted([...this.#byId.values()], by);
    this.#orders.set(by, held);
    return held;
  }

  /** Every fact in that order. */
  all(by: By): readonly Fact[] {
    return this.#order(by).facts;
  }

  /** The instants of every fact in that order, in milliseconds. */
  times(by: By): readonly number[] {
    return this.#order(by).times;
  }

  /** How many facts stand at or before that instant. */
  countUntil(at_ms: number, by: By): number {
    return countBefore(this.#order(by).times, (time) => time <= at_ms);
  }
}
