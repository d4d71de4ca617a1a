/** What this person must have read of one situation: raised, acknowledged, kept on the device where no fact says it. */
import {
  byUrgency, dueOf, foldPicture, isGrave, keepMarks, markGauge, raisedByAsking, raisedByDue, raisedByFacts, raisedByGauges, raisedByParcels, raisedByRights, storyTime,
  type GaugeMarks, type Picture, type Raised,
} from '@garance/client';
import { readingAt } from '@garance/map';
import { untrack } from 'svelte';
import type { Desk } from './desk.svelte.ts';
import type { Workbench } from './workbench.svelte.ts';

/** `first_ms`: when this person first looked here on this device. `summed`: how many earlier messages they were told of. */
type Kept = { first_ms: number; summed: number; seen: string[]; marks: GaugeMarks };

const MOST_SEEN = 500;
/** How often what depends on the hour alone is looked at again. */
const BEAT_MS = 5_000;

export class MustRead {
  readonly #bench: Workbench;
  readonly #desk: Desk;
  readonly #key: string;
  #first_ms = $state<number | null>(null);
  #summed = $state(0);
  #seen = $state.raw<ReadonlySet<string>>(new Set());
  #marks = $state.raw<GaugeMarks>({});
  /** Whether the list is open. */
  shown = $state(false);

  constructor(bench: Workbench) {
    this.#bench = bench;
    this.#desk = bench.desk;
    this.#key = `garance.read.${this.#desk.account.person}.${this.#desk.id}`;
    this.#recall();
  }

  readonly #beat: number = $derived.by(() => Math.floor(this.#desk.real_now_ms / BEAT_MS) * BEAT_MS);

  /** The picture of now, also while the past is shown. */
  readonly #now: Picture = $derived.by(() => {
    const desk = this.#desk;
    void desk.version;
    if (desk.conductor.live) return desk.picture;
    return untrack(() => foldPicture(desk.journal.all('recorded'), Infinity, 'recorded'));
  });

  readonly #said = $derived.by(() => {
    const { journal, account } = this.#desk;
    if (this.#first_ms === null) return { raised: [], before: 0 };
    const closing = this.#now.situation?.status === 'closed' ? journal.all('recorded').findLast(({ name }) => name === 'situation.closed.v1') : undefined;
    return raisedByFacts(this.#now, (id) => journal.get(id), closing, { person: account.person, first_ms: this.#first_ms, seen: this.#seen });
  });

  /** What is asked of this person by name; an answer that waits for the link is an answer. */
  readonly #asking = $derived.by(() => {
    const desk = this.#desk;
    void this.#beat;
    if (this.#now.situation?.status === 'closed') return [];
    const given = new Set(desk.parcels.filter(({ name }) => name === 'acknowledgements.give').map(({ command }) => command.body['fact']));
    const clock = { now_ms: untrack(() => desk.story_now_ms), story: desk.exerciseClock };
    return raisedByAsking(this.#now, desk.grant, clock, { person: desk.account.person, first_ms: 0, seen: this.#seen }).filter(({ kind, about }) => kind !== 'asked' || !given.has(about));
  });

  readonly #readings = $derived.by(() => {
    void this.#desk.tracksVersion;
    void this.#beat;
    const now_ms = untrack(() => this.#desk.story_now_ms);
    return this.#now.series.filter(({ thresholds }) => thresholds.length > 0).map((series) => readingAt(series, this.#desk.tracks, now_ms));
  });

  /** What fell due to this reader since they first looked. */
  readonly #due = $derived.by(() => {
    const desk = this.#desk;
    if (this.#first_ms === null) return [];
    void this.#beat;
    const now_ms = untrack(() => desk.story_now_ms);
    return raisedByDue(dueOf(this.#now, now_ms), desk.me, storyTime(desk.exerciseClock, this.#first_ms), this.#seen);
  });

  /** Everything to read, the most pressing first. */
  readonly list: Raised[] = $derived.by(() => {
    const desk = this.#desk;
    if (this.#first_ms === null || desk.account.readOnly) return [];
    const parcels = raisedByParcels(desk.parcels, desk.id, this.#beat, this.#seen);
    const rights = raisedByRights(desk.grant, this.#beat, this.#seen);
    const asking = this.#asking;
    const byName = new Set(asking.map(({ about }) => about));
    const said = this.#said.raised.filter(({ fact }) => fact === null || !byName.has(fact));
    return [...asking, ...said, ...this.#due, ...raisedByGauges(this.#readings, this.#marks), ...parcels, ...rights].sort(byUrgency);
  });

  get top(): Raised | null {
    return this.list[0] ?? null;
  }

  get grave(): number {
    return this.list.filter(isGrave).length;
  }

  /** How many messages were there before the person first looked, and not yet told of. */
  get before(): number {
    return this.#desk.account.readOnly ? 0 : Math.max(0, this.#said.before - this.#summed);
  }

  /** Called as time goes, while the situation is open: the first look is dated, gauges that went quiet are forgotten. */
  attend(): void {
    if (!this.#desk.ready) return;
    const readings = this.#readings;
    untrack(() => {
      if (this.#first_ms === null) {
        this.#first_ms = this.#desk.clock.now_ms();
        this.#keep();
      }
      const marks = keepMarks(this.#marks, readings, this.#desk.story_now_ms);
      if (marks === this.#marks) return;
      this.#marks = marks;
      this.#keep();
    });
  }

  /** « J'ai lu » : said to everyone when a fact can say it, kept on this device in any case. */
  async acknowledge(raised: Raised): Promise<void> {
    const desk = this.#desk;
    if (raised.kind === 'gauge') this.#marks = markGauge(this.#marks, raised, desk.story_now_ms);
    else this.#seen = new Set([...this.#seen, raised.id].slice(-MOST_SEEN));
    this.#keep();
    if (raised.kind === 'refused' && raised.about) await desk.discard(raised.about);
    const open = desk.current?.status !== 'closed';
    if (raised.fact && open && desk.can('logbook.write')) await this.#bench.give('acknowledgements.give', { fact: raised.fact });
  }

  acknowledgeTop = (): void => {
    if (this.top) void this.acknowledge(this.top);
  };

  /** The messages of before are known of. */
  sumUp = (): void => {
    this.#summed = this.#said.before;
    this.#keep();
  };

  mayOpen = ({ kind }: Raised): boolean => !['level', 'closed', 'refused', 'stuck', 'rights'].includes(kind);

  /** Goes to what it is about, in the present. */
  open = (raised: Raised): void => {
    const desk = this.#desk;
    this.shown = false;
    desk.conductor.goLive();
    if (raised.kind === 'conflict') desk.enter('analyse');
    else if (raised.kind === 'gauge' && raised.about) desk.select({ kind: 'series', id: raised.about });
    else if (raised.fact ?? (raised.kind === 'unanswered' && raised.about)) desk.select({ kind: 'entry', id: (raised.fact ?? raised.about)! });
    else if (raised.about?.includes(' ')) this.#bench.tasks.open(raised.about);
  };

  openTop = (): void => {
    if (this.top && this.mayOpen(this.top)) this.open(this.top);
  };

  #recall(): void {
    if (this.#desk.account.readOnly) return;
    try {
      const kept = JSON.parse(localStorage.getItem(this.#key) ?? 'null') as Partial<Kept> | null;
      if (typeof kept?.first_ms !== 'number') return;
      this.#first_ms = kept.first_ms;
      this.#summed = Number(kept.summed) || 0;
      this.#seen = new Set(Array.isArray(kept.seen) ? kept.seen : []);
      this.#marks = kept.marks ?? {};
    } catch {
      localStorage.removeItem(this.#key);
    }
  }

  #keep(): void {
    if (this.#desk.account.readOnly || this.#first_ms === null) return;
    const kept: Kept = { first_ms: this.#first_ms, summed: this.#summed, seen: [...this.#seen], marks: this.#marks };
    try {
      localStorage.setItem(this.#key, JSON.stringify(kept));
    } catch {
      // A full or forbidden shelf: what was read is known until the page closes.
    }
  }
}
