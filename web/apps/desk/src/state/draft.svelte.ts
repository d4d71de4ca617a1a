/** A line being written: kept on this device until it is sent, so that a closed page loses nothing. */
import type { Label, Position } from '@garance/client';

export type Audience = Label['audience'];
type Kept = { text: string; category: string; channel: string; sender: string; recipient: string; audience: Audience; time: string; place: Position | null };

const BLANK: Kept = { text: '', category: 'information', channel: '', sender: '', recipient: '', audience: 'partners', time: '', place: null };

export class Draft {
  readonly #key: string;
  readonly #keeps: boolean;
  text = $state('');
  category = $state('information');
  channel = $state('');
  sender = $state('');
  recipient = $state('');
  audience = $state<Audience>('partners');
  /** The hour of the fact, as typed; '' for now. */
  time = $state('');
  place: Position | null = null;
  /** Whether it was found on this device when the page opened. */
  found = $state(false);

  constructor(key: string, keeps: boolean) {
    this.#key = key;
    this.#keeps = keeps;
    const kept = keeps ? localStorage.getItem(key) : null;
    if (!kept) return;
    try {
      this.fill(JSON.parse(kept) as Partial<Kept>);
      this.found = !this.empty;
    } catch {
      localStorage.removeItem(key);
    }
  }

  get empty(): boolean {
    return this.text.trim() === '';
  }

  get kept(): Kept {
    const { text, category, channel, sender, recipient, audience, time, place } = this;
    return { text, category, channel, sender, recipient, audience, time, place };
  }

  fill(kept: Partial<Kept>): void {
    Object.assign(this, { ...BLANK, ...kept });
  }

  /** Writes it on the device, or takes it away when nothing is in it. */
  keep(): void {
    if (!this.#keeps) return;
    if (this.empty) localStorage.removeItem(this.#key);
    else localStorage.setItem(this.#key, JSON.stringify(this.kept));
  }

  /** The next line begins: the kind of line and who may read it stay as they were. */
  clear(): void {
    const { category, audience } = this;
    this.fill({ category, audience });
    this.found = false;
    this.keep();
  }
}
