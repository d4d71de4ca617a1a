/** A file being brought into the situation: read by the node, looked at, then written as a person writes, and undone as one. */
import { Refusal, Unreachable, type Label } from '@garance/client';
import { refusalWords, t } from '@garance/kit';
import type { Feature, Place } from '@garance/map';
import { SvelteSet } from 'svelte/reactivity';
import { PLAIN } from '../state/drawings.ts';
import type { Workbench } from '../state/workbench.svelte.ts';
import { digestOf, followedOf, layersOf, type FileRead, type Followed, type Layer, type Mapping } from './file-read.ts';
import { Writing, type Item, type Made } from './writing.ts';

/** The most things written of a file at once: more is a layer of the territory, not something people draw. */
export const MOST_ITEMS = 2_000;
export const MOST_MB = 50;
const READ_MS = 5 * 60_000;
type Step = 'reading' | 'choosing' | 'writing' | 'done' | 'undoing' | 'undone';

export class Incoming {
  readonly bench: Workbench;
  readonly file: File;
  step = $state<Step>('reading');
  read = $state.raw<FileRead | null>(null);
  problem = $state('');
  /** What is asked of the file anew while what was read before stays shown. */
  busy = $state(false);
  readonly left = new SvelteSet<string>();
  tracks = $state<'lines' | 'units' | 'none'>('lines');
  withNotes = $state(false);
  state = $state<'engaged' | 'planned'>('engaged');
  audience = $state<Label['audience']>(PLAIN.audience);
  sensitivity = $state<Label['sensitivity']>(PLAIN.sensitivity);
  unitKind = $state('team');
  done = $state(0);
  total = $state(0);
  already = $state(0);
  /** The link fell on the way: what is left was not written. */
  cut = $state(false);
  made = $state.raw<Made[]>([]);
  refused = $state.raw<{ name: string; words: string }[]>([]);
  #stop: AbortController | null = null;
  #digest = '';

  constructor(bench: Workbench, file: File) {
    this.bench = bench;
    this.file = file;
  }

  readonly layers: Layer[] = $derived.by(() => (this.read ? layersOf(this.read) : []));
  readonly followed: Followed[] = $derived.by(() => (this.read ? followedOf(this.read) : []));
  readonly chosen: Layer[] = $derived.by(() => this.layers.filter(({ key }) => !this.left.has(key)));
  readonly units: Followed[] = $derived.by(() => (this.tracks === 'units' ? this.followed : []));
  readonly count: number = $derived.by(() => this.chosen.reduce((sum, { drawings }) => sum + drawings.length, 0) + this.units.length);

  /** Whether whoever is here may bring in what is chosen, now. */
  get may(): boolean {
    const { desk } = this.bench;
    return desk.can('drawings.draw') && desk.current?.status !== 'closed' && (this.units.length === 0 || desk.can('resources.command'));
  }

  async open(): Promise<void> {
    if (this.file.size > MOST_MB << 20) return this.#fail(t('files.too-large', { mb: MOST_MB }));
    await this.#ask(null);
    if (this.read) this.step = 'choosing';
  }

  /** Has the file read again, with another way of making drawings of it. */
  async map(change: Partial<Mapping>): Promise<void> {
    if (this.read) await this.#ask({ ...this.read.mapping, ...change });
  }

  setKind({ value, place }: { value: string; place: Place }, kind: string): Promise<void> {
    const { mapping } = this.read!;
    return this.map(value === '' || value === '…' ? { [place]: kind } : { kinds: { ...mapping.kinds, [value]: kind } });
  }

  async setTracks(tracks: 'lines' | 'units' | 'none'): Promise<void> {
    this.tracks = tracks;
    await this.map({ tracks: tracks === 'lines' ? 'lines' : 'none' });
  }

  async #ask(mapping: Mapping | null): Promise<void> {
    this.#stop?.abort();
    const stop = (this.#stop = new AbortController());
    this.busy = true;
    this.problem = '';
    const query = new URLSearchParams({ name: this.file.name.slice(0, 255), ...(mapping ? { mapping: JSON.stringify(mapping) } : {}) });
    try {
      const { desk } = this.bench;
      const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(READ_MS)]);
      this.read = await desk.account.api.give<FileRead>(`situations/${desk.id}/files/read?${query}`, this.file, signal);
    } catch (error) {
      if (stop.signal.aborted) return;
      this.#fail(error instanceof Refusal ? refusalWords(error.code, error.detail) : error instanceof Unreachable ? t('files.out-of-reach') : t('files.unreadable'));
    }
    this.busy = false;
  }

  #fail(words: string): void {
    this.problem = words;
  }

  /** What the map shows apart, before anything is written. */
  get preview(): Feature[] {
    if (this.step !== 'choosing' && this.step !== 'writing') return [];
    const drawn = this.layers.flatMap(({ key, drawings }) => drawings.map(({ geometry, name }): Feature => ({ type: 'Feature', geometry, properties: { name, left: this.left.has(key) } })));
    return [...drawn, ...this.units.map(({ name, position }): Feature => ({ type: 'Feature', geometry: { type: 'Point', coordinates: position }, properties: { name, left: false } }))];
  }

  /** Writes what is chosen, one command after the other; can be stopped, and gone on with. */
  async write(): Promise<void> {
    this.#digest ||= await digestOf(this.file);
    const items: Item[] = [...this.chosen.flatMap(({ drawings }) => drawings.map((drawing): Item => ({ drawing }))), ...this.units.map((unit): Item => ({ unit }))];
    const how = { digest: this.#digest, state: this.state, withNotes: this.withNotes, unitKind: this.unitKind, label: { audience: this.audience, sensitivity: this.sensitivity } };
    this.step = 'writing';
    this.bench.files.busy = true;
    [this.done, this.total, this.already, this.cut] = [0, items.length, 0, false];
    this.refused = [];
    this.#stop = new AbortController();
    const writing = new Writing(this.bench.desk, how);
    for (const item of items) {
      if (this.#stop.signal.aborted) break;
      const outcome = await writing.write(item);
      this.done += 1;
      if (outcome.became === 'already') this.already += 1;
      else if (outcome.became === 'refused') this.refused = [...this.refused, outcome];
      else this.made = [...this.made, outcome.made];
      this.cut = outcome.became === 'waiting';
      if (this.cut) break;
    }
    this.bench.files.busy = false;
    this.step = 'done';
    if (this.made.length > 0) this.bench.files.last = this;
  }

  stop = (): void => this.#stop?.abort();

  /** Ends exactly what was written, and says why. */
  async undo(): Promise<void> {
    this.step = 'undoing';
    this.bench.files.busy = true;
    [this.done, this.total] = [0, this.made.length];
    const writing = new Writing(this.bench.desk, null);
    const left: Made[] = [];
    for (const made of this.made.toReversed()) {
      if (!(await writing.end(made, t('files.undone-reason', { file: this.file.name })))) left.unshift(made);
      this.done += 1;
    }
    this.made = left;
    this.bench.files.busy = false;
    this.step = left.length > 0 ? 'done' : 'undone';
    if (left.length === 0) this.bench.files.last = null;
  }
}
