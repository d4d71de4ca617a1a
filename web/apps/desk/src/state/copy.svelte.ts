/** The copy of one situation on this device: read when the desk opens, written as the facts come, wiped when rights end. */
import { mayStay, type Directory, type Fact, type Journal, type KeptAbout, type KeptPicture, type ServerClock, type Tracks } from '@garance/client';
import type { Account } from './account.svelte.ts';

const HEARD_EVERY_MS = 15_000;
const SAMPLES_EVERY_MS = 20_000;

export class KeptCopy {
  /** When the server was last heard before this page opened; null when nothing on screen came from a copy. */
  of_ms = $state<number | null>(null);
  /** The copy lacks facts that may not stay on a device. */
  withheld = $state(false);
  readonly #account: Account;
  readonly #situation: string;
  readonly #clock: ServerClock;
  #about: KeptAbout | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #written_ms = 0;
  #samples_ms = 0;

  constructor(account: Account, situation: string, clock: ServerClock) {
    this.#account = account;
    this.#situation = situation;
    this.#clock = clock;
  }

  /** What was kept, if anything; from here on what is heard is kept. */
  async open(): Promise<KeptPicture | null> {
    const { device, person } = this.#account;
    const copy = await device.read(person, this.#situation);
    this.#about = await device.begin(person, this.#situation);
    if (copy) {
      this.of_ms = copy.about.heard_ms;
      this.withheld = copy.about.withheld;
    }
    return copy;
  }

  /** One write after the other, in the order heard. */
  #then(task: (about: KeptAbout) => Promise<unknown>): void {
    this.#last = this.#last.then(() => (this.#about ? task(this.#about) : undefined)).catch(() => undefined);
  }

  #word(): { heard_ms: number; offset_ms: number } {
    const now_ms = this.#clock.now_ms();
    return { heard_ms: now_ms, offset_ms: now_ms - Date.now() };
  }

  take(facts: readonly Fact[], cursor: string): void {
    const heard = { ...this.#word(), cursor };
    this.#written_ms = Date.now();
    this.#then(async (about) => {
      if (!(await this.#account.device.add(about, facts, heard))) this.#about = null;
    });
  }

  /** The server spoke, of nothing new. */
  heard(): void {
    if (Date.now() - this.#written_ms < HEARD_EVERY_MS) return;
    this.#written_ms = Date.now();
    const heard = this.#word();
    this.#then((about) => this.#account.device.add(about, [], heard));
  }

  keepDirectory(directory: Directory): void {
    this.#then((about) => this.#account.device.keepDirectory(about, directory));
  }

  /** The last measures of the series that may stay, from time to time; `now` when the page is about to go. */
  keepSamples(journal: Journal, tracks: Tracks, now = false): void {
    if (!now && Date.now() - this.#samples_ms < SAMPLES_EVERY_MS) return;
    this.#samples_ms = Date.now();
    const series = journal.all('recorded').filter((fact) => fact.name.startsWith('series.declared.') && mayStay(fact)).map((fact) => String(fact.body?.['series'] ?? ''));
    const samples = new Map(series.map((id) => [id, tracks.all(id)] as const).filter(([, all]) => all.length > 0));
    if (samples.size > 0) this.#then((about) => this.#account.device.keepSamples(about, samples));
  }

  /** What was kept is not to be shown again; a new copy begins with what is heard next. */
  async renew(): Promise<void> {
    await this.forget();
    this.#about = await this.#account.device.begin(this.#account.person, this.#situation);
  }

  async forget(): Promise<void> {
    this.#about = null;
    this.of_ms = null;
    await this.#last;
    await this.#account.device.forget(this.#account.person, this.#situation);
  }
}
