/** The drawing in hand: its outline with every step back, what is said of it, and how it is sent. */
import type { Fact, Figure, Geometry, Label, Position, Shape } from '@garance/client';
import { formatInstant, parseInstant } from '@garance/client';
import { t } from '@garance/kit';
import {
  canComplete, completed, draftOf, signedBy, toolOf, emptyDraft, geometryOf, kindsOn, handleMoved, placed, placeOf, swept, without,
  type Draft, type Handle, type Place, type Tool, type Way,
} from '@garance/map';
import type { Sketcher } from '@garance/map/sketcher.ts';
import type { Desk } from './desk.svelte.ts';
import { descriptionOf, factsAbout, labelOf, lastSeen, PLAIN, stillValid, type LastSeen } from './drawings.ts';
import { forget, keep, keptSketch, type Kept } from './kept-sketch.ts';
import { proposedName } from './proposing.ts';
import { handleWords, readingWords } from './reading.ts';
import type { SymbolsInHand } from './symbols.svelte.ts';
import { blank, FIRST_KIND, labelSaid, outlineChanged, PLACES, said, toldChanged, type Told } from './sketch-told.ts';
import { validUntil, type Span } from './validity.ts';
import type { Workbench } from './workbench.svelte.ts';

export class Sketching {
  readonly #bench: Workbench;
  /** The outline; null when nothing is in hand. */
  draft = $state.raw<Draft | null>(null);
  /** The drawing being changed, as it was when taken; null for a new one. */
  base = $state.raw<Shape | null>(null);
  told = $state<Told>(blank('note'));
  pointer = $state.raw<Position | null>(null);
  /** Put aside: nothing is lost, the map is free again. */
  aside = $state(false);
  busy = $state(false);
  /** Ends when what is being sent was answered: a vertex given meanwhile belongs to the next drawing. */
  sending: Promise<void> | null = null;
  snap = $state(false);
  /** Traced for a symbol in hand: sent as soon as it is whole, without a form. */
  quick = $state(false);
  steps = $state.raw<{ back: readonly Draft[]; forth: readonly Draft[] }>({ back: [], forth: [] });
  /** The facts about it that were known when it was taken in hand. */
  seen: readonly string[] = [];
  #id = '';
  #ownName = false;
  #hand: Sketcher | null = null;
  #grabbed: Draft | null = null;
  #turn = 0;
  #traced: { shape: string } | null = null;

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  get #desk(): Desk {
    return this.#bench.desk;
  }

  get geometry(): Geometry | null {
    return this.draft && geometryOf(this.draft);
  }

  get place(): Place {
    return this.draft ? PLACES[this.draft.tool] : 'area';
  }

  get canComplete(): boolean {
    return this.draft !== null && canComplete(this.draft);
  }

  /** Whether there is something to lose. */
  get started(): boolean {
    return this.draft !== null && (this.base === null ? this.draft.trace.length > 0 : outlineChanged(this.draft, this.base) || toldChanged(this.told, this.base));
  }

  // -- taking in hand --------------------------------------------------------------------------------------------

  /** Begins a new drawing. One already begun is not thrown away: it comes back first. */
  begin(tool: Tool, way: Way = 'corners'): void {
    if (this.#occupied()) return;
    const kind = FIRST_KIND[tool] ?? kindsOn(PLACES[tool])[0]!.kind;
    this.snap = tool === 'point' || tool === 'linestring';
    this.#open(emptyDraft(tool, way), null, blank(kind));
  }

  /** Begins to trace the symbol in hand, a line or an area; what was being traced for another is thrown away. */
  beginSign({ sign, about }: SymbolsInHand): void {
    if (!sign || (!this.quick && this.#occupied())) return;
    this.#open(emptyDraft(toolOf(sign)), null, { ...blank('note'), ...(about as Partial<Told>) });
    this.quick = true;
  }

  /** Takes an existing drawing in hand. */
  take(shape: Shape): void {
    if (this.#occupied()) return;
    const label = labelOf(this.#desk, shape.id);
    const span: Span = stillValid(shape.valid_until, this.#desk.story_now_ms) ? 'kept' : shape.valid_until ? 'hour' : 'none';
    this.#open(draftOf(shape.geometry, shape.figure), shape, { ...blank(shape.kind), ...descriptionOf(shape), ...label, span });
  }

  /** Starts from an outline made elsewhere: something measured, an ended drawing. */
  from(geometry: Geometry, figure: Figure | null = null, known: Partial<LastSeen> = {}): void {
    if (this.#occupied()) return;
    const kind = known.kind ?? (figure && FIRST_KIND[figure.form]) ?? kindsOn(placeOf(geometry))[0]!.kind;
    this.#open(draftOf(geometry, figure), null, { ...blank(kind), ...(known.name ? { ...known, kind, name: known.name, state: known.state ?? 'engaged' } : {}) } as Told);
    void this.#propose();
  }

  /** Draws an ended one again, as it last was. */
  again(shape: string): void {
    const last = lastSeen(this.#desk, shape);
    if (last) this.from(last.geometry, last.figure, last);
  }

  #occupied(): boolean {
    if (!this.started) return false;
    this.resume();
    this.#bench.notify(t('sketch.unfinished'));
    return true;
  }

  #open(draft: Draft, base: Shape | null, told: Told): void {
    this.#letGo();
    this.quick = false;
    this.base = base;
    this.told = told;
    this.#ownName = told.name !== '';
    this.#id = base?.id ?? crypto.randomUUID();
    this.seen = base ? factsAbout(this.#desk, base.id).map(({ id }) => id) : [];
    this.steps = { back: [], forth: [] };
    this.draft = draft;
    void this.#hold();
  }

  async #hold(): Promise<void> {
    const { map } = this.#desk;
    const turn = ++this.#turn;
    this.aside = false;
    this.tell();
    if (this.base) map?.hide(this.base.id);
    if (map) map.early = (position) => this.give(position);
    const { Sketcher } = await import('@garance/map/sketcher.ts');
    if (!map || !this.draft || turn !== this.#turn) return;
    map.early = null;
    this.#hand = new Sketcher(map, this.draft, {
      place: (position) => this.give(position),
      complete: () => this.complete(),
      swept: (path, slack_m) => this.#step((draft) => swept(draft, path, slack_m)),
      move: (handle, to, settled) => this.#move(handle, to, settled),
      remove: (index) => this.#step((draft) => without(draft, index)),
      pointer: (position) => (this.pointer = position),
      turn: (deg, settled) => this.setTurn(deg, settled),
    }, { readings: readingWords, handle: handleWords, turn: t('handle.turn') });
    this.#hand.snap = this.snap;
    this.#offerTurn();
  }

  /** Says to the others what is in hand. */
  tell(): void {
    this.#desk.tell('drawing', this.base?.id ?? this.told.kind);
  }

  // -- the outline -----------------------------------------------------------------------------------------------

  #step(change: (draft: Draft) => Draft): void {
    const before = this.draft;
    if (!before) return;
    const next = change(before);
    if (next === before) return;
    this.steps = { back: [...this.steps.back, before], forth: [] };
    this.#show(next);
    if (!before.done && next.done) void (this.quick ? this.send() : this.#propose());
  }

  #show(draft: Draft): void {
    this.draft = draft;
    this.#hand?.show(draft);
    this.keep();
  }

  #move(handle: Handle, to: Position, settled: boolean): void {
    this.#grabbed ??= this.draft;
    const before = this.#grabbed;
    if (!before) return;
    const next = handleMoved(before, handle, to);
    if (!settled) return void this.#hand?.show((this.draft = next));
    this.#grabbed = null;
    this.draft = before;
    this.#step(() => next);
  }

  /** A place given by a click, by coordinates, or at the middle of the map. */
  give(position: Position): void {
    if (this.sending && this.quick) return void this.sending.then(() => this.give(position));
    this.#step((draft) => placed(draft, position));
  }

  complete = (): void => this.#step(completed);

  /** Changes the outline by numbers. */
  adjust(change: (draft: Draft) => Draft): void {
    this.#step(change);
  }

  setSnap(on: boolean): void {
    this.snap = on;
    if (this.#hand) this.#hand.snap = on;
  }

  undo = (): void => {
    const before = this.steps.back.at(-1);
    if (!before || !this.draft) return;
    this.steps = { back: this.steps.back.slice(0, -1), forth: [...this.steps.forth, this.draft] };
    this.#show(before);
  };

  redo = (): void => {
    const next = this.steps.forth.at(-1);
    if (!next || !this.draft) return;
    this.steps = { back: [...this.steps.back, this.draft], forth: this.steps.forth.slice(0, -1) };
    this.#show(next);
  };

  // -- what is said of it ----------------------------------------------------------------------------------------

  setKind(kind: string): void {
    this.told.kind = kind;
    this.tell();
    void this.#propose();
  }

  /** The symbol turned that way; the map shows it once let go. */
  setTurn(deg: number, settled: boolean): void {
    const { symbol } = this.told;
    if (!symbol) return;
    this.told.symbol = { ...symbol, rotation_deg: deg };
    if (settled) this.#offerTurn();
    this.keep();
  }

  /** A handle to turn the symbol with, where it can be turned. */
  #offerTurn(): void {
    const { symbol } = this.told;
    this.#hand?.turn(signedBy(symbol)?.sign.turns ? symbol?.rotation_deg ?? 0 : null);
  }

  setName(name: string): void {
    this.told.name = name;
    this.#ownName = name !== '';
    this.keep();
  }

  /** A name from the kind and the place, until the person gives their own. */
  async #propose(): Promise<void> {
    const { geometry } = this;
    if (!geometry || this.#ownName || this.base) return;
    const id = this.#id;
    this.told.name = proposedName(this.told.kind, null);
    const name = await this.#desk.account.api.here(geometry).then((here) => proposedName(this.told.kind, here), () => null);
    if (name && id === this.#id && !this.#ownName) this.told.name = name;
    this.keep();
  }

  /** The instant until which it is vouched for; undefined when the typed hour cannot be read. */
  get valid_ms(): number | null | undefined {
    const kept = this.base?.valid_until ?? null;
    return validUntil(this.told.span, this.told.until, this.#desk.story_now_ms, kept === null ? null : parseInstant(kept));
  }

  // -- sending ---------------------------------------------------------------------------------------------------

  /** What someone else said of it since it was taken in hand. */
  get overtaken(): Fact | null {
    void this.#desk.version;
    const { base, seen } = this;
    return base && (factsAbout(this.#desk, base.id).findLast(({ id, author }) => author.person !== this.#desk.account.person && !seen.includes(id)) ?? null);
  }

  /** Whether it was ended by someone meanwhile. */
  get gone(): boolean {
    return this.base !== null && this.#desk.picture.ended.some(({ id }) => id === this.base?.id);
  }

  /** Goes on with it as a new drawing: the one taken no longer stands. */
  detach = (): void => {
    this.base = null;
    this.#id = crypto.randomUUID();
    this.#desk.map?.hide(null);
    this.tell();
    this.keep();
  };

  async send(): Promise<void> {
    const { geometry, valid_ms } = this;
    if (!geometry || this.busy || valid_ms === undefined) return;
    this.busy = true;
    this.sending = this.#send(geometry, valid_ms).finally(() => (this.sending = null));
    await this.sending;
  }

  async #send(geometry: Geometry, valid_ms: number | null): Promise<void> {
    const { base } = this;
    const sent = await (base ? this.#change(base, geometry, valid_ms) : this.#draw(geometry, valid_ms));
    this.busy = false;
    const traced = this.#traced;
    this.#traced = null;
    if (sent) this.discard();
    if (sent && traced) this.#bench.symbols.traced(traced);
  }

  async #draw(geometry: Geometry, valid_ms: number | null): Promise<boolean> {
    const figure = this.draft?.figure;
    const body = {
      shape: this.#id, geometry, ...(figure ? { figure } : {}), ...said($state.snapshot(this.told)),
      ...(valid_ms === null ? {} : { valid_until: formatInstant(valid_ms) }),
    };
    const label = this.#label(PLAIN);
    if (!(await this.#bench.give('drawings.draw', body, label))) return false;
    if (this.quick) this.#traced = body;
    return this.#write(this.#id, label);
  }

  async #change(base: Shape, geometry: Geometry, valid_ms: number | null): Promise<boolean> {
    const saying = { follows: base.follows, ...this.#label(labelOf(this.#desk, base.id)) };
    const figure = this.draft?.figure;
    if (this.draft && outlineChanged(this.draft, base)) {
      const done = await this.#bench.give('drawings.reshape', { shape: base.id, geometry, ...(figure ? { figure } : {}) }, saying);
      if (!done) return false;
      this.base = { ...base, geometry, figure: figure ?? null };
    }
    if (toldChanged(this.told, base)) {
      const body = { shape: base.id, ...said($state.snapshot(this.told)), ...(valid_ms === null ? {} : { valid_until: formatInstant(valid_ms) }) };
      if (!(await this.#bench.give('drawings.describe', body, saying))) return false;
    }
    return this.#write(base.id, this.#label(labelOf(this.#desk, base.id)));
  }

  #label = (usual: Label): { label?: Label } => labelSaid($state.snapshot(this.told), usual, this.#desk.grant?.cell ?? null);

  /** A note is an entry of the logbook about the drawing: it is found from both. */
  async #write(shape: string, label: { label?: Label }): Promise<boolean> {
    const text = this.told.note.trim();
    if (text !== '') await this.#bench.give('logbook.write', { text, category: 'information', about: shape }, label);
    return true;
  }

  // -- putting away ----------------------------------------------------------------------------------------------

  /** Escape: an empty drawing is given up, one begun waits. */
  setAside = (): void => {
    if (!this.started) return this.discard();
    this.aside = true;
    this.#turn += 1;
    this.#hand?.end(true);
    this.#hand = null;
    if (this.#desk.map) this.#desk.map.early = null;
    this.#desk.tell('looking');
  };

  resume = (): void => {
    if (this.draft && !this.#hand) void this.#hold();
  };

  /** Throws it away, or puts it away once sent. */
  discard = (): void => {
    const told = this.draft !== null;
    this.#letGo();
    this.draft = this.base = null;
    this.aside = this.quick = false;
    forget(this.#desk.id);
    if (told) this.#desk.tell('looking');
  };

  #letGo(): void {
    this.#turn += 1;
    this.#grabbed = null;
    this.#hand?.end();
    this.#hand = null;
    this.pointer = null;
    const { map } = this.#desk;
    if (map) map.early = null;
    if (this.base) map?.hide(null);
    map?.show('sketch', []);
  }

  /** Keeps it on this device, so that a reload loses nothing. */
  keep(): void {
    const { draft, base } = this;
    if (!draft || !this.started || this.quick) return;
    keep(this.#desk.id, { person: this.#desk.account.person, id: this.#id, draft, base, seen: this.seen, told: $state.snapshot(this.told) });
  }

  /** Brings back, set aside, what a reload interrupted. */
  restore(): void {
    const found: Kept | null = keptSketch(this.#desk.id, this.#desk.account.person);
    if (!found || this.draft) return;
    this.draft = found.draft;
    this.base = found.base;
    this.seen = found.seen;
    this.told = { ...blank('note'), ...found.told };
    this.#ownName = true;
    this.#id = found.id;
    this.aside = true;
  }
}
