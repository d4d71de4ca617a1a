/** Why the stream was refused: a browser is not told, so the server is asked in other ways what it still allows. */
import type { Stream } from '@garance/client';
import type { Desk } from './desk.svelte.ts';

export class Doubt {
  readonly #desk: Desk;
  readonly #stream: () => Stream;
  readonly #ended: (code: string) => void;
  /** Attempts refused in a row by a server that answers otherwise. */
  #refusals = 0;
  /** The next welcome begins the journal again. */
  #anew = false;

  constructor(desk: Desk, stream: () => Stream, ended: (code: string) => void) {
    this.#desk = desk;
    this.#stream = stream;
    this.#ended = ended;
  }

  welcomed(): void {
    this.#refusals = 0;
    if (this.#anew) this.#desk.startOver();
    this.#anew = false;
  }

  /** An attempt failed before it opened. A journal restored from a backup, for one, does not know our cursor. */
  refused = async (): Promise<void> => {
    if ((await this.settled()) !== 'same' || ++this.#refusals < 2) return;
    if (this.#stream().cursor === null) return this.#askWhether();
    this.#refusals = 0;
    this.#anew = true;
    await this.#desk.copy.renew();
    this.#stream().restart();
  };

  /** Asks who is signed in on this browser now; somebody else, or nobody, ends this desk. */
  async settled(): Promise<'same' | 'other' | 'unknown'> {
    const who = await this.#desk.account.renew();
    if (who === 'other') this.#end('session-ended');
    return who;
  }

  /** Refused from the first fact on: too many streams for now, or a situation that is no longer this person's. */
  async #askWhether(): Promise<void> {
    const { account, id } = this.#desk;
    const shown = await account.api.situations().catch(() => null);
    if (shown && !shown.some((situation) => situation.id === id)) this.#end('rights-ended');
  }

  #end(code: string): void {
    this.#stream().end();
    this.#ended(code);
  }
}
