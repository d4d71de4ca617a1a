/** What the words of a line propose: what its sentence says, its place. Nothing is taken without a gesture. */
import { names, readSentence, saidPlaces, type Position, type Sentence } from '@garance/client';
import { anchorOf } from '@garance/map';
import type { Desk } from './desk.svelte.ts';

export type PlaceProposed = { name: string; context: string; position: Position };
type Found = { items: { name: string; context: string; lon_deg: number; lat_deg: number }[] };

const PAUSE_MS = 400;
/** Words after the name of a street are part of the sentence, not of the name: the phrase is shortened so many times at most. */
const MOST_ASKED = 5;

export class Proposing {
  readonly #desk: Desk;
  readonly #answers = new Map<string, Promise<Found['items']>>();
  #timer = 0;
  #turn = 0;
  sentence = $state.raw<Sentence | null>(null);
  place = $state.raw<PlaceProposed | null>(null);

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Reads the text as it is now; places of the territory are asked for once the typing pauses. */
  read(text: string, correspondents: readonly string[]): void {
    this.sentence = readSentence(text, correspondents);
    text = text.slice(this.sentence.length); // who speaks to whom is not where it happens
    this.place = this.#known(text);
    clearTimeout(this.#timer);
    this.#turn += 1;
    if (this.place || !this.#desk.territory || this.#desk.link !== 'live') return;
    const phrases = saidPlaces(text);
    if (phrases.length > 0) this.#timer = setTimeout(() => void this.#search(text, phrases, this.#turn), PAUSE_MS);
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.sentence = null;
    this.place = null;
  }

  /** A unit, a shape or a gauge of the picture that the text names. */
  #known(text: string): PlaceProposed | null {
    const { units, picture } = this.#desk;
    const shape = picture.shapes.find(({ name }) => names(text, name));
    if (shape) return { name: shape.name, context: '', position: anchorOf(shape.geometry) };
    const series = picture.series.find(({ name, geometry }) => geometry && names(text, name));
    if (series?.geometry) return { name: series.name, context: '', position: series.geometry.coordinates };
    const unit = units.find(({ resource }) => names(text, resource.name));
    return unit ? { name: unit.resource.name, context: '', position: unit.position } : null;
  }

  async #search(text: string, phrases: string[], turn: number): Promise<void> {
    for (const phrase of phrases) {
      const words = phrase.split(/\s+/);
      for (let length = words.length; length > 1 && length > words.length - MOST_ASKED; length -= 1) {
        const found = await this.#ask(words.slice(0, length).join(' '));
        if (turn !== this.#turn) return;
        const named = found.filter(({ name }) => names(text, name)).sort((a, b) => b.name.length - a.name.length)[0];
        if (!named) continue;
        this.place = { name: named.name, context: named.context, position: [named.lon_deg, named.lat_deg] };
        return;
      }
    }
  }

  #ask(words: string): Promise<Found['items']> {
    const known = this.#answers.get(words);
    if (known) return known;
    const { account, map } = this.#desk;
    const near = map ? `&near=${map.camera.lon_deg.toFixed(5)},${map.camera.lat_deg.toFixed(5)}` : '';
    const asked = account.api.ask<Found>('GET', `territory/search?limit=5&q=${encodeURIComponent(words)}${near}`).then(({ items }) => items);
    const answer = asked.catch(() => {
      this.#answers.delete(words);
      return [];
    });
    this.#answers.set(words, answer);
    return answer;
  }
}
