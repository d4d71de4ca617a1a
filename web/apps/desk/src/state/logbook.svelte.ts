/** The logbook as one person reads and writes it: what they seek, what they have seen, what they are writing. */
import { VISAS, EVERYTHING, inForce, Looking, markOf, plain, readFrom, seeking, unread, type Box, type Visa, type Entry, type Geometry, type Mark, type Outcome, type Parcel, type Sought, type Thing } from '@garance/client';
import { refusalWords, t } from '@garance/kit';
import { markNext } from '../lists/marks.ts';
import type { Desk } from './desk.svelte.ts';
import type { Saying } from './saying.ts';
import { Draft } from './draft.svelte.ts';

/** `follows` are the facts that were on screen when it began: what comes meanwhile is not silently overruled. */
export type Amending = { entry: string; what: 'strike' | 'correct'; text: string; reason: string; follows: string[] };

/** Draws attention to a sentence; grave ones stay until read. */
type Notify = (words: string, grave?: boolean) => void;

export class Logbook {
  readonly #desk: Desk;
  readonly #notify: Notify;
  readonly #drafts = new Map<string, Draft>();
  readonly #looking: Looking;
  #unwatch: (() => void) | null = null;

  sought = $state.raw<Sought>(EVERYTHING);
  filters = $state(false);
  /** What the map shows, while lines are sought in it. */
  box = $state.raw<Box | null>(null);
  amending = $state.raw<Amending | null>(null);
  /** The place of the line under the pointer or the focus. */
  hinted = $state.raw<Geometry | null>(null);
  /** Lines written from this page that the server has acknowledged. */
  acknowledged = $state.raw<ReadonlySet<string>>(new Set());
  said = $state('');
  line = $state.raw<Mark | null>(null);
  kept = $state.raw<Mark | null>(null);

  constructor(desk: Desk, notify: Notify) {
    this.#desk = desk;
    this.#notify = notify;
    this.#looking = new Looking(this.#read());
    this.#show();
  }

  // -- what is sought -------------------------------------------------------------------------------------------

  readonly shown: Entry[] = $derived.by(() => this.passing(this.#desk.entries));

  /** Those of these lines that are sought: a pinned panel has lines of its own. */
  passing(entries: readonly Entry[]): Entry[] {
    return entries.filter(seeking(this.sought, { now_ms: this.sought.minutes > 0 ? this.#minute_ms : 0, box: this.box, unread: this.fresh, told: this.told, from: this.from }));
  }

  readonly #told: ReadonlyMap<string, Thing> = $derived.by(() => new Map(this.#desk.picture.things.filter(({ kind }) => kind === 'entry').map((thing) => [thing.id, thing])));

  /** What was said of a line after it was written: its marks, its assessment. */
  told = (entry: string): Thing | undefined => this.#told.get(entry);

  readonly #from: ReadonlyMap<string, Thing[]> = $derived.by(() => {
    const found = new Map<string, Thing[]>();
    for (const thing of this.#desk.picture.things) {
      for (const entry of new Set(Object.values(thing.said).flatMap(({ answers }) => answers))) found.set(entry, [...(found.get(entry) ?? []), thing]);
    }
    return found;
  });

  /** What came from a line: its missions, its counts. */
  from = (entry: string): Thing[] => this.#from.get(entry) ?? [];

  /** How many lines are still to be sorted, decided on, drawn. */
  readonly due: Record<Visa, number> = $derived.by(() => {
    const found = { triage: 0, decision: 0, map: 0 };
    for (const entry of this.#desk.entries) for (const mark of VISAS) if (markOf(entry, this.told(entry.entry), mark) === 'to-do') found[mark] += 1;
    return found;
  });

  get #minute_ms(): number {
    return Math.floor(this.#desk.conductor.shown_ms / 60_000) * 60_000;
  }

  seek(change: Partial<Sought>): void {
    this.sought = { ...this.sought, ...change };
    this.#watchMap();
  }

  clear = (): void => {
    this.seek(EVERYTHING);
  };

  /** While lines are sought in the map's view, the view is followed. */
  #watchMap(): void {
    const { map } = this.#desk;
    if (!this.sought.inView || !map) {
      this.#unwatch?.();
      this.#unwatch = null;
      return;
    }
    if (this.#unwatch) return;
    const look = (): void => void (this.box = map.engine.getBounds().toArray().flat() as Box);
    map.engine.on('moveend', look);
    this.#unwatch = () => map.engine.off('moveend', look);
    look();
  }

  // -- what has been seen ---------------------------------------------------------------------------------------

  readonly #rankOf = (fact: string): number | null => this.#desk.journal.arrivalOf(fact);

  #unread(mark: Mark | null): Set<string> {
    return unread(this.#desk.picture.entries, mark, this.#desk.account.person, this.#rankOf, this.told);
  }

  /** What others wrote since this visit began. */
  readonly fresh: ReadonlySet<string> = $derived.by(() => this.#unread(this.line));

  /** What others wrote and this person has not had before their eyes. */
  readonly missed: ReadonlySet<string> = $derived.by(() => this.#unread(this.kept));

  readonly readFrom: string | null = $derived.by(() => readFrom(this.shown, this.fresh, this.line, this.#rankOf));

  get #key(): string {
    return `garance.looked.${this.#desk.account.person}.${this.#desk.id}`;
  }

  #read(): Mark | null {
    try {
      return JSON.parse(localStorage.getItem(this.#key) ?? 'null') as Mark | null;
    } catch {
      return null;
    }
  }

  #show(): void {
    this.line = this.#looking.line;
    this.kept = this.#looking.kept;
  }

  #keep(): void {
    this.#show();
    if (!this.#desk.account.readOnly) localStorage.setItem(this.#key, JSON.stringify(this.kept));
  }

  /** The person is in front of the logbook: a key, a click, a scroll. */
  sign = (): void => {
    this.#looking.sign(Date.now());
    this.#show();
  };

  /** What is on screen at this second; `atTop` when the newest lines are. */
  look(atTop: boolean): void {
    const { conductor, ready, story_now_ms } = this.#desk;
    const seen = atTop && ready && conductor.live && document.visibilityState === 'visible' && inForce(this.sought).length === 0;
    const { newest } = this.#desk.journal;
    if (newest && this.#looking.look({ now_ms: Date.now(), at_ms: story_now_ms, newest, seen })) this.#keep();
  }

  allSeen = (): void => {
    const { newest } = this.#desk.journal;
    if (newest) this.#looking.allSeen({ newest, at_ms: this.#desk.story_now_ms });
    this.#keep();
  };

  // -- what is written ------------------------------------------------------------------------------------------

  draft(only: string | null): Draft {
    const name = only ?? 'line';
    const { account, id } = this.#desk;
    const draft = this.#drafts.get(name) ?? new Draft(`garance.draft.${account.person}.${id}.${name}`, !account.readOnly);
    this.#drafts.set(name, draft);
    return draft;
  }

  /** Sends a line. The field is free at once; a refused line comes back to it, or waits in the list if another is begun. */
  async write(draft: Draft, body: Record<string, unknown>, saying: Saying): Promise<void> {
    const { kept } = draft;
    draft.clear();
    await this.#desk.pieces.queue(kept.attachments);
    const outcome: Outcome = await this.#desk.say('logbook.write', body, saying);
    if ('sent' in outcome) {
      this.acknowledged = new Set([...this.acknowledged, ...outcome.sent.facts]);
      this.said = t('entry.acknowledged-said');
    } else if ('waiting' in outcome) {
      this.#notify(t('outbox.kept'));
    } else {
      this.#notify(refusalWords(outcome.refused.code, outcome.refused.detail), true);
      const parcel = this.refused.at(-1);
      if (!draft.empty || !parcel) return;
      draft.fill(kept);
      draft.keep();
      await this.#desk.discard(parcel.command.id);
    }
  }

  get waiting(): Parcel[] {
    return this.#written('waiting');
  }

  get refused(): Parcel[] {
    return this.#written('refused');
  }

  /** The lines of this situation: one person's parcels of every situation wait in one place. */
  #written(wanted: Parcel['state']): Parcel[] {
    return this.#desk.parcels.filter(({ name, state, command }) => name === 'logbook.write' && state === wanted && command.situation === this.#desk.id);
  }

  /** Puts a refused line back in the field. */
  async resume({ command }: Parcel, draft: Draft): Promise<void> {
    draft.refill({ command });
    draft.keep();
    await this.#desk.discard(command.id);
  }

  /** Senders and recipients met so far, and those who may be: to finish typing sooner. */
  readonly correspondents: string[] = $derived.by(() => {
    const known = new Map<string, string>();
    const add = (name: string | null | undefined): void => void (name && !known.has(plain(name)) && known.set(plain(name), name));
    for (const { sender, recipient } of this.#desk.entries) [sender, recipient].forEach(add);
    for (const { name } of Object.values(this.#desk.directory.organisations)) add(name);
    for (const { name } of this.#desk.picture.resources) add(name);
    return [...known.values()].slice(0, 80);
  });

  /** One more step for that mark of a line. */
  mark = (entry: Entry, mark: Visa): void => {
    const said = this.told(entry.entry)?.said[`mark|${mark}`];
    const state = markNext(mark, markOf(entry, this.told(entry.entry), mark) ?? 'none');
    void this.#desk.say('logbook.mark', { entry: entry.entry, mark, state }, { follows: said ? [said.fact] : [] }).then((outcome) => {
      if ('refused' in outcome) this.#notify(refusalWords(outcome.refused.code, outcome.refused.detail), true);
    });
  };

  begin(entry: Entry, what: Amending['what']): void {
    this.amending = { entry: entry.entry, what, text: entry.text ?? '', reason: '', follows: entry.follows };
  }
}
