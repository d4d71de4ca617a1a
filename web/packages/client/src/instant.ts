/** Instants are held as milliseconds since 1970 UTC inside the browser, and written RFC 3339 with `Z`. */

/** Reads an RFC 3339 instant; NaN never leaves: an unreadable text is a bug of the sender and throws. */
export function parseInstant(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new Error(`not an instant: ${text}`);
  return ms;
}

export function formatInstant(ms: number): string {
  return new Date(ms).toISOString();
}

/** Estimates the server's clock from its heartbeats. The smallest delay seen wins: it is the least late. */
export class ServerClock {
  #offset_ms = 0;
  #known = false;

  readonly #local: () => number;

  constructor(local: () => number = () => Date.now()) {
    this.#local = local;
  }

  /** Takes one `now` from the server. Offsets drift slowly, so a later, larger one is followed by one tenth. */
  heard(now: string): void {
    const offset = parseInstant(now) - this.#local();
    if (!this.#known || offset > this.#offset_ms || Math.abs(offset - this.#offset_ms) > 5_000) {
      this.#offset_ms = offset;
    } else {
      this.#offset_ms += (offset - this.#offset_ms) / 10;
    }
    this.#known = true;
  }

  now_ms(): number {
    return this.#local() + this.#offset_ms;
  }
}

/** Story time of an exercise: it runs from `story_at` at `speed` times the real pace since `real_at`. */
export function storyTime(
  clock: { story_at: string; real_at: string; speed: number } | null | undefined,
  now_ms: number,
): number {
  if (!clock) return now_ms;
  return parseInstant(clock.story_at) + (now_ms - parseInstant(clock.real_at)) * clock.speed;
}
