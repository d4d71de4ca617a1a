/** The facts this browser holds about one situation, in the one order of all writers. Grow-only. */
import type { Fact } from './wire.ts';
import { parseInstant } from './instant.ts';

/** Which of a fact's two times rules: when it was written down, or when it happened in the world. */
export type By = 'recorded' | 'occurred';

const writerOf = (id: string): string => id.slice(0, id.lastIndexOf('-'));

/** Total order of facts: recorded time, tick, writer. */
export function byStamp(a: Fact, b: Fact): number {
  return (
    parseInstant(a.recorded_at) - parseInstant(b.recorded_at) ||
    a.tick - b.tick ||
    (writerOf(a.id) < writerOf(b.id) ? -1 : writerOf(a.id) > writerOf(b.id) ? 1 : 0)
  );
}

/** Order of what happened in the world; facts of the same instant keep their written order. */
export function byOccurrence(a: Fact, b: Fact): number {
  return parseInstant(a.occurred_at) - parseInstant(b.occurred_at) || byStamp(a, b);
}

export function timeOf(fact: Fact, by: By): number {
  return parseInstant(by === 'recorded' ? fact.recorded_at : fact.occurred_at);
}

/** Facts without repetition, whatever order they arrive in. */
export class Journal {
  readonly #byId = new Map<string, Fact>();
  #orders: Record<By, { facts: Fact[]; times: number[] }> | null = null;

  /** Takes facts; answers those that were new. */
  add(facts: readonly Fact[]): Fact[] {
    const fresh = facts.filter((fact) => !this.#byId.has(fact.id));
    for (const fact of fresh) this.#byId.set(fact.id, fact);
    if (fresh.length > 0) this.#orders = null;
    return fresh;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Fact | undefined {
    return this.#byId.get(id);
  }

  #order(by: By): { facts: Fact[]; times: number[] } {
    if (this.#orders === null) {
      const all = [...this.#byId.values()];
      const sorted = { recorded: all.toSorted(byStamp), occurred: all.toSorted(byOccurrence) };
      this.#orders = {
        recorded: { facts: sorted.recorded, times: sorted.recorded.map((fact) => timeOf(fact, 'recorded')) },
        occurred: { facts: sorted.occurred, times: sorted.occurred.map((fact) => timeOf(fact, 'occurred')) },
      };
    }
    return this.#orders[by];
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
    const { times } = this.#order(by);
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle]! <= at_ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
