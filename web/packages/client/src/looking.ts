/** What came since a person last really looked. Pure: what the device keeps and what the screen shows are told apart. */
import type { Entry } from './shown.ts';
import type { Thing } from './things.ts';

/** How far a person has read: the last fact received then, and the hour it was on the desk. */
export type Mark = { fact: string; at_ms: number };

/** Without a key, a click or a scroll for this long, nobody is taken to be in front of the screen. */
export const AWAY_MS = 2 * 60_000;
/** A glance shorter than this has read nothing. */
export const DWELL_MS = 2_000;

export type Sight = {
  /** The time of the world, to tell a presence from an absence. */
  now_ms: number;
  /** The hour on the desk. */
  at_ms: number;
  /** The last fact received. */
  newest: string;
  /** Whether the top of the list is on a visible page, live. */
  seen: boolean;
};

/**
 * A visit lasts while the person gives signs of presence. `kept` moves on while they look; `line` is where they had read
 * when this visit began: it stays, so that it can be read, until the next visit or until they say that all is seen.
 */
export class Looking {
  kept: Mark | null;
  line: Mark | null;
  #sign_ms = -Infinity;
  #since_ms: number | null = null;

  constructor(kept: Mark | null) {
    this.kept = kept;
    this.line = kept;
  }

  /** The person is there: a key, a click, a scroll. After an absence this begins a visit. */
  sign(now_ms: number): void {
    if (now_ms - this.#sign_ms > AWAY_MS) this.line = this.kept;
    this.#sign_ms = now_ms;
  }

  /** What is on screen now; true when the mark moved on and must be kept. */
  look({ now_ms, at_ms, newest, seen }: Sight): boolean {
    if (!seen || now_ms - this.#sign_ms > AWAY_MS) {
      this.#since_ms = null;
      return false;
    }
    this.#since_ms ??= now_ms;
    if (now_ms - this.#since_ms < DWELL_MS || newest === this.kept?.fact) return false;
    this.kept = { fact: newest, at_ms };
    return true;
  }

  allSeen({ newest, at_ms }: Pick<Sight, 'newest' | 'at_ms'>): void {
    this.kept = { fact: newest, at_ms };
    this.line = this.kept;
  }
}

type Said = { fact: string; person: string };

const saidOf = ({ entry, author, corrections, struck }: Entry): Said[] =>
  [{ fact: entry, person: author.person }, ...[...corrections, ...struck].map((change) => ({ fact: change.fact, person: change.author.person }))];

/** The rank at which a fact came; null for one that has not. */
type Ranks = (fact: string) => number | null;

/**
 * What others wrote, changed, marked or assessed after a mark; `told` is what was said of a line since it was written.
 * Without a mark nothing is new: a newcomer has not missed everything.
 */
export function unread(entries: readonly Entry[], mark: Mark | null, me: string, rankOf: Ranks, told: (entry: string) => Thing | undefined = () => undefined): Set<string> {
  const after = mark && rankOf(mark.fact);
  if (after === null) return new Set();
  const fresh = (said: Said): boolean => said.person !== me && (rankOf(said.fact) ?? -1) > after;
  const since = (entry: string): Said[] => Object.values(told(entry)?.said ?? {}).map(({ fact, author }) => ({ fact, person: author.person }));
  return new Set(entries.filter((entry) => [...saidOf(entry), ...since(entry.entry)].some(fresh)).map(({ entry }) => entry));
}

/**
 * The line before which the list has been read: the first line, from the newest, that was there at the mark.
 * Null when nothing new stands above it.
 */
export function readFrom(newestFirst: readonly Entry[], fresh: ReadonlySet<string>, mark: Mark | null, rankOf: Ranks): string | null {
  const after = mark && rankOf(mark.fact);
  if (after === null) return null;
  const first = newestFirst.findIndex(({ entry }) => (rankOf(entry) ?? 0) <= after);
  if (first <= 0) return null;
  return newestFirst.slice(0, first).some(({ entry }) => fresh.has(entry)) ? newestFirst[first]!.entry : null;
}

const FADED_MS = 60 * 60_000;

/** How fresh something new still looks, from 1 to 0, by quarters: it fades in an hour. */
export const freshness = (age_ms: number): number => Math.max(0, 1 - Math.floor((Math.max(0, age_ms) * 4) / FADED_MS) / 4);
