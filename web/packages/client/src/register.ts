/** One value that people change over time, with what they knew of each other when they did. */
import type { Author, Fact } from './wire.ts';

export type Claim<T> = { fact: string; value: T; author: Author; occurred_at: string; recorded_at: string };

/** The known writings of one value, in the order of the reading, and which of them nobody has replaced. */
export class Register<T> {
  readonly #claims: Claim<T>[] = [];
  readonly #replaced = new Set<string>();

  write(fact: Fact, value: T): void {
    this.#claims.push({
      fact: fact.id,
      value,
      author: fact.author,
      occurred_at: fact.occurred_at,
      recorded_at: fact.recorded_at,
    });
    for (const ref of fact.refs) if (ref.rel === 'follows') this.#replaced.add(ref.fact);
  }

  /** The last writing in the order of the reading. */
  get last(): Claim<T> | undefined {
    return this.#claims.at(-1);
  }

  get value(): T | undefined {
    return this.last?.value;
  }

  /** Writings nobody replaced knowingly. One person is never in conflict with themself: their last word stands. */
  get heads(): Claim<T>[] {
    const open = this.#claims.filter((claim) => !this.#replaced.has(claim.fact));
    const lastOf = new Map(open.map((claim) => [claim.author.person, claim.fact]));
    return open.filter((claim) => lastOf.get(claim.author.person) === claim.fact);
  }

  /** The facts an author who sees this value must say they follow. */
  get follows(): string[] {
    return this.heads.map((claim) => claim.fact);
  }

  /** Two or more different values that stand side by side; empty when all agree. */
  get conflict(): Claim<T>[] {
    const heads = this.heads;
    const values = new Set(heads.map((claim) => JSON.stringify(claim.value)));
    return values.size > 1 ? heads : [];
  }
}
