/** The instruments laid on the map: which sheet is open, where, in which system places are said, and which grid is drawn. */
import type { Position } from '@garance/client';
import { t, theme } from '@garance/kit';
import { anchorOf, paletteOf, type MapView, type Selection } from '@garance/map';
import { SYSTEMS, type System } from '@garance/map/degrees.ts';
import { GRIDS, type Grid } from '@garance/map/grids.ts';
import { Overlay } from '@garance/map/overlay.ts';
import { thingsOf } from '../instruments/things.ts';
import { manner } from '../instruments/writing.ts';
import type { Desk } from './desk.svelte.ts';
import { Selected } from './selected.svelte.ts';
import type { Workbench } from './workbench.svelte.ts';

export type SheetName = 'here' | 'measure' | 'route' | 'selected' | 'grid';
export type Choice = { at: [number, number]; options: readonly Selection[] };
/** A place looked at; `name` when it was found by that name. */
export type Looked = { position: Position; name: string };
export type Journey = { from: Position | null; to: Position | null };

const TAKES_CLICKS: ReadonlySet<SheetName> = new Set(['measure', 'selected']);
const SHEET_PX = 400;
const LEAST_BESIDE_PX = 640;
const KEPT_SYSTEM = 'garance.coordinates';
const KEPT_GRID = 'garance.grid';

const keptSystem = (): System => {
  const kept = localStorage.getItem(KEPT_SYSTEM) as System;
  return SYSTEMS.includes(kept) ? kept : 'decimal';
};

const keptGrid = (): Grid => {
  const kept = localStorage.getItem(KEPT_GRID) as Grid;
  return GRIDS.includes(kept) ? kept : 'none';
};

export class Instruments {
  readonly bench: Workbench;
  readonly selected: Selected;
  overlay: Overlay | null = null;
  sheet = $state<SheetName | null>(null);
  system = $state<System>(keptSystem());
  grid = $state<Grid>(keptGrid());
  pointed = $state.raw<Position | null>(null);
  centre = $state.raw<Position | null>(null);
  looked = $state.raw<Looked | null>(null);
  journey = $state.raw<Journey>({ from: null, to: null });
  /** Where a measure begins, when it was asked from a place. */
  start = $state.raw<Position | null>(null);
  choice = $state.raw<Choice | null>(null);
  /** Whether the next drag on the map selects what is in its rectangle. */
  boxing = $state(false);

  constructor(bench: Workbench) {
    this.bench = bench;
    this.selected = new Selected(bench.desk);
  }

  get desk(): Desk {
    return this.bench.desk;
  }

  attach(view: MapView): () => void {
    const overlay = new Overlay(view, () => paletteOf(theme.name));
    this.overlay = overlay;
    const moved = (): void => {
      this.centre = [view.camera.lon_deg, view.camera.lat_deg];
    };
    moved();
    view.engine.on('moveend', moved);
    return () => {
      view.engine.off('moveend', moved);
      overlay.remove();
      this.overlay = null;
    };
  }

  /** What a click on the map means: one thing, or a choice when several lie there. */
  clicked(selection: Selection | null, under: readonly Selection[], at: [number, number]): void {
    this.desk.select(selection, true);
    this.choice = under.length > 1 ? { at, options: under } : null;
  }

  /** What a count on the map stands for: units in their own list; anything else among them, all together in a sheet. */
  counted(members: readonly string[]): void {
    const things = thingsOf(this.desk).filter(({ id }) => members.includes(id));
    if (things.every(({ kind }) => kind === 'resource')) return this.desk.fleet.list(members);
    this.selected.take(things.map(({ kind, id }) => ({ kind, id })));
    this.open('selected');
  }

  /** A sheet that takes the clicks of the map waits until a drawing in hand is saved or given up. */
  open(sheet: SheetName): void {
    if (this.bench.sketch && TAKES_CLICKS.has(sheet)) return void this.bench.notify(t('instrument.sketch-first'));
    this.choice = null;
    this.boxing = sheet === 'selected' && this.boxing;
    this.sheet = sheet;
  }

  /** Gives the clicks of the map back to whoever needs them. */
  giveWay(): void {
    if (this.sheet && TAKES_CLICKS.has(this.sheet)) this.close();
  }

  close = (): void => {
    this.sheet = null;
    this.boxing = false;
    this.overlay?.show('found', []);
  };

  /** How much of the map a sheet covers on its right; on a narrow map it covers all, and nothing is gained by moving. */
  get aside_px(): number {
    const width = this.desk.map?.engine.getCanvas().clientWidth ?? 0;
    return width > LEAST_BESIDE_PX ? SHEET_PX : 0;
  }

  /** Says what is known of a place: that one, or the middle of the map. A place found by name is gone to at `zoom`. */
  look(position: Position | null = this.centre, name = '', zoom: number | null = null): void {
    const { map } = this.desk;
    if (!position || !map) return;
    this.looked = { position, name };
    this.open('here');
    const covered = map.engine.project(position).x > map.engine.getCanvas().clientWidth - this.aside_px;
    if (zoom !== null || covered) map.goTo(position, zoom ?? map.camera.zoom, this.aside_px);
  }

  measure(start: Position | null = null): void {
    this.start = start;
    this.open('measure');
  }

  route(journey: Partial<Journey>): void {
    this.journey = { from: null, to: null, ...journey };
    this.open('route');
  }

  /** Takes the rectangle in hand, or lets it go. */
  box(): void {
    if (this.sheet === 'selected' && this.boxing) return this.close();
    this.boxing = true;
    this.open('selected');
  }

  choose(system: System): void {
    this.system = system;
    localStorage.setItem(KEPT_SYSTEM, system);
  }

  nextSystem = (): void => this.choose(SYSTEMS[(SYSTEMS.indexOf(this.system) + 1) % SYSTEMS.length]!);

  draw(grid: Grid): void {
    this.grid = grid;
    localStorage.setItem(KEPT_GRID, grid);
  }

  async copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.bench.notify(t('instrument.copied', { text: text.length > 80 ? `${text.slice(0, 80)}…` : text }));
    } catch {
      this.bench.notify(t('instrument.not-copied', { text }), true);
    }
  }

  /** The place of what is selected, else the middle of the map, copied in the system in force. */
  async copyCoordinates(): Promise<void> {
    const tools = await import('@garance/map/coordinates.ts').catch(() => null);
    if (!tools) return void this.bench.notify(t('instrument.absent'));
    const geometry = thingsOf(this.desk).find(({ id }) => id === this.desk.selection?.id)?.geometry;
    const position = geometry ? anchorOf(geometry) : this.centre;
    const said = position && tools.say(position, this.system, manner());
    if (said) await this.copy(said.copied);
    else this.bench.notify(t('coordinates.beyond'));
  }

  /** Gives up the innermost thing in hand; false when there was nothing. */
  escape(): boolean {
    if (this.choice) this.choice = null;
    else if (this.sheet) {
      if (this.sheet === 'selected') this.selected.clear();
      this.close();
    } else return false;
    return true;
  }
}
