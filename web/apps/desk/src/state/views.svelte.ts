/** The saved views of a situation: ways of looking kept under a name, opened, stepped through, put in order, shown to a room. */
import { foldPicture, ledAmong, linkOfView, lookOf, type Led, type SavedView } from '@garance/client';
import { t } from '@garance/kit';
import type { Camera } from '@garance/map';
import { tick } from 'svelte';
import { addressOf, readAddress, saidBy } from './address.ts';
import type { Desk } from './desk.svelte.ts';
import type { Workbench } from './workbench.svelte.ts';

const cameraOf = ({ camera }: SavedView): Camera => ({ pitch_deg: 0, bearing_deg: 0, ...camera });

/** What can be changed of a view without looking at anything else. */
export type ViewTerms = Pick<SavedView, 'name' | 'note' | 'dwell_s' | 'order'>;

export class SavedViews {
  readonly #bench: Workbench;
  readonly #desk: Desk;
  /** Whether the list of views is open. */
  shown = $state(false);
  /** The view that was opened last and is still being followed. */
  current = $state<string | null>(null);

  constructor(bench: Workbench) {
    this.#bench = bench;
    this.#desk = bench.desk;
  }

  /** The briefing of somebody else that this desk goes along with. */
  joined = $state<string | null>(null);
  /** The briefing of somebody else that this desk does not want to hear of. */
  #declined = $state<string | null>(null);

  /** The views and briefings as they stand now, whatever time is shown. */
  readonly #kept = $derived.by(() => {
    void this.#desk.version;
    const said = this.#desk.journal.all('recorded').filter(({ name }) => /^(view|briefing)\.|^body\.redacted\./.test(name));
    return said.length === 0 ? null : foldPicture(said, Infinity, 'recorded');
  });

  get list(): SavedView[] {
    return this.#kept?.saved_views ?? [];
  }

  /** The briefing that is going on, with a view that this person may open. */
  get led(): Led | null {
    const led = this.#kept && ledAmong(this.#kept.things, this.#desk.real_now_ms);
    return led && this.list.some(({ id }) => id === led.view) ? led : null;
  }

  /** Whether this person leads it: each view they go to is shown on the walls. */
  get leading(): boolean {
    return this.led?.author.person === this.#desk.me.person;
  }

  /** Somebody else's briefing that this desk may join. */
  get offered(): Led | null {
    return this.led && !this.leading && this.led.briefing !== this.#declined ? this.led : null;
  }

  get open(): SavedView | null {
    return this.list.find(({ id }) => id === this.current) ?? null;
  }

  get place(): number {
    return this.list.findIndex(({ id }) => id === this.current);
  }

  get may(): boolean {
    return this.#desk.can('views.keep') && this.#desk.current?.status !== 'closed';
  }

  /** Shows a view: its layers, its time, its place. */
  async show(view: SavedView): Promise<void> {
    const desk = this.#desk;
    this.current = view.id;
    desk.conductor.goLive();
    readAddress(desk, linkOfView(view));
    desk.volume = view.volume;
    this.#bench.camera = cameraOf(view);
    // The map follows the relief first, which tilts it: the camera of the view comes last.
    await tick();
    desk.map?.look(cameraOf(view));
  }

  /** Shows the view that a link names, once the facts are there. */
  showById(id: string): void {
    const view = this.list.find((one) => one.id === id);
    if (view) void this.show(view);
    else this.#bench.notify(t('views.gone'));
  }

  /** Goes to a view: the walls follow whoever leads, and whoever goes elsewhere no longer follows another. */
  async goTo(view: SavedView): Promise<void> {
    if (this.leading) this.#present(this.led!.briefing, view);
    else this.joined = null;
    await this.show(view);
  }

  /** Begins a briefing by the view that is open, or by the first: walls leave their round and show it. */
  lead = (): void => {
    const view = this.open ?? this.list[0];
    if (!view) return;
    this.#present(crypto.randomUUID(), view);
    void this.show(view);
  };

  #present(briefing: string, view: SavedView): void {
    void this.#bench.give('views.present', { briefing, view: view.id });
  }

  endBriefing = async (): Promise<void> => {
    if (this.leading) await this.#bench.give('views.end-briefing', { briefing: this.led!.briefing });
  };

  join = (): void => {
    this.joined = this.offered?.briefing ?? null;
  };

  decline = (): void => {
    this.#declined = this.led?.briefing ?? null;
    this.joined = null;
  };

  step = (direction: 1 | -1): void => {
    const { list, place } = this;
    if (list.length === 0) return;
    const next = place < 0 ? (direction === 1 ? 0 : list.length - 1) : (place + direction + list.length) % list.length;
    void this.goTo(list[next]!);
  };

  leave = (): void => {
    this.current = null;
    this.joined = null;
  };

  /** Keeps what is seen now under a name; at its instant when the desk is back in time. */
  async save(name: string, note: string): Promise<boolean> {
    const id = crypto.randomUUID();
    const order = Math.min(9999, Math.max(0, ...this.list.map((view) => view.order)) + 1);
    const body = this.#look({ name, note: note || null, dwell_s: 20, order });
    if (!body || !(await this.#bench.give('views.save', { view: id, ...body }))) return false;
    this.current = id;
    return true;
  }

  /** Puts what is seen now in a view kept before. */
  async update(view: SavedView): Promise<boolean> {
    const body = this.#look(view);
    return body !== null && this.#bench.give('views.save', { view: view.id, ...body }, { follows: view.follows });
  }

  /** Changes its name, its note, how long it stays or its rank, and nothing of what it shows. */
  rename(view: SavedView, terms: Partial<ViewTerms>): Promise<boolean> {
    const { id, axis, layers, camera, volume, at, by, look, follows } = view;
    const body = { view: id, axis, layers, camera, volume, at, by, look, ...this.#terms({ ...view, ...terms }) };
    return this.#bench.give('views.save', body, { follows });
  }

  /** Moves a view one place up or down: only the views whose rank changes are said again. */
  async move(view: SavedView, direction: 1 | -1): Promise<void> {
    const order = [...this.list];
    const from = order.indexOf(view);
    const to = from + direction;
    if (from < 0 || to < 0 || to >= order.length) return;
    order.splice(to, 0, ...order.splice(from, 1));
    const moved = order.map((one, index) => ({ one, rank: index + 1 })).filter(({ one, rank }) => one.order !== rank);
    for (const { one, rank } of moved) if (!(await this.rename(one, { order: rank }))) return;
  }

  async remove(view: SavedView): Promise<boolean> {
    if (this.current === view.id) this.leave();
    return this.#bench.give('views.remove', { view: view.id }, { follows: view.follows });
  }

  /** The short address of a view. */
  addressOf = (view: SavedView): string => addressOf({ situation: this.#desk.id, view: view.id });

  #terms({ name, note, dwell_s, order }: ViewTerms): Record<string, unknown> {
    return { name, note, dwell_s, order };
  }

  #look(terms: ViewTerms): Record<string, unknown> | null {
    const { map, axis, conductor, volume } = this.#desk;
    const camera = map?.camera;
    if (!camera) return null;
    const said = saidBy(this.#desk);
    return {
      axis, camera: { ...camera, pitch_deg: Math.max(0, camera.pitch_deg) }, volume, by: conductor.by, look: lookOf(said),
      layers: said['layers']!.split(' ').filter(Boolean),
      at: conductor.live ? null : new Date(conductor.shown_ms).toISOString(),
      ...this.#terms(terms),
    };
  }
}
