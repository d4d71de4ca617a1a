/** Looking for a place or a thing by what is typed: here at once, on the server a moment later, late answers dropped. */
import type { Position } from '@garance/client';
import { t, term } from '@garance/kit';
import type { Selection } from '@garance/map';
import type { Reading } from '@garance/map/coordinates.ts';
import { fold } from '../actions.ts';
import type { Instruments } from '../state/instruments.svelte.ts';
import { problemWords, searchPlaces, type PlaceFound } from './questions.ts';
import { thingsOf } from './things.ts';
import { manner } from './writing.ts';

const FIRST_GROUPS = ['coordinates', 'resource', 'incident', 'outage', 'zone', 'centre', 'mission', 'shape', 'series'] as const;
export type FoundGroup = (typeof FIRST_GROUPS)[number] | 'recent' | 'place' | 'street' | 'site' | 'other' | Selection['kind'];
export type Goal = { position: Position; zoom: number } | Selection;
export type Found = { id: string; group: FoundGroup; words: string; context: string; goal: Goal };

const PAUSE_MS = 180;
const MOST_EACH = 5;
const MOST_STREETS = 8;
const MOST_RECENT = 8;
const GROUPED: Record<string, FoundGroup> = { commune: 'place', locality: 'place', street: 'street', road: 'street', address: 'street', site: 'site' };
const ZOOM: Record<string, number> = { commune: 12.5, locality: 14.5, street: 16, road: 14, address: 17, site: 16.5 };
const FAR = 15;

export class PlaceSearch {
  readonly #instruments: Instruments;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  text = $state('');
  recent = $state.raw<Found[]>([]);
  asking = $state(false);
  problem = $state('');
  #places = $state.raw<PlaceFound[]>([]);
  #readings = $state.raw<{ reading: Reading; words: string }[]>([]);

  constructor(instruments: Instruments) {
    this.#instruments = instruments;
    this.recent = keptRecent(this.#key);
  }

  get #key(): string {
    return `garance.searches.${this.#instruments.desk.account.person}`;
  }

  readonly results: Found[] = $derived.by(() => {
    const sought = fold(this.text.trim());
    if (sought === '') return this.recent;
    const parts = sought.split(/\s+/);
    const things = sought.length < 2 ? [] : thingsOf(this.#instruments.desk).filter(({ name }) => parts.every((part) => fold(name).includes(part)));
    const found = [
      ...this.#readings.map(({ reading, words }, index): Found => ({ id: `c${index}`, group: 'coordinates', words, context: term('system', reading.system), goal: { position: reading.position, zoom: zoomFor(reading.size_m) } })),
      ...things.map(({ kind, id, name, what, state }): Found => ({ id, group: kind, words: name, context: [what, state].filter(Boolean).join(' · '), goal: { kind, id } })),
      ...this.#places.map((place, index): Found => ({ id: `p${index}`, group: GROUPED[place.kind] ?? 'other', words: place.name, context: contextOf(place), goal: { position: [place.lon_deg, place.lat_deg], zoom: ZOOM[place.kind] ?? FAR } })),
    ];
    // The server answers the best first: its groups stand in the order of their best answer.
    const grounds = [...new Set(this.#places.map(({ kind }) => GROUPED[kind] ?? 'other'))];
    return [...FIRST_GROUPS, ...grounds, 'entry' as const].flatMap((group) => {
      const of = found.filter((one) => one.group === group);
      return of.slice(0, group === 'street' ? MOST_STREETS : MOST_EACH);
    });
  });

  /** What lies on the ground rather than in the picture: places and coordinates. */
  readonly elsewhere: Found[] = $derived(this.text.trim() === '' ? [] : this.results.filter(({ goal }) => 'position' in goal));

  seek(text: string): void {
    this.text = text;
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.problem = '';
    const sought = text.trim();
    void this.#read(sought, this.#turn);
    if (sought.length < 2) {
      this.#places = [];
      this.asking = false;
      return;
    }
    this.asking = true;
    this.#timer = setTimeout(() => void this.#ask(sought, this.#turn), PAUSE_MS);
  }

  async #ask(sought: string, turn: number): Promise<void> {
    const { desk, centre } = this.#instruments;
    try {
      const { items } = desk.territory ? await searchPlaces(desk.account.api, sought, centre) : { items: [] };
      if (turn === this.#turn) this.#places = items.filter(({ kind }) => kind !== 'position');
    } catch (problem) {
      if (turn !== this.#turn) return;
      this.#places = [];
      this.problem = t('search.only-here', { why: problemWords(problem) });
    }
    if (turn === this.#turn) this.asking = false;
  }

  /** Figures are read on this machine: they need no server. */
  async #read(sought: string, turn: number): Promise<void> {
    if (!/\d/.test(sought)) {
      this.#readings = [];
      return;
    }
    const tools = await import('@garance/map/coordinates.ts').catch(() => null);
    if (turn !== this.#turn) return;
    if (!tools) {
      this.#readings = [];
      return;
    }
    const { readCoordinates, say } = tools;
    const readings = readCoordinates(sought, this.#instruments.desk.territory?.bbox ?? null);
    this.#readings = readings.map((reading) => ({ reading, words: say(reading.position, 'decimal', manner())!.shown }));
  }

  /** Goes to what was found: a mark and what is known there, or the card of the thing. */
  go(found: Found): void {
    this.#keep(found);
    const { desk } = this.#instruments;
    if ('kind' in found.goal) {
      const { kind, id } = found.goal;
      return desk.select({ kind, id });
    }
    const { position, zoom } = found.goal;
    this.#instruments.look(position, found.words, zoom);
  }

  #keep(found: Found): void {
    const kept = { ...found, group: 'recent' as const, id: `r${Date.now()}` };
    this.recent = [kept, ...this.recent.filter(({ words, context }) => words !== found.words || context !== found.context)].slice(0, MOST_RECENT);
    localStorage.setItem(this.#key, JSON.stringify(this.recent));
  }

  forget = (): void => {
    this.recent = [];
    localStorage.removeItem(this.#key);
  };
}

const contextOf = ({ kind, context, detail }: PlaceFound): string =>
  [kind === 'site' ? term('legend.sites', detail) : term('found', kind), context].filter(Boolean).join(' · ');

function zoomFor(size_m: number): number {
  if (size_m <= 1_000) return size_m > 100 ? 14.5 : 16;
  return size_m <= 2_000 ? 13.5 : 11;
}

function keptRecent(key: string): Found[] {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? '[]') as Found[];
    return Array.isArray(kept) ? kept.filter(({ words, goal }) => typeof words === 'string' && typeof goal === 'object') : [];
  } catch {
    return [];
  }
}
