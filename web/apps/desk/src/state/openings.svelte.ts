/** The situations open in this window: one is looked at, the others stay linked behind it, a few at most. */
import type { SituationSummary } from '@garance/client';
import { isGrave, Refusal, type Raised } from '@garance/client';
import type { Account } from './account.svelte.ts';
import { readAddress } from './address.ts';
import { Desk } from './desk.svelte.ts';
import { Workbench } from './workbench.svelte.ts';

/** Each open situation holds its facts and one link: beyond this, the one looked at longest ago is closed. */
export const MOST_OPEN = 4;

export type Opened = { id: string; desk: Desk; bench: Workbench; seen_ms: number; stop: () => void };

export class Openings {
  readonly account: Account;
  list = $state.raw<Opened[]>([]);
  /** Every situation this person may see, as last read; null before. */
  known = $state.raw<SituationSummary[] | null>(null);
  current = $state<string | null>(null);
  /** Told each thing newly to read, in any open situation. */
  onraised: (raised: Raised, opened: Opened) => void = () => undefined;
  readonly #opening = new Map<string, Promise<Opened | null>>();
  /** Whose desks these are. */
  #person = '';

  constructor(account: Account) {
    this.account = account;
  }

  held = (id: string): Opened | null => this.list.find((one) => one.id === id) ?? null;

  /** Known not to be for this person: it does not exist, or they may not see it, and nothing tells which. */
  isAbsent = (id: string): boolean => this.known !== null && !this.known.some((one) => one.id === id);

  /** What is to read in the other open situations. */
  get elsewhere(): Raised[] {
    return this.list.filter(({ id }) => id !== this.current).flatMap(({ bench }) => bench.mustRead.list);
  }

  get unread(): number {
    return this.list.reduce((sum, { bench }) => sum + bench.mustRead.list.length, 0);
  }

  graveIn = (id: string): number => this.held(id)?.bench.mustRead.list.filter(isGrave).length ?? 0;

  async read(): Promise<void> {
    try {
      this.known = await this.account.situations();
    } catch (error) {
      if (error instanceof Refusal) this.known = [];
    }
    for (const { id } of this.list) if (this.isAbsent(id)) this.close(id);
  }

  /** The desk of that situation: the one already open as it was left, or a new one in the state of the address; null when it is not for them. */
  open(id: string): Promise<Opened | null> {
    if (this.account.person !== this.#person) this.closeAll();
    this.#person = this.account.person;
    const held = this.held(id);
    if (held) return Promise.resolve(held);
    const opening = this.#opening.get(id) ?? this.#make(id);
    this.#opening.set(id, opening);
    return opening;
  }

  async #make(id: string): Promise<Opened | null> {
    const person = this.#person;
    const isTheirs = (): boolean => person === this.account.person;
    const [territory] = await Promise.all([this.account.territory().catch(() => null), this.read()]);
    if (this.isAbsent(id) || !isTheirs()) {
      this.#opening.delete(id);
      return null;
    }
    const desk = new Desk(this.account, id, territory);
    const bench = new Workbench(desk);
    readAddress(desk);
    await desk.open();
    if (!isTheirs()) {
      desk.close();
      return null;
    }
    const opened: Opened = { id, desk, bench, seen_ms: Date.now(), stop: () => undefined };
    opened.stop = $effect.root(() => this.#attend(opened));
    this.#opening.delete(id);
    this.list = [...this.list, opened];
    return opened;
  }

  /** Watches one situation, in front or behind: what is newly to read is told once. */
  #attend(opened: Opened): void {
    const { desk, bench } = opened;
    let told: Set<string> | null = null;
    $effect(() => bench.mustRead.attend());
    $effect(() => {
      const { list } = bench.mustRead;
      if (!desk.ready) return;
      // What was already there when the page opened is shown, and makes no noise.
      const fresh = told === null ? [] : list.filter(({ id }) => !told!.has(id));
      told ??= new Set();
      for (const { id } of list) told.add(id);
      for (const raised of fresh) this.onraised(raised, opened);
    });
  }

  /** That situation comes in front. */
  enter(id: string): void {
    this.current = id;
    const opened = this.held(id);
    if (opened) opened.seen_ms = Date.now();
    this.#trim();
  }

  /** That situation goes behind, and stays linked. */
  leave(id: string): void {
    const opened = this.held(id);
    if (this.current === id) this.current = null;
    if (!opened) return;
    opened.seen_ms = Date.now();
    opened.bench.endPicking('nothing');
    opened.bench.sketching.setAside();
    opened.desk.conductor.pause();
  }

  close = (id: string): void => {
    const opened = this.held(id);
    if (!opened) return;
    opened.stop();
    opened.desk.close();
    this.list = this.list.filter((one) => one !== opened);
  };

  /** What one person had open is closed before another comes. */
  closeAll = (): void => {
    for (const { id } of this.list) this.close(id);
    this.#opening.clear();
    this.known = null;
  };

  #trim(): void {
    while (this.list.length > MOST_OPEN) {
      const behind = this.list.filter(({ id }) => id !== this.current);
      const oldest = behind.reduce((a, b) => (b.seen_ms < a.seen_ms ? b : a));
      this.close(oldest.id);
    }
  }
}
