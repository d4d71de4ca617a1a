/** What this person has in hand on the desk: an entry being written, a place being picked, a drawing, the palette. */
import type { Figure, Geometry, Outcome, Position, Refusal } from '@garance/client';
import { refusalWords, t } from '@garance/kit';
import type { Camera, Draft } from '@garance/map';
import { tick } from 'svelte';
import type { Desk } from './desk.svelte.ts';
import { FilesInHand } from './files.svelte.ts';
import type { Saying } from './saying.ts';
import { Instruments } from './instruments.svelte.ts';
import { Logbook } from './logbook.svelte.ts';
import { MustRead } from './notices.svelte.ts';
import { Pinned } from './pinned.svelte.ts';
import { CoursesInHand } from './courses.svelte.ts';
import { Sketching } from './sketching.svelte.ts';
import { SymbolsInHand } from './symbols.svelte.ts';
import { Taskings } from './taskings.svelte.ts';
import { SavedViews } from './views.svelte.ts';

/** A command to give; `about` names what it is about when several are given together. */
export type Order = { name: string; body: Record<string, unknown>; saying?: Saying; about?: string };
export type Notice = { id: number; words: string; grave: boolean };

export class Workbench {
  readonly desk: Desk;
  readonly book: Logbook;
  readonly instruments: Instruments;
  readonly mustRead: MustRead;
  readonly views: SavedViews;
  readonly tasks: Taskings;
  /** Whether the sheet of the link is open. */
  sharing = $state(false);
  /** Which sheet of documents is open: what is printed, the situation report, or the files given to other programs. */
  paper = $state<'print' | 'report' | 'give' | null>(null);
  /** Where the map was last looked at from. */
  camera: Camera | null = null;
  palette = $state(false);
  help = $state(false);
  layers = $state(false);
  conflicts = $state(false);
  /** Whether the sheet of the exercise clock is open. */
  clock = $state(false);
  /** The right panel held at an instant of its own; null while it follows the map. */
  pinned = $state.raw<Pinned | null>(null);
  /** What the map is being asked a place for, in words; null when nothing is being picked. */
  picking = $state<string | null>(null);
  place = $state.raw<Position | null>(null);
  readonly sketching: Sketching = new Sketching(this);
  readonly symbols: SymbolsInHand = new SymbolsInHand(this);
  readonly files: FilesInHand = new FilesInHand(this);
  readonly courses: CoursesInHand = new CoursesInHand(this);
  /** Whether the signals plan is open. */
  signals = $state(false);
  notices = $state.raw<Notice[]>([]);
  #notice = 0;

  constructor(desk: Desk) {
    this.desk = desk;
    this.book = new Logbook(desk, (words, grave) => this.notify(words, grave));
    this.instruments = new Instruments(this);
    this.mustRead = new MustRead(this);
    this.views = new SavedViews(this);
    this.tasks = new Taskings(this);
  }

  /** Says something to the person; answers the notice's number, to be dismissed by. */
  notify(words: string, grave = false): number {
    const id = ++this.#notice;
    this.notices = [...this.notices, { id, words, grave }];
    if (!grave) setTimeout(() => this.dismiss(id), 6000);
    return id;
  }

  dismiss = (id: number): void => {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  };

  /** Gives a command and tells the person only what they must know: a refusal, or that it waits. */
  async give(name: string, body: Record<string, unknown>, saying: Saying = {}): Promise<boolean> {
    return (await this.giveAll([{ name, body, saying }])) === 1;
  }

  /** Gives commands one after the other; answers how many were taken. What waits is said once for all. */
  async giveAll(orders: readonly Order[]): Promise<number> {
    let [taken, waiting] = [0, false];
    for (const { name, body, saying, about } of orders) {
      const outcome: Outcome = await this.desk.say(name, body, saying);
      if ('refused' in outcome) await this.#refused(name, outcome.refused, about);
      else taken += 1;
      waiting ||= 'waiting' in outcome;
    }
    if (waiting) this.notify(t('outbox.kept'));
    return taken;
  }

  async #refused(name: string, refused: Refusal, about = ''): Promise<void> {
    this.notify(`${about ? `${about} : ` : ''}${refusalWords(refused.code, refused.detail)}`, true);
    const parcel = this.desk.parcels.find((kept) => kept.state === 'refused' && kept.name === name);
    if (parcel) await this.desk.discard(parcel.command.id);
  }

  /** Asks for a place on the map; null when the person gives up. */
  async pick(words: string): Promise<Position | null> {
    if (!this.desk.map) return null;
    this.instruments.giveWay();
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

  /** The drawing that holds the map; null when none does, or when it waits aside. */
  get sketch(): Draft | null {
    return this.sketching.aside ? null : this.sketching.draft;
  }

  /** Holds the right panel at the shown time, or lets it go. */
  pin = (): void => {
    this.pinned = this.pinned ? null : new Pinned(this.desk);
  };

  /** Opens the drawing form on an outline made elsewhere. */
  drawFrom(geometry: Geometry, figure: Figure | null = null): void {
    this.instruments.giveWay();
    this.sketching.from(geometry, figure);
  }

  /** Escape: gives up the innermost thing in hand; false when there was nothing. */
  escape(): boolean {
    if (this.palette) this.palette = false;
    else if (this.help) this.help = false;
    else if (this.conflicts) this.conflicts = false;
    else if (this.sharing) this.sharing = false;
    else if (this.paper) this.paper = null;
    else if (this.picking !== null) this.endPicking('nothing');
    else if (this.files.escape()) return true;
    else if (this.symbols.sign) this.symbols.letGo();
    else if (this.sketch) this.sketching.setAside();
    else if (this.symbols.shown) this.symbols.close();
    else if (this.clock) this.clock = false;
    else if (this.desk.conductor.choosing) this.desk.conductor.choosing = false;
    else if (this.instruments.escape()) return true;
    else if (this.layers) this.layers = false;
    else if (this.mustRead.shown) this.mustRead.shown = false;
    else if (this.views.shown) this.views.shown = false;
    else if (this.views.current) this.views.leave();
    else if (this.tasks.escape()) return true;
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
