/** Placing symbols: which one is in hand, how it is turned and worded, and what was placed, to undo and redo. */
import type { DrawnSymbol, Position, Shape } from '@garance/client';
import { t, theme, words } from '@garance/kit';
import { KEYS, paletteOf, plainText, signedBy, toolOf, type Charter, type Family, type Ground, type Sign } from '@garance/map';
import type { Stamp } from '@garance/map/stamp.ts';
import { FRENCH } from './charters.svelte.ts';
import type { Desk } from './desk.svelte.ts';
import type { Workbench } from './workbench.svelte.ts';

type Body = Record<string, unknown> & { shape: string };
type Placed = { body: Body };

const RECENT = 'garance.symbols.recent';
const FAVOURITES = 'garance.symbols.favourites';
const MOST_RECENT = 8;
/** What the palette covers of the map. */
const PANEL_PX = 330;
const TURN_DEG = 15;
const STEP_PX = 24;
const FAR_STEP_PX = 96;
const ARROWS: Record<string, [number, number]> = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export class SymbolsInHand {
  readonly #bench: Workbench;
  shown = $state(false);
  set = $state(FRENCH);
  family = $state<string | null>(null);
  sought = $state('');
  sign = $state.raw<Sign | null>(null);
  state = $state<'engaged' | 'planned'>('engaged');
  text = $state('');
  rotation_deg = $state(0);
  recent = $state.raw<readonly string[]>(list(RECENT));
  favourites = $state.raw<readonly string[]>(list(FAVOURITES));
  placed = $state.raw<readonly Placed[]>([]);
  undone = $state.raw<readonly Placed[]>([]);
  #stamp: Stamp | null = null;
  #turn = 0;
  #chosen = '';
  #last: Position | null = null;
  /** Keys pressed before the symbol in hand is on the map: on a slow machine none is lost. */
  #early: ((stamp: Stamp) => void)[] = [];

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  get #desk(): Desk {
    return this.#bench.desk;
  }

  get charter(): Charter | null {
    return this.#desk.charters.get(this.set);
  }

  get families(): readonly Family[] {
    return this.charter?.families ?? [];
  }

  of(family: string): Sign[] {
    return this.charter?.symbols.filter((sign) => sign.family === family) ?? [];
  }

  /** Whether lines and areas are being traced for the symbol in hand. */
  get tracing(): boolean {
    return this.#bench.sketching.quick && this.#bench.sketching.draft !== null;
  }

  // -- opening and choosing --------------------------------------------------------------------------------------

  toggle = (): void => (this.shown ? this.close() : this.open());

  open(): void {
    this.shown = true;
    this.family = null;
    this.sought = '';
    void this.#desk.charters.bring(this.set);
    void this.#desk.charters.list();
    // At once, so that the first click on the map is heard.
    void import('@garance/map/stamp.ts');
    void import('@garance/map/sketcher.ts');
  }

  close = (): void => {
    this.letGo();
    this.shown = false;
  };

  choose(sign: Sign): void {
    const { sketching } = this.#bench;
    if (sketching.draft && !sketching.quick && sketching.started) return void this.#bench.notify(t('sketch.unfinished'));
    const another = this.#chosen !== sign.id;
    this.letGo();
    this.sign = sign;
    this.#chosen = sign.id;
    // The words and the turn of one symbol are not those of the next.
    if (another) [this.text, this.rotation_deg] = ['', 0];
    this.family = null;
    this.#remember(sign.id);
    void this.#hold();
  }

  /** Starts from a drawing that stands: the same symbol, words and turn. */
  copy({ symbol, state }: Shape): void {
    const signed = signedBy(symbol);
    if (!signed || !symbol) return;
    this.set = signed.set;
    this.open();
    this.choose(signed.sign);
    this.state = state === 'planned' ? 'planned' : 'engaged';
    this.text = symbol.text ?? '';
    this.rotation_deg = symbol.rotation_deg ?? 0;
    this.refresh();
  }

  async #hold(): Promise<void> {
    const { map } = this.#desk;
    const { sign } = this;
    if (!map || !sign) return;
    const turn = ++this.#turn;
    const point = toolOf(sign) === 'point';
    if (point) map.early = (position) => this.place(position);
    else this.#bench.sketching.beginSign(this);
    const { Stamp } = await import('@garance/map/stamp.ts');
    if (turn !== this.#turn) return;
    if (point) map.early = null;
    this.#stamp = new Stamp(map, { place: (position) => (point ? this.place(position) : this.#vertex(position)) }, point, PANEL_PX);
    this.#stamp.snap = this.#bench.sketching.snap;
    this.refresh();
    for (const act of this.#early.splice(0)) act(this.#stamp);
  }

  /** The ghost on the map, as it would be placed. */
  refresh(): void {
    const { sign } = this;
    const { told } = this.#bench.sketching;
    if (this.tracing) Object.assign(told, { name: this.name, state: this.state, symbol: this.symbol });
    if (!this.#stamp || !sign) return;
    const { halo } = paletteOf(theme.name);
    const ground: Ground = halo === '#ffffff' ? 'light' : 'dark';
    const text = sign.label === 'inside' ? plainText(this.text) : '';
    this.#stamp.show(sign.marks && toolOf(sign) === 'point' ? ['sign', this.set, sign.id, this.state, ground, halo, encodeURIComponent(text)].join('|') : null, this.rotation_deg);
  }

  /** Puts the symbol in hand away. */
  letGo(): void {
    this.#turn += 1;
    if (this.#desk.map) this.#desk.map.early = null;
    this.#stamp?.end();
    this.#stamp = null;
    this.#early = [];
    this.#last = null;
    this.sign = null;
    if (this.#bench.sketching.quick) this.#bench.sketching.discard();
  }

  turnBy(deg: number): void {
    if (!this.sign?.turns) return;
    this.rotation_deg = (this.rotation_deg + deg + 360) % 360;
    this.refresh();
  }

  setState(state: 'engaged' | 'planned'): void {
    this.state = state;
    this.refresh();
  }

  // -- placing ---------------------------------------------------------------------------------------------------

  /** The symbol as a drawing names it. */
  get symbol(): DrawnSymbol | null {
    if (!this.sign) return null;
    const text = plainText(this.text);
    return { set: this.set, id: this.sign.id, ...(text ? { text } : {}), ...(this.rotation_deg ? { rotation_deg: this.rotation_deg } : {}) };
  }

  /** « Poteau d'incendie PI 12 » */
  get name(): string {
    return [this.sign?.name[words.language] ?? '', plainText(this.text)].filter(Boolean).join(' ');
  }

  get about(): Record<string, unknown> {
    return { name: this.name, kind: this.sign?.kind ?? 'note', state: this.state, symbol: this.symbol, ...this.#bench.courses.drawnFor };
  }

  place(position: Position): void {
    if (!this.sign) return;
    const [lon, lat] = position.map((degrees) => Math.round(degrees * 1e7) / 1e7) as [number, number];
    void this.#draw({ shape: crypto.randomUUID(), geometry: { type: 'Point', coordinates: [lon, lat] }, ...this.about });
  }

  /** A vertex given by keys; the same place twice ends the line. */
  #vertex(position: Position): void {
    const { sketching } = this.#bench;
    if (sketching.sending) return void sketching.sending.then(() => this.#vertex(position));
    const again = this.#last && this.#last[0] === position[0] && this.#last[1] === position[1];
    this.#last = again ? null : position;
    if (again && sketching.canComplete) sketching.complete();
    else sketching.give(position);
  }

  async #draw(body: Body): Promise<void> {
    this.placed = [...this.placed, { body }];
    this.undone = [];
    if (!(await this.#bench.give('drawings.draw', body))) this.placed = this.placed.filter((one) => one.body !== body);
  }

  /** A line or an area traced for the symbol in hand was sent: the next one begins. */
  traced(body: Body): void {
    this.placed = [...this.placed, { body }];
    this.undone = [];
    this.#last = null;
    if (this.sign) this.#bench.sketching.beginSign(this);
  }

  undo = (): void => {
    const { sketching } = this.#bench;
    if (this.tracing && sketching.steps.back.length > 0) return sketching.undo();
    const last = this.placed.at(-1);
    if (!last) return;
    this.placed = this.placed.slice(0, -1);
    this.undone = [...this.undone, last];
    void this.#bench.give('drawings.end', { shape: last.body.shape, reason: t('symbols.undone') });
  };

  redo = (): void => {
    const { sketching } = this.#bench;
    if (this.tracing && sketching.steps.forth.length > 0) return sketching.redo();
    const next = this.undone.at(-1);
    if (!next) return;
    const body = { ...next.body, shape: crypto.randomUUID() };
    this.undone = this.undone.slice(0, -1);
    this.placed = [...this.placed, { body }];
    void this.#bench.give('drawings.draw', body);
  };

  // -- the keyboard ----------------------------------------------------------------------------------------------

  /** A key pressed while the palette is open, outside any field; true when it was for it. */
  key(press: KeyboardEvent): boolean {
    const arrow = ARROWS[press.key];
    if (arrow && this.sign) {
      const step = press.shiftKey ? FAR_STEP_PX : STEP_PX;
      this.#act((stamp) => stamp.nudge(arrow[0] * step, arrow[1] * step));
      return true;
    }
    if (press.key === 'Enter' && this.sign) {
      this.#act((stamp) => stamp.placeHere());
      return true;
    }
    if (press.key === 'PageUp' || press.key === 'PageDown') {
      this.#act(() => this.turnBy(press.key === 'PageDown' ? TURN_DEG : -TURN_DEG));
      return true;
    }
    if (press.key === ' ') {
      const other = (): void => this.setState(this.state === 'engaged' ? 'planned' : 'engaged');
      if (this.sign) this.#act(other);
      else other();
      return true;
    }
    return this.#letter(press);
  }

  #act(act: (stamp: Stamp) => void): void {
    if (this.#stamp) act(this.#stamp);
    else this.#early.push(act);
  }

  /** A family by its letter, then one of its symbols: digits by their place, whatever the layout writes there. */
  #letter({ key, code }: KeyboardEvent): boolean {
    const said = /^(Digit|Numpad)[1-9]$/.test(code) ? code.at(-1)! : key.toLowerCase();
    if (this.family !== null) {
      const sign = this.of(this.family)[KEYS.indexOf(said)];
      if (!sign || said.length !== 1) return false;
      this.choose(sign);
      return true;
    }
    const family = this.families.find((one) => one.key === said);
    if (family) this.family = family.id;
    return family !== undefined;
  }

  /** Let go over the map after being dragged from the palette. */
  drop(sign: Sign, x: number, y: number): void {
    if (this.sign?.id !== sign.id) return;
    this.#stamp?.dropAt(x, y);
  }

  // -- what this person uses -------------------------------------------------------------------------------------

  #remember(id: string): void {
    this.recent = [id, ...this.recent.filter((one) => one !== id)].slice(0, MOST_RECENT);
    localStorage.setItem(RECENT, JSON.stringify(this.recent));
  }

  favour(id: string): void {
    this.favourites = this.favourites.includes(id) ? this.favourites.filter((one) => one !== id) : [...this.favourites, id];
    localStorage.setItem(FAVOURITES, JSON.stringify(this.favourites));
  }
}

function list(key: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === 'string') : [];
  } catch {
    return [];
  }
}
