/** One situation on this desk: its facts, its picture at the time shown, its link, and what waits to be sent. */
import {
  DatabaseKeeper, foldPicture, formatInstant, Journal, MemoryKeeper, Outbox, Samples, ServerClock, storyTime, Stream, timeOf, Tracks,
  type By, type Directory, type ExerciseClock, type Grant, type Keeper, type Label, type LinkState, type Outcome,
  type Parcel, type Picture, type Presence, type ServerFrame, type SituationShown, type Territory,
} from '@garance/client';
import { operationsBox, PRESETS, readingAt, unitsAt, type GroupId, type MapView, type Reading, type Selection, type Unit, type Visibility } from '@garance/map';
import { histogram, neighbour, wholeWindow, type Window } from '@garance/time/axis.ts';
import { untrack } from 'svelte';
import { siteRoot, type Account } from './account.svelte.ts';
import { Conductor } from './conductor.svelte.ts';

export const AXES = ['watch', 'anticipate', 'prepare', 'conduct', 'analyse', 'inform'] as const;
export type Axis = (typeof AXES)[number];
export const TABS = ['logbook', 'resources', 'shapes', 'sensors'] as const;
export type Tab = (typeof TABS)[number];
export type Doing = Presence['doing'];

const TAB_OF: Record<Selection['kind'], Tab> = { entry: 'logbook', resource: 'resources', shape: 'shapes', series: 'sensors' };
export const BINS = 120;
/** How far ahead of now the server lets something be said to have occurred. */
const AHEAD_MS = 5 * 60_000;

export type Saying = { follows?: string[]; label?: Label; occurred_ms?: number };

export class Desk {
  readonly account: Account;
  readonly id: string;
  readonly journal = new Journal();
  readonly tracks = new Tracks();
  readonly clock = new ServerClock();
  readonly conductor: Conductor;
  /** The map once made; not reactive on purpose. */
  map: MapView | null = null;

  version = $state(0);
  tracksVersion = $state(0);
  real_now_ms = $state(Date.now());
  link = $state<LinkState>('connecting');
  retry_at_ms = $state<number | null>(null);
  ready = $state(false);
  presence = $state.raw<Presence[]>([]);
  parcels = $state.raw<Parcel[]>([]);
  directory = $state.raw<Directory>({ people: {}, organisations: {} });
  territory = $state.raw<Territory | null>(null);
  selection = $state.raw<Selection | null>(null);
  selectedOnMap = false;
  axis = $state<Axis>('conduct');
  tab = $state<Tab>('logbook');
  visibility = $state.raw<Visibility>(PRESETS['conduct']!);
  volume = $state(false);
  ended = $state<string | null>(null);
  kept = $state(true);

  #outbox: Outbox | null = null;
  #stream: Stream;
  #samples: Samples;
  #doing: Doing = 'looking';
  readonly #asked = new Set<string>();
  #closers: (() => void)[] = [];

  constructor(account: Account, id: string, territory: Territory | null) {
    this.account = account;
    this.id = id;
    this.territory = territory;
    this.conductor = new Conductor(() => this.real_now_ms, () => this.exerciseClock);
    const root = siteRoot.replace(/^http/, 'ws');
    this.#stream = new Stream(
      (cursor) => `${root}api/v1/stream?situation=${id}${cursor ? `&after=${encodeURIComponent(cursor)}` : ''}`,
      { frame: (frame) => this.#hear(frame), link: (state, wait) => this.#linked(state, wait) },
    );
    this.#samples = new Samples(account.api, id, this.tracks, () => (this.tracksVersion += 1));
  }

  readonly exerciseClock: ExerciseClock | null = $derived.by(() => {
    void this.version;
    const set = this.journal.all('recorded').findLast((fact) => fact.name === 'situation.clock-set.v1' && fact.body);
    return (set?.body as ExerciseClock | undefined) ?? null;
  });

  /** How many facts the shown time lets through: the picture is folded again only when this changes. */
  readonly #cut: number = $derived.by(() => {
    void this.version;
    return this.#everything ? this.journal.size : this.journal.countUntil(this.#until_ms, this.conductor.by);
  });

  /** Up to when facts count. Live, those that another clock dates a little ahead are there already. */
  get #until_ms(): number {
    return this.conductor.live ? this.conductor.shown_ms + AHEAD_MS : this.conductor.shown_ms;
  }

  get #everything(): boolean {
    return this.conductor.live && (this.conductor.by === 'recorded' || this.exerciseClock === null);
  }

  readonly picture: Picture = $derived.by(() => {
    void this.version;
    void this.#cut;
    const by = this.conductor.by;
    const everything = this.#everything;
    return untrack(() => foldPicture(this.journal.all('recorded'), everything ? Infinity : this.#until_ms, by));
  });

  /** The situation as it is now, whatever time is shown: its mode frames the window. */
  readonly current: SituationShown | null = $derived.by(() => {
    void this.version;
    return foldPicture(this.journal.all('recorded').filter((fact) => fact.name.startsWith('situation.')), Infinity, 'recorded').situation;
  });

  readonly entries = $derived(this.picture.entries.toReversed());

  readonly units: Unit[] = $derived.by(() => {
    void this.tracksVersion;
    return unitsAt(this.picture, this.tracks, this.conductor.world_ms);
  });

  readonly readings: Reading[] = $derived.by(() => {
    void this.tracksVersion;
    return this.picture.series.filter((series) => series.kind !== 'position').map((series) => readingAt(series, this.tracks, this.conductor.world_ms));
  });

  readonly window: Window = $derived.by(() => {
    void this.version;
    return this.conductor.chosen ?? wholeWindow(this.journal.times(this.conductor.by), this.conductor.now_ms);
  });

  readonly bins: number[] = $derived.by(() => {
    void this.version;
    return histogram(this.journal.times(this.conductor.by), this.window, BINS);
  });

  get grant(): Grant | null {
    return this.account.grantIn(this.id);
  }

  get mode(): SituationShown['mode'] {
    return this.current?.mode ?? 'actual';
  }

  /** Whether the person may, in their present role. The server decides again; this only avoids a useless gesture. */
  can(ability: string): boolean {
    return !this.account.readOnly && (this.grant?.abilities.includes(ability) ?? false);
  }

  /** Now in the situation: story time in an exercise with a clock. */
  get story_now_ms(): number {
    return storyTime(this.exerciseClock, this.real_now_ms);
  }

  async open(): Promise<void> {
    let keeper: Keeper;
    try {
      keeper = await DatabaseKeeper.open();
    } catch {
      keeper = new MemoryKeeper();
      this.kept = false;
    }
    const send = (name: string, command: Parcel['command']) => this.account.api.command(name, command);
    this.#outbox = new Outbox(keeper, this.account.person, send, (parcels) => (this.parcels = parcels));
    this.parcels = await this.#outbox.parcels();
    this.#beat();
    this.#stream.start();
    void this.#readDirectory();
  }

  close(): void {
    this.#stream.stop();
    this.conductor.pause();
    for (const close of this.#closers) close();
  }

  #beat(): void {
    const beat = setInterval(() => (this.real_now_ms = this.clock.now_ms()), 1000);
    const online = (): void => this.#stream.hurry();
    const offline = (): void => this.#stream.cut();
    addEventListener('online', online);
    addEventListener('offline', offline);
    this.#closers.push(() => clearInterval(beat), () => removeEventListener('online', online), () => removeEventListener('offline', offline));
  }

  #hear(frame: ServerFrame): void {
    switch (frame.type) {
      case 'welcome':
      case 'clock':
        this.clock.heard(frame.now);
        this.real_now_ms = this.clock.now_ms();
        break;
      case 'facts':
        this.#take(frame.facts);
        break;
      case 'live':
        this.#caughtUp();
        break;
      case 'tracks':
        for (const [series, samples] of Object.entries(frame.series)) this.tracks.add(series, samples);
        this.tracksVersion += 1;
        break;
      case 'presence':
        this.presence = frame.people;
        break;
      case 'bye':
        if (frame.code !== 'server-stopping') this.ended = frame.code;
        break;
    }
  }

  #take(facts: Parameters<Journal['add']>[0]): void {
    const fresh = this.journal.add(facts);
    if (fresh.length === 0) return;
    this.version += 1;
    this.#meet(fresh.map((fact) => fact.author.person));
    if (this.ready && fresh.some((fact) => fact.name === 'series.declared.v1')) void this.#samples.read(this.picture.series);
  }

  #caughtUp(): void {
    this.ready = true;
    void this.#samples.read(foldPicture(this.journal.all('recorded'), Infinity, 'recorded').series);
    void this.#outbox?.flush();
    this.tell(this.#doing);
  }

  #linked(state: LinkState, wait_ms: number | null): void {
    if (state === 'cut') this.#samples.cut();
    this.link = state;
    this.retry_at_ms = wait_ms === null ? null : this.clock.now_ms() + wait_ms;
  }

  /** Asks once for the names of people not met before. */
  #meet(people: string[]): void {
    const strangers = people.filter((person) => !this.directory.people[person] && !this.#asked.has(person));
    for (const person of strangers) this.#asked.add(person);
    if (strangers.length > 0) void this.#readDirectory();
  }

  async #readDirectory(): Promise<void> {
    this.directory = await this.account.api.directory(this.id).catch(() => this.directory);
  }

  retry = (): void => this.#stream.hurry();

  /** Says what this person is doing, to the others on the situation. */
  tell(doing: Doing): void {
    this.#doing = doing;
    const role = this.grant?.id;
    if (role && !this.account.readOnly) this.#stream.tell({ type: 'doing', doing, role });
  }

  /** Gives a command: kept on this device with its time, then sent; answers what became of it. */
  async say(name: string, body: Record<string, unknown>, { follows, label, occurred_ms }: Saying = {}): Promise<Outcome> {
    const now_ms = this.clock.now_ms();
    const command = {
      id: crypto.randomUUID(),
      situation: this.id,
      role: this.grant?.id ?? '',
      occurred_at: formatInstant(occurred_ms ?? storyTime(this.exerciseClock, now_ms)),
      ...(label ? { label } : {}),
      ...(follows && follows.length > 0 ? { follows } : {}),
      body,
    };
    return this.#outbox!.post(name, command, now_ms);
  }

  discard = (command: string): Promise<void> => this.#outbox!.discard(command);

  /** Selects for the whole desk. What was clicked on the map is in view already: the camera stays. */
  select(selection: Selection | null, onMap = false): void {
    this.selectedOnMap = onMap;
    this.selection = selection;
    if (!selection) return;
    this.tab = TAB_OF[selection.kind];
    if (!['conduct', 'watch', 'analyse'].includes(this.axis)) this.axis = 'conduct';
  }

  enter(axis: Axis): void {
    this.axis = axis;
    this.visibility = PRESETS[axis]!;
    if (axis === 'watch') this.tab = 'sensors';
    if (axis === 'conduct') this.tab = 'logbook';
  }

  show(group: GroupId, shown: boolean): void {
    this.visibility = { ...this.visibility, [group]: shown };
  }

  /** The box of what is going on at the time shown; null when nothing is placed. */
  get operations(): [number, number, number, number] | null {
    return operationsBox(this.picture, this.units);
  }

  frameOperations(): void {
    const box = this.operations;
    if (box) this.map?.frame(box);
    else this.map?.goHome();
  }

  /** Moves the shown time to the fact before or after it. */
  step = (direction: 1 | -1): void => {
    const found = neighbour(this.journal.times(this.conductor.by), this.conductor.shown_ms, direction);
    if (found !== null) this.conductor.seek(found);
    else if (direction === 1) this.conductor.goLive();
  };

  /**
   * Changes which time rules, and keeps looking at the same moment. When an exercise clock separates the two times,
   * that is the moment of the last fact shown; otherwise both times are the world's and the instant stays.
   */
  rule = (by: By): void => {
    const { by: from } = this.conductor;
    this.conductor.rule(by, (shown_ms) => {
      const last = this.journal.all(from)[this.journal.countUntil(shown_ms, from) - 1];
      return this.exerciseClock && last ? timeOf(last, by) : shown_ms;
    });
  };
}
