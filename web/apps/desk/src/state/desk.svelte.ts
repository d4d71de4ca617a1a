/** One situation on this desk: its facts, its picture at the time shown, its link, and what waits to be sent. */
import {
  browserTabs, byStamp, DatabaseKeeper, foldPicture, formatInstant, Journal, MemoryKeeper, Outbox, PictureFold, Samples, ServerClock, storyTime, Stream, timeOf, Tracks,
  type By, type Command, type Directory, type Entry, type ExerciseClock, type Grant, type Keeper, type LinkState, type Me, type Outcome,
  type Parcel, type Picture, type Presence, type ServerFrame, type SituationShown, type Territory,
} from '@garance/client';
import { mattersOf, operationsBox, type GroupId, type MapView, type Reading, type Selection, type Unit, type Visibility } from '@garance/map';
import { keepTab, keptTab, TAB_OF, type Axis, type Tab } from './axes.ts';
import type { Saying } from './saying.ts';
import { siteRoot, type Account } from './account.svelte.ts';
import { Charters } from './charters.svelte.ts';
import { Conductor } from './conductor.svelte.ts';
import { KeptCopy } from './copy.svelte.ts';
import { Depths } from './depths.svelte.ts';
import { Doubt } from './doubt.ts';
import { Ground } from './ground.svelte.ts';
import { Layers } from './layers.svelte.ts';
import { LinkWatch } from './link.svelte.ts';
import { Pieces } from './pieces.svelte.ts';
import { Sight } from './sight.svelte.ts';
import { Timeline } from './timeline.svelte.ts';
import { UnitsInHand } from './units.svelte.ts';

export type Doing = Presence['doing'];

export class Desk {
  readonly account: Account;
  readonly id: string;
  readonly journal = new Journal();
  readonly fold = new PictureFold();
  readonly tracks = new Tracks();
  readonly clock = new ServerClock();
  readonly conductor: Conductor;
  readonly sight: Sight;
  readonly timeline: Timeline;
  readonly depths: Depths;
  readonly copy: KeptCopy;
  readonly watch = new LinkWatch();
  readonly ground: Ground;
  readonly layers: Layers;
  readonly charters: Charters;
  readonly fleet = new UnitsInHand(this);
  readonly pieces: Pieces;
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
  selection = $state.raw<Selection | null>(null);
  selectedOnMap = false;
  axis = $state<Axis>('conduct');
  tab = $state<Tab>('logbook');
  volume = $state(false);
  /** Whether the panel is as wide as a whiteboard; the map keeps the rest. */
  wide = $state(false);
  ended = $state<string | null>(null);
  kept = $state(true);

  #outbox: Outbox | null = null;
  #stream: Stream;
  #samples: Samples;
  #doing: Doing = 'looking';
  #doubt: Doubt;
  #returned = false;
  #about: string | undefined;
  readonly #asked = new Set<string>();
  #closers: (() => void)[] = [];

  constructor(account: Account, id: string, territory: Territory | null) {
    this.account = account;
    this.id = id;
    this.ground = new Ground(account, territory);
    this.layers = new Layers(account.person);
    this.pieces = new Pieces(account);
    this.charters = new Charters(account);
    this.layers.enter('conduct', this.grant?.role);
    this.tab = this.landing;
    this.conductor = new Conductor(() => this.real_now_ms, () => this.exerciseClock);
    this.sight = new Sight(this, this.conductor);
    this.timeline = new Timeline(this);
    this.depths = new Depths(this);
    const root = siteRoot.replace(/^http/, 'ws');
    this.#stream = new Stream(
      (cursor) => `${root}api/v1/stream?situation=${id}${cursor ? `&after=${encodeURIComponent(cursor)}` : ''}`,
      { frame: (frame) => this.#hear(frame), link: (state, wait) => this.#linked(state, wait), refused: () => void this.#doubt.refused() },
    );
    this.#doubt = new Doubt(this, () => this.#stream, (code) => this.#ended(code));
    this.copy = new KeptCopy(account, id, this.clock);
    this.#samples = new Samples(account.api, id, this.tracks, () => (this.tracksVersion += 1));
  }

  readonly exerciseClock: ExerciseClock | null = $derived.by(() => {
    void this.version;
    const set = this.journal.all('recorded').findLast((fact) => fact.name === 'situation.clock-set.v1' && fact.body);
    return (set?.body as ExerciseClock | undefined) ?? null;
  });

  /** What the conductor lets see. */
  get picture(): Picture {
    return this.sight.picture;
  }

  /** The situation as it is now, whatever time is shown: its mode frames the window. */
  readonly current: SituationShown | null = $derived.by(() => {
    void this.version;
    const said = this.journal.all('recorded').filter(({ name }) => name.startsWith('situation.') || name === 'acknowledgement.given.v1');
    return foldPicture(said, Infinity, 'recorded').situation;
  });

  get entries(): Entry[] {
    return this.sight.entries;
  }

  get units(): Unit[] {
    return this.sight.units;
  }

  get readings(): Reading[] {
    return this.sight.readings;
  }

  /** The territory as the node shows it now. */
  get territory(): Territory | null {
    return this.ground.territory;
  }

  get grant(): Grant | null {
    return this.account.grantIn(this.id);
  }

  get mode(): SituationShown['mode'] {
    return this.current?.mode ?? 'actual';
  }

  /** Who looks, as those who ask name them. */
  get me(): Me {
    return { person: this.account.person, role: this.grant?.role, cell: this.grant?.cell, organisation: this.grant?.organisation };
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
    const send = (name: string, command: Command) => this.pieces.carry(command, () => this.watch.timed(this.account.api.command(name, command)));
    this.#outbox = new Outbox(keeper, this.account.person, send, (parcels) => (this.parcels = parcels), browserTabs(`garance-outbox ${siteRoot} ${this.account.person}`));
    this.parcels = await this.#outbox.parcels();
    await this.ground.open();
    this.#stream.start(await this.#recall());
    this.#beat();
    void this.#readDirectory();
  }

  /** Shows what this device kept; answers the cursor after it, null when everything must be read again. */
  async #recall(): Promise<string | null> {
    const copy = await this.copy.open();
    if (!copy) return null;
    this.clock.heard(formatInstant(Date.now() + copy.about.offset_ms));
    this.real_now_ms = this.clock.now_ms();
    if (copy.directory) this.directory = copy.directory;
    for (const [series, samples] of copy.samples) this.tracks.add(series, samples);
    this.tracksVersion += 1;
    this.#take(copy.facts.toSorted(byStamp));
    return copy.about.withheld ? null : copy.about.cursor;
  }

  close(): void {
    this.copy.keepSamples(this.journal, this.tracks, true);
    this.#stream.stop();
    this.#outbox?.close();
    this.conductor.pause();
    for (const close of this.#closers) close();
  }

  #beat(): void {
    const beat = setInterval(() => this.#tick(), 1000);
    const heard: [string, () => void][] = [
      ['online', () => this.#stream.hurry()], ['offline', () => this.#stream.cut()],
      ['pagehide', () => this.copy.keepSamples(this.journal, this.tracks, true)],
    ];
    for (const [name, task] of heard) addEventListener(name, task);
    this.#closers.push(() => clearInterval(beat), () => heard.forEach(([name, task]) => removeEventListener(name, task)));
  }

  #tick(): void {
    this.real_now_ms = this.clock.now_ms();
    this.watch.beat();
    if (this.link !== 'live') return;
    this.copy.keepSamples(this.journal, this.tracks);
    if (this.parcels.some(({ state }) => state === 'waiting') && this.watch.due) void this.#outbox?.flush();
  }

  #hear(frame: ServerFrame): void {
    this.watch.heard(frame);
    switch (frame.type) {
      case 'welcome':
      case 'clock':
        this.clock.heard(frame.now);
        this.real_now_ms = this.clock.now_ms();
        if (frame.type === 'welcome') this.#doubt.welcomed();
        else this.copy.heard();
        break;
      case 'facts':
        this.#take(frame.facts);
        this.copy.take(frame.facts, frame.cursor);
        break;
      case 'live':
        void this.#caughtUp();
        break;
      case 'tracks':
        for (const [series, samples] of Object.entries(frame.series)) this.tracks.add(series, samples);
        this.tracksVersion += 1;
        break;
      case 'presence':
        this.presence = frame.people;
        break;
      case 'bye':
        if (frame.code !== 'server-stopping') this.#ended(frame.code);
        break;
    }
  }

  /** Forgets every fact: the server will say them all again. */
  startOver(): void {
    this.journal.clear();
    this.fold.clear();
    this.version += 1;
  }

  /** Rights or session ended: what this device kept of the situation goes with them. */
  #ended(code: string): void {
    this.ended = code;
    if (code !== 'too-slow') void this.copy.forget();
  }

  #take(facts: Parameters<Journal['add']>[0]): void {
    const fresh = this.journal.add(facts);
    if (fresh.length === 0) return;
    this.fold.take(fresh);
    this.version += 1;
    this.#meet(fresh.map((fact) => fact.author.person));
    if (this.ready && fresh.some((fact) => fact.name.startsWith('series.declared.'))) void this.#samples.read(this.picture.series, this.conductor.world_ms);
  }

  async #caughtUp(): Promise<void> {
    this.ready = true;
    this.copy.of_ms = null;
    this.copy.withheld = false;
    void this.#samples.read(this.fold.picture(Infinity, 'recorded').series, this.conductor.now_ms);
    this.tell(this.#doing, this.#about);
    if ((this.account.remembered || this.#returned) && (await this.#doubt.settled()) === 'other') return;
    void this.#outbox?.flush();
    if (this.#returned || this.account.groundRecalled) void this.ground.check();
    this.#closers.push(this.ground.consider());
    this.#returned = true;
  }

  #linked(state: LinkState, wait_ms: number | null): void {
    if (state === 'cut') this.#samples.cut();
    if (state === 'cut' && this.copy.of_ms !== null) this.ready = true;
    this.watch.linked(state);
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
    const read = await this.account.api.directory(this.id).catch(() => null);
    if (!read) return;
    this.directory = read;
    this.copy.keepDirectory(read);
  }

  /** The hour of the picture, by the clock of the situation: that of the server's last word. Null while it is live. */
  get picture_ms(): number | null {
    if (this.link === 'live' || this.watch.word === 'live') return null;
    const { heard_ms } = this.watch;
    const last_ms = this.copy.of_ms ?? (heard_ms === null ? null : heard_ms + this.clock.now_ms() - Date.now());
    return last_ms === null ? null : storyTime(this.exerciseClock, last_ms);
  }

  /** Going back in time, reads again the positions that this browser no longer holds whole. */
  sharpen(series: readonly string[]): void {
    if (!this.conductor.live && this.link === 'live') void this.#samples.around(series, this.conductor.world_ms);
  }

  retry = (): void => this.#stream.hurry();

  /** Says what this person is doing, to the others on the situation; `about` which thing or what kind of thing. */
  tell(doing: Doing, about?: string): void {
    this.#doing = doing;
    this.#about = about;
    const role = this.grant?.id;
    if (role && !this.account.readOnly) this.#stream.tell({ type: 'doing', doing, role, ...(about ? { about } : {}) });
  }

  /** Gives a command: kept on this device with its time, then sent; answers what became of it. */
  async say(name: string, body: Record<string, unknown>, { then = [], ...saying }: Saying = {}): Promise<Outcome> {
    const { label, occurred_ms } = saying;
    const following = then.map((one) => ({ name: one.name, command: this.#command(one.body, { ...(label ? { label } : {}), ...(occurred_ms === undefined ? {} : { occurred_ms }) }) }));
    return this.#outbox!.post(name, this.#command(body, saying), this.clock.now_ms(), following);
  }

  #command(body: Record<string, unknown>, { follows, answers = [], label, occurred_ms }: Omit<Saying, 'then'>): Command {
    return {
      id: crypto.randomUUID(), situation: this.id, role: this.grant?.id ?? '',
      occurred_at: formatInstant(occurred_ms ?? storyTime(this.exerciseClock, this.clock.now_ms())),
      ...(label ? { label } : {}), ...(answers.length > 0 ? { answers } : {}), ...(follows ? { follows } : {}), body,
    };
  }

  /** Tries now what waits, link or not. */
  sendNow = (): Promise<void> => this.#outbox!.flush();

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
    this.layers.enter(axis, this.grant?.role);
    if (axis === 'watch') this.tab = 'sensors';
    if (axis === 'conduct') this.tab = this.landing;
  }

  /** Where this person comes in: the tab they last chose on this device, else what their role does first. */
  get landing(): Tab {
    return keptTab(this.account.person) ?? (this.account.readOnly || this.grant?.role === 'logbook-secretary' ? 'logbook' : 'home');
  }

  /** A tab chosen by hand: the next visit begins there. */
  choose(tab: Tab): void {
    this.tab = tab;
    if (!this.account.readOnly) keepTab(this.account.person, tab);
  }

  get visibility(): Visibility {
    return this.layers.visibility;
  }

  show(group: GroupId, shown: boolean): void {
    this.layers.show(group, shown);
  }

  /** The box of what is going on at the time shown; null when nothing is placed. */
  get operations(): [number, number, number, number] | null {
    return operationsBox(this.picture, this.units, mattersOf(this.picture).map(({ geometry }) => geometry));
  }

  frameOperations(): void {
    const box = this.operations;
    if (box) this.map?.frame(box);
    else this.map?.goHome();
  }

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
