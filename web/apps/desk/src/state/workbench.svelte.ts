/** What this person has in hand on the desk: an entry being written, a place being picked, a drawing, the palette. */
import { Refusal, type Geometry, type Outcome, type Position, type Shape } from '@garance/client';
import { paletteOf, type Tool } from '@garance/map';
import type { Drawing } from '@garance/map/draw.ts';
import { refusalWords, t, theme } from '@garance/kit';
import { tick } from 'svelte';
import type { Desk, Saying } from './desk.svelte.ts';

export type Sketch = { tool: Tool; shape: Shape | null; geometry: Geometry | null };
export type Notice = { id: number; words: string; grave: boolean };

export const SHAPE_KINDS: Record<Tool, string[]> = {
  polygon: ['flooded-area', 'perimeter', 'evacuation-zone', 'note'],
  linestring: ['perimeter', 'road-cut', 'note'],
  point: ['road-cut', 'reception-centre', 'command-post', 'breach', 'note'],
};

const TOOL_OF: Record<Geometry['type'], Tool> = { Point: 'point', LineString: 'linestring', Polygon: 'polygon' };

export class Workbench {
  readonly desk: Desk;
  palette = $state(false);
  help = $state(false);
  layers = $state(false);
  /** What the map is being asked a place for, in words; null when nothing is being picked. */
  picking = $state<string | null>(null);
  place = $state.raw<Position | null>(null);
  sketch = $state.raw<Sketch | null>(null);
  notices = $state.raw<Notice[]>([]);
  #drawing: Drawing | null = null;
  #notice = 0;

  constructor(desk: Desk) {
    this.desk = desk;
  }

  notify(words: string, grave = false): void {
    const id = ++this.#notice;
    this.notices = [...this.notices, { id, words, grave }];
    if (!grave) setTimeout(() => this.dismiss(id), 6000);
  }

  dismiss = (id: number): void => {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  };

  /** Gives a command and tells the person only what they must know: a refusal, or that it waits. */
  async give(name: string, body: Record<string, unknown>, saying: Saying = {}): Promise<boolean> {
    const outcome: Outcome = await this.desk.say(name, body, saying);
    if ('refused' in outcome) {
      const { refused } = outcome;
      this.notify(refusalWords(refused.code, refused.detail), true);
      if (refused instanceof Refusal) {
        const parcel = this.desk.parcels.find((kept) => kept.state === 'refused' && kept.name === name);
        if (parcel) await this.desk.discard(parcel.command.id);
      }
      return false;
    }
    if ('waiting' in outcome) this.notify(t('outbox.kept'));
    return true;
  }

  /** Asks for a place on the map; null when the person gives up. */
  async pick(words: string): Promise<Position | null> {
    if (!this.desk.map) return null;
    this.picking = words;
    const position = await this.desk.map.pick();
    this.picking = null;
    return position;
  }

  endPicking = (at: 'centre' | 'nothing'): void => this.desk.map?.endPicking(at);

  setPlace(position: Position | null): void {
    this.place = position;
    this.desk.map?.showMark(position);
  }

  async draw(tool: Tool): Promise<void> {
    await this.#sketch({ tool, shape: null, geometry: null });
  }

  async reshape(shape: Shape): Promise<void> {
    await this.#sketch({ tool: TOOL_OF[shape.geometry.type], shape, geometry: shape.geometry });
  }

  async #sketch(sketch: Sketch): Promise<void> {
    const { map } = this.desk;
    if (!map) return;
    this.endSketch();
    this.sketch = sketch;
    this.desk.tell('drawing');
    const { Drawing } = await import('@garance/map/draw.ts');
    this.#drawing = new Drawing(map, paletteOf(theme.name).select as `#${string}`);
    const finished = (geometry: Geometry): void => {
      if (this.sketch) this.sketch = { ...this.sketch, geometry };
    };
    if (sketch.shape) {
      map.hide(sketch.shape.id);
      this.#drawing.edit(sketch.shape.geometry, finished);
    } else {
      this.#drawing.start(sketch.tool, finished);
    }
  }

  endSketch = (): void => {
    if (this.sketch?.shape) this.desk.map?.hide(null);
    this.#drawing?.end();
    this.#drawing = null;
    if (this.sketch) this.desk.tell('looking');
    this.sketch = null;
  };

  /** Escape: gives up the innermost thing in hand; false when there was nothing. */
  escape(): boolean {
    if (this.palette) this.palette = false;
    else if (this.help) this.help = false;
    else if (this.picking !== null) this.endPicking('nothing');
    else if (this.sketch) this.endSketch();
    else if (this.layers) this.layers = false;
    else if (this.desk.selection) this.desk.select(null);
    else return false;
    return true;
  }

  startEntry = (): void => {
    if (this.desk.axis !== 'inform') {
      this.desk.axis = 'conduct';
      this.desk.tab = 'logbook';
    }
    // At once, not at the next frame: on a slow screen the first letters would be taken for shortcuts.
    void tick().then(() => document.getElementById('entry-text')?.focus());
  };
}
