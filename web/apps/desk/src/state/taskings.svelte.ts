/** Missions, orders, sheets and handovers as one person handles them: what is listed, what is being written. */
import { dueOf, dueTo, isMine, MISSION_NEXT, missionStanding, missionState, type Due, type Geometry, type MissionState, type Party, type Thing } from '@garance/client';
import { t } from '@garance/kit';
import { thingOf, thingsOf, told } from '../boards/things.ts';
import type { Workbench } from './workbench.svelte.ts';
import { isKept } from './kept-form.svelte.ts';

export const TASK_VIEWS = ['missions', 'orders', 'sheets'] as const;
export type TaskView = (typeof TASK_VIEWS)[number];
export const MISSION_FILTERS = ['open', 'mine', 'cell', 'late', 'all'] as const;
export type MissionFilter = (typeof MISSION_FILTERS)[number];

/** What a mission begins from: a line, an incident, a line of an order. `thing` when one is described again. */
export type MissionSeed = { thing?: Thing; title?: string; task?: string; owner?: Party; links?: string[]; answers?: string[]; geometry?: Geometry | null; from?: string };

/** What depends on the hour alone is looked at again this often. */
const BEAT_MS = 5_000;
const TITLE_LONG = 90;

export class Taskings {
  readonly #bench: Workbench;
  readonly #taken = new WeakSet<MissionSeed>();
  view = $state<TaskView>('missions');
  filter = $state<MissionFilter>('open');
  /** The mission being written; null when none is. */
  mission = $state.raw<MissionSeed | null>(null);
  ordering = $state(false);
  /** Whether a sheet is being chosen; the hazard sought, or ''. */
  choosing = $state(false);
  handing = $state(false);

  constructor(bench: Workbench) {
    this.#bench = bench;
    if (isKept(this.key('mission'))) this.mission = {};
    if (isKept(this.key('order'))) this.ordering = true;
    if (isKept(this.key('handover'))) this.handing = true;
  }

  /** Under what name a form is kept on this device. */
  key(form: string): string {
    const { account, id } = this.#bench.desk;
    return `garance.draft.${account.person}.${id}.${form}`;
  }

  get #hour_ms(): number {
    return Math.floor(this.#bench.desk.conductor.world_ms / BEAT_MS) * BEAT_MS;
  }

  /** The hour shown, a few times a minute. */
  readonly hour_ms: number = $derived.by(() => this.#hour_ms);

  /** Everything due at the time shown. */
  readonly due: Due[] = $derived.by(() => dueOf(this.#bench.desk.picture, this.hour_ms));

  readonly mine: Due[] = $derived.by(() => dueTo(this.due, this.#bench.desk.me));

  readonly missions: Thing[] = $derived.by(() => thingsOf(this.#bench.desk.picture, 'mission').filter((mission) => this.#passes(mission)));

  #passes(mission: Thing): boolean {
    const { me } = this.#bench.desk;
    const [standing, body] = [missionStanding(mission, this.hour_ms), told(mission, 'description')];
    const [owner, deputy] = [body['owner'], body['deputy']] as (Party | undefined)[];
    if (this.filter === 'all') return true;
    if (this.filter === 'mine') return standing !== 'over' && (isMine(owner, me) || isMine(deputy, me) || mission.author.person === me.person);
    if (this.filter === 'cell') return me.cell ? owner?.cell === me.cell || deputy?.cell === me.cell || mission.author.cell === me.cell : mission.author.organisation === me.organisation;
    return this.filter === 'late' ? standing === 'late' || standing === 'unanswered' : standing !== 'over';
  }

  /** Whether one may act now: in the present, in an open situation. */
  may(ability: string): boolean {
    const { desk } = this.#bench;
    return desk.can(ability) && desk.conductor.live && desk.current?.status !== 'closed';
  }

  /** Whether that beginning is new: a form left and come back to is found as it was. */
  take(seed: MissionSeed): boolean {
    if (Object.keys(seed).length === 0 || this.#taken.has(seed)) return false;
    this.#taken.add(seed);
    return true;
  }

  #show(view: TaskView): void {
    const { desk } = this.#bench;
    desk.axis = desk.axis === 'watch' ? 'watch' : 'conduct';
    desk.tab = 'missions';
    this.view = view;
  }

  /** Opens the form of a mission, from whatever it comes from; one already begun comes first. */
  begin(seed: MissionSeed = {}): void {
    this.#show('missions');
    if (isKept(this.key('mission')) && Object.keys(seed).length > 0) this.#bench.notify(t('mission.finish-first'));
    else if (!this.mission || Object.keys(seed).length > 0) this.mission = seed;
    this.mission ??= {};
  }

  /** From what is selected: a line, an incident, a drawing, a unit. */
  beginFromSelection = (): void => {
    const { picture, selection } = this.#bench.desk;
    const line = picture.entries.find(({ entry }) => selection?.kind === 'entry' && entry === selection.id);
    if (line) return this.begin({ title: firstWords(line.text ?? ''), task: line.text ?? '', answers: [line.entry], geometry: line.geometry, links: line.links, from: line.text ?? '' });
    if (!selection || selection.kind === 'series') return this.begin();
    const about = thingOf(picture, selection.kind, selection.id);
    const body = told(about, 'description');
    const place = (body['geometry'] ?? [...picture.shapes, ...picture.resources].find(({ id }) => id === selection.id)?.geometry ?? null) as Geometry | null;
    this.begin({ links: [selection.id], geometry: place, ...(about && typeof body['title'] === 'string' ? { from: body['title'] } : {}) });
  };

  beginOrder = (): void => {
    this.#show('orders');
    this.ordering = true;
  };

  chooseSheet = (): void => {
    this.#show('sheets');
    this.choosing = true;
  };

  handOver = (): void => {
    this.#bench.desk.tab = 'home';
    this.handing = true;
  };

  /** Goes to a thing by its kind and identifier: `mission 0190…`. */
  open(about: string): void {
    const { desk } = this.#bench;
    const [kind, id] = about.split(' ') as [string, string];
    if (kind === 'mission' || kind === 'order' || kind === 'sheet') {
      desk.select({ kind, id });
      this.#show(`${kind}s`);
    } else if (kind === 'entry') desk.select({ kind, id });
    else {
      desk.axis = 'conduct';
      desk.tab = 'home';
    }
  }

  /** Where this person moves a mission to, not sent yet; null when nothing of it waits. */
  waiting(mission: string): MissionState | null {
    const { parcels, conductor } = this.#bench.desk;
    const steps = parcels.filter(({ state, name, command }) => state === 'waiting' && name === 'taskings.set-mission-state' && command.body['mission'] === mission);
    return conductor.live ? ((steps.at(-1)?.command.body['state'] as MissionState | undefined) ?? null) : null;
  }

  /** The ways on from where it stands for this person: from their own last step, sent or not. */
  ways(mission: Thing): readonly MissionState[] {
    return MISSION_NEXT[this.waiting(mission.id) ?? missionState(mission)];
  }

  /** Moves a mission on; a reason goes with some of its ways. */
  move(mission: Thing, state: MissionState, note = ''): Promise<boolean> {
    return this.#bench.give('taskings.set-mission-state', { mission: mission.id, state, ...(note ? { note } : {}) }, { follows: mission.follows });
  }

  /** Escape: gives up what is being chosen or begun and still empty; what is written stays kept. */
  escape(): boolean {
    if (this.choosing) this.choosing = false;
    else if (this.mission) this.mission = null;
    else if (this.ordering) this.ordering = false;
    else if (this.handing) this.handing = false;
    else return false;
    return true;
  }
}

/** The beginning of a text, cut at a sentence or a word. */
function firstWords(text: string): string {
  const [sentence = ''] = text.split(/(?<=[.!?])\s/);
  if (sentence.length <= TITLE_LONG) return sentence.replace(/\.$/, '');
  return `${sentence.slice(0, TITLE_LONG).replace(/\s+\S*$/, '')}…`;
}

