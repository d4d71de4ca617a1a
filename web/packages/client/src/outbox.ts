/** What was written and not yet acknowledged. Kept on the device with its original time; sent once, in order. */
import { Refusal } from './api.ts';
import { onePage, type Tabs } from './tabs.ts';
import type { Command, CommandAnswer } from './wire.ts';

/** `waiting` until acknowledged; `refused` stays, with the server's reason, until its author has seen it. */
export type Parcel = {
  order: number;
  person: string;
  name: string;
  command: Command;
  state: 'waiting' | 'refused';
  /** The command whose fact this one answers: it leaves once that one is known, and names it. */
  after?: string;
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

/** A command that comes from another: the count, the mission that a line tells of. */
export type Following = { name: string; command: Command };

export type Sender = (name: string, command: Command) => Promise<CommandAnswer>;
export type Outcome = { sent: CommandAnswer } | { waiting: true } | { refused: Refusal };

/** Codes that say "not now" rather than "no": the parcel waits. `csrf-wrong`: the session on this browser is not the one this page knows. */
const LATER = new Set(['overloaded', 'too-many-requests', 'read-only-storage', 'storage-full', 'not-signed-in', 'csrf-wrong']);

const isFinal = (error: unknown): error is Refusal =>
  error instanceof Refusal && error.status < 500 && error.status !== 401 && error.status !== 429 && !LATER.has(error.code);

/** Whoever writes does not wait for longer than this to write again: the parcel goes on waiting by itself. */
const PATIENCE_MS = 2_500;

/** Already recorded when this page's turn came: another page of the browser had sent it. */
const ELSEWHERE: CommandAnswer = { facts: [], cursor: '', repeated: true };

export class Outbox {
  readonly #keeper: Keeper;
  readonly #send: Sender;
  readonly #person: string;
  readonly #changed: (parcels: Parcel[]) => void;
  readonly #tabs: Tabs;
  readonly #deaf: () => void;
  readonly #patience_ms: number;
  #last = 0;

  /** `changed` hears the parcels of that person each time they change, here or in another page. */
  constructor(keeper: Keeper, person: string, send: Sender, changed: (parcels: Parcel[]) => void, tabs: Tabs = onePage(), patience_ms = PATIENCE_MS) {
    this.#patience_ms = patience_ms;
    this.#keeper = keeper;
    this.#person = person;
    this.#send = send;
    this.#changed = changed;
    this.#tabs = tabs;
    this.#deaf = tabs.hear(() => void this.#show());
  }

  close(): void {
    this.#deaf();
  }

  /** This person's parcels only: on a shared machine nobody sends in another's name. */
  async parcels(): Promise<Parcel[]> {
    return (await this.#keeper.all()).filter((parcel) => parcel.person === this.#person);
  }

  /** Keeps the command and those that come from it, then tries to send everything that waits; answers what became of this one. */
  async post(name: string, command: Command, now_ms: number, then: readonly Following[] = []): Promise<Outcome> {
    await this.#put({ name, command }, now_ms);
    for (const following of then) await this.#put(following, now_ms, command.id);
    await this.#tell();
    const outcomes = new Map<string, Outcome>();
    const patient = await soon(this.flush(outcomes), this.#patience_ms);
    return outcomes.get(command.id) ?? (patient ? this.#found(command.id) : { waiting: true });
  }

  async #put({ name, command }: Following, now_ms: number, after?: string): Promise<void> {
    this.#last = Math.max(this.#last + 1, now_ms);
    await this.#keeper.put({ order: this.#last, person: this.#person, name, command, state: 'waiting', ...(after ? { after } : {}) });
  }

  /** Sends what waits, oldest first, one at a time; stops at the first that cannot be delivered. One page at a time. */
  flush(outcomes: Map<string, Outcome> = new Map()): Promise<void> {
    return this.#tabs.alone(() => this.#deliver(outcomes));
  }

  /** The author has read why it was refused, or gives up sending it. */
  async discard(command: string): Promise<void> {
    await this.#keeper.remove(command);
    await this.#tell();
  }

  /** What became of a parcel that this page did not send itself. */
  async #found(command: string): Promise<Outcome> {
    const parcel = (await this.parcels()).find((kept) => kept.command.id === command);
    if (!parcel) return { sent: ELSEWHERE };
    if (!parcel.refusal) return { waiting: true };
    return { refused: new Refusal(parcel.refusal.code, 422, parcel.refusal.field, parcel.refusal.detail) };
  }

  async #deliver(outcomes: Map<string, Outcome>): Promise<void> {
    for (const { command: { id } } of await this.parcels()) {
      const parcel = (await this.parcels()).find(({ command }) => command.id === id);
      if (parcel?.state !== 'waiting') continue;
      try {
        const sent = await this.#send(parcel.name, parcel.command);
        outcomes.set(id, { sent });
        await this.#answered(id, sent.facts[0] ?? null);
        await this.#keeper.remove(id);
      } catch (error) {
        if (!isFinal(error)) return;
        await this.#answered(id, null);
        outcomes.set(parcel.command.id, { refused: error });
        const { code, field, detail } = error;
        await this.#keeper.put({ ...parcel, state: 'refused', refusal: { code, field, detail } });
      } finally {
        await this.#tell();
      }
    }
  }

  /** What waited for that command names its fact from now on; refused, it goes back to its author's field and takes them with it. */
  async #answered(id: string, fact: string | null): Promise<void> {
    for (const { after, ...parcel } of await this.parcels()) {
      if (after !== id) continue;
      if (fact) await this.#keeper.put({ ...parcel, command: { ...parcel.command, answers: [fact] } });
      else await this.#keeper.remove(parcel.command.id);
    }
  }

  async #tell(): Promise<void> {
    this.#tabs.tell();
    await this.#show();
  }

  async #show(): Promise<void> {
    this.#changed(await this.parcels());
  }
}

/** Whether the task was done by then. */
async function soon(task: Promise<void>, patience_ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), patience_ms)));
  const done = await Promise.race([task.then(() => true), late]);
  clearTimeout(timer);
  return done;
}
