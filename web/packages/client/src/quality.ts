/** How good the link is, from what really passes through it: nothing is asked of the server to know. */

/** `slow`: it works, late. `silent`: open, but nothing comes any more. */
export type Quality = 'good' | 'slow' | 'silent';

/** The server's heartbeat comes every 5 s: this long without a word is no longer a rhythm. */
const SILENT_MS = 9_000;
const SLOW_MS = 2_000;
const FAST_MS = 1_000;
/** A link must be good for this long before it is called so again: nothing flickers. */
const STEADY_MS = 10_000;
const RECENT = 5;
/** What was measured longer ago says nothing of now. */
const STALE_MS = 60_000;

type Measure = { at_ms: number; delay_ms: number };

const middle = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

export class LinkQuality {
  heard_ms: number | null = null;
  #answers: Measure[] = [];
  #late: Measure[] = [];
  #least: number | null = null;
  #shown: Quality = 'good';
  #good_since: number | null = null;

  /** A frame came; `said_ms` when it tells the server's own time: its lateness is what it has over the least late one. */
  heard(at_ms: number, said_ms: number | null = null): void {
    this.heard_ms = at_ms;
    if (said_ms === null) return;
    const gap = at_ms - said_ms;
    this.#least = this.#least === null ? gap : Math.min(this.#least + 1, gap);
    this.#late = [...this.#late, { at_ms, delay_ms: gap - this.#least }].slice(-RECENT);
  }

  /** A command was answered after that long. */
  answered(at_ms: number, delay_ms: number): void {
    this.#answers = [...this.#answers, { at_ms, delay_ms }].slice(-RECENT);
  }

  /** A new connection: what was measured on the one before says nothing of it. */
  begin(): void {
    this.#answers = [];
    this.#late = [];
    this.#least = null;
    this.#shown = 'good';
    this.#good_since = null;
  }

  /** The usual delay of late: of answers to commands if there are any, else of the server's heartbeats; null when unknown. */
  delay_ms(now_ms: number): number | null {
    const recent = (measures: Measure[]): number[] => measures.filter(({ at_ms }) => now_ms - at_ms < STALE_MS).map(({ delay_ms }) => delay_ms);
    const answers = recent(this.#answers);
    const late = recent(this.#late);
    if (answers.length === 0 && late.length === 0) return null;
    return Math.max(answers.length > 0 ? middle(answers) : 0, late.length > 0 ? middle(late) : 0);
  }

  /** The word to show now. Worse is said at once, better only when it lasts. */
  at(now_ms: number): Quality {
    const age = this.heard_ms === null ? 0 : now_ms - this.heard_ms;
    const delay = this.delay_ms(now_ms) ?? 0;
    const seen: Quality = age > SILENT_MS ? 'silent' : delay > (this.#shown === 'good' ? SLOW_MS : FAST_MS) ? 'slow' : 'good';
    if (seen !== 'good') {
      this.#good_since = null;
      this.#shown = seen;
    } else if (this.#shown !== 'good') {
      this.#good_since ??= now_ms;
      if (now_ms - this.#good_since >= STEADY_MS) this.#shown = 'good';
      else if (this.#shown === 'silent') this.#shown = 'slow';
    }
    return this.#shown;
  }
}
