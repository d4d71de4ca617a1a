/** What was written and not yet acknowledged. Kept on the device with its original time; sent once, in order. */
import { Refusal } from './api.ts';
import type { Command, CommandAnswer } from './wire.ts';

/** `waiting` until acknowledged; `refused` stays, with the server's reason, until its author has seen it. */
export type Parcel = {
  order: number;
  person: string;
  name: string;
  command: Command;
  state: 'waiting' | 'refused';
  refusal?: { code: string; field: string | null; detail: Record<string, unknown> };
};

/** Where parcels are kept. Two keepers exist: the browser's database, and memory when it has none. */
export type Keeper = {
  all(): Promise<Parcel[]>;
  put(parcel: Parcel): Promise<void>;
  remove(command: string): Promise<void>;
};

export class MemoryKeeper implements Keeper {
  readonly #parcels = new Map<string, Parcel>();

  async all(): Promise<Parcel[]> {
    return [...this.#parcels.values()].sort((a, b) => a.order - b.order);
  }

  async put(parcel: Parcel): Promise<void> {
    this.#parcels.set(parcel.command.id, structuredClone(parcel));
  }

  async remove(command: string): Promise<void> {
    this.#parcels.delete(command);
  }
}

export type Sender = (name: string, command: Command) => Promise<CommandAnswer>;
export type Outcome = { sent: CommandAnswer } | { waiting: true } | { refused: Refusal };

/** Codes that say "not now" rather than "no": the parcel waits. */
const LATER = new Set(['overloaded', 'too-many-requests', 'read-only-storage', 'storage-full', 'not-signed-in']);

const isFinal = (error: unknown): error is Refusal =>
  error instanceof Refusal && error.status < 500 && error.status !== 401 && error.status !== 429 && !LATER.has(error.code);

export class Outbox {
  readonly #keeper: Keeper;
  readonly #send: Sender;
  readonly #person: string;
  readonly #changed: (parcels: Parcel[]) => void;
  #sending: Promise<void> = Promise.resolve();
  #last = 0;

  /** `changed` hears the parcels of that person each time they change. */
  constructor(keeper: Keeper, person: string, send: Sender, changed: (parcels: Parcel[]) => void) {
    this.#keeper = keeper;
    this.#person = person;
    this.#send = send;
    this.#changed = changed;
  }

  /** This person's parcels only: on a shared machine nobody sends in another's name. */
  async parcels(): Promise<Parcel[]> {
    return (await this.#keeper.all()).filter((parcel) => parcel.person === this.#person);
  }

  /** Keeps the command, then tries to send everything that waits; answers what became of this one. */
  async post(name: string, command: Command, now_ms: number): Promise<Outcome> {
    this.#last = Math.max(this.#last + 1, now_ms);
    await this.#keeper.put({ order: this.#last, person: this.#person, name, command, state: 'waiting' });
    await this.#tell();
    const outcomes = new Map<string, Outcome>();
    await this.flush(outcomes);
    return outcomes.get(command.id) ?? { waiting: true };
  }

  /** Sends what waits, oldest first, one at a time; stops at the first that cannot be delivered. */
  flush(outcomes: Map<string, Outcome> = new Map()): Promise<void> {
    this.#sending = this.#sending.then(() => this.#deliver(outcomes));
    return this.#sending;
  }

  /** The author has read why it was refused, or gives up sending it. */
  async discard(command: string): Promise<void> {
    await this.#keeper.remove(command);
    await this.#tell();
  }

  async #deliver(outcomes: Map<string, Outcome>): Promise<void> {
    for (const parcel of await this.parcels()) {
      if (parcel.state !== 'waiting') continue;
      try {
        outcomes.set(parcel.command.id, { sent: await this.#send(parcel.name, parcel.command) });
        await this.#keeper.remove(parcel.command.id);
      } catch (error) {
        if (!isFinal(error)) return;
        outcomes.set(parcel.command.id, { refused: error });
        const { code, field, detail } = error;
        await this.#keeper.put({ ...parcel, state: 'refused', refusal: { code, field, detail } });
      } finally {
        await this.#tell();
      }
    }
  }

  async #tell(): Promise<void> {
    this.#changed(await this.parcels());
  }
}
