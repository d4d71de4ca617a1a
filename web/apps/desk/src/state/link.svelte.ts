/** The link as it is shown: measured, said at once when it worsens, and without flicker when it comes back. */
import { LinkQuality, parseInstant, type LinkState, type ServerFrame } from '@garance/client';

export type LinkWord = LinkState | 'slow' | 'silent';

/** A state on the way to another is shown only when it lasts. */
const PASSING_MS = 1_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;

export class LinkWatch {
  word = $state<LinkWord>('connecting');
  /** When something last came, by this device's clock. */
  heard_ms = $state<number | null>(null);
  delay_ms = $state<number | null>(null);
  now_ms = $state(Date.now());
  readonly #quality = new LinkQuality();
  #state: LinkState = 'connecting';
  #since_ms = Date.now();
  #retry_ms = FIRST_RETRY_MS;
  #next_try_ms = 0;

  linked(state: LinkState): void {
    if (state === 'connecting') this.#quality.begin();
    this.#state = state;
    this.#since_ms = Date.now();
    if (state === 'live' || state === 'cut' || state === 'ended') this.word = state;
    if (state === 'live') this.#retry_ms = FIRST_RETRY_MS;
  }

  heard(frame: ServerFrame): void {
    this.heard_ms = Date.now();
    this.#quality.heard(this.heard_ms, frame.type === 'clock' ? parseInstant(frame.now) : null);
  }

  /** Measures how long the server takes to answer a command. */
  async timed<T>(answer: Promise<T>): Promise<T> {
    const begun_ms = Date.now();
    const given = await answer;
    this.#quality.answered(Date.now(), Date.now() - begun_ms);
    return given;
  }

  /** Every second. */
  beat(): void {
    this.now_ms = Date.now();
    this.delay_ms = this.#quality.delay_ms(this.now_ms);
    if (this.#state === 'live') {
      const seen = this.#quality.at(this.now_ms);
      this.word = seen === 'good' ? 'live' : seen;
    } else if (this.#state === 'catching-up' && this.now_ms - this.#since_ms >= PASSING_MS) {
      this.word = 'catching-up';
    }
  }

  /** Whether it is time to try again what could not be sent although the link stands; each try waits longer. */
  get due(): boolean {
    if (this.#state !== 'live' || this.now_ms < this.#next_try_ms) return false;
    this.#next_try_ms = this.now_ms + this.#retry_ms;
    this.#retry_ms = Math.min(LONGEST_RETRY_MS, this.#retry_ms * 2);
    return true;
  }
}
