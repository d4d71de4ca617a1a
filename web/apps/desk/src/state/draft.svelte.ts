/** A line being written: kept on this device until it is sent, so that a closed page loses nothing. */
import type { Attachment, Label, Parcel, Position, Wanted } from '@garance/client';
import { keptUnder } from './kept-form.svelte.ts';

export type Audience = Label['audience'];

/** What a line says, beside what is proposed of its words. '' and null say nothing. */
const BLANK = {
  text: '', category: 'information', channel: '', sender: '', recipient: '', audience: 'partners' as Audience,
  /** The hour of the fact, and of its announcement, as typed; '' for now. */
  time: '', declared: '',
  place: null as Position | null, placeName: '',
  importance: 'ordinary', certainty: '', reliability: '', credibility: '',
  links: [] as string[], attachments: [] as Attachment[], wanted: null as Wanted | null,
  /** The paper it is copied from: the next line comes from it too. */
  sheet: '',
  /** What was taken and what was refused of the proposals. */
  taken: [] as string[], refused: [] as string[],
};
export type Kept = typeof BLANK;

export class Draft {
  readonly #key: string;
  readonly #keeps: boolean;
  text = $state('');
  category = $state('information');
  channel = $state('');
  sender = $state('');
  recipient = $state('');
  audience = $state<Audience>('partners');
  time = $state('');
  declared = $state('');
  place: Position | null = null;
  placeName = $state('');
  importance = $state('ordinary');
  certainty = $state('');
  reliability = $state('');
  credibility = $state('');
  links = $state.raw<string[]>([]);
  attachments = $state.raw<Attachment[]>([]);
  wanted = $state.raw<Wanted | null>(null);
  sheet = $state('');
  taken = $state.raw<string[]>([]);
  refused = $state.raw<string[]>([]);
  /** Whether it was found on this device when the page opened. */
  found = $state(false);

  constructor(key: string, keeps: boolean) {
    this.#key = key;
    this.#keeps = keeps;
    const kept = keeps ? keptUnder<Kept>(key) : null;
    if (!kept) return;
    this.fill(kept);
    this.found = !this.empty;
  }

  get empty(): boolean {
    return this.text.trim() === '';
  }

  /** More is said than its words, its kind, its hour and its place. */
  get precise(): boolean {
    const { channel, sender, recipient, audience, declared, importance, certainty, reliability, credibility, links, wanted } = this;
    return Boolean(channel || sender || recipient || declared || certainty || reliability || credibility || wanted) || audience !== 'partners' || importance !== 'ordinary' || links.length > 0;
  }

  get kept(): Kept {
    return Object.fromEntries(Object.keys(BLANK).map((name) => [name, this[name as keyof Kept]])) as Kept;
  }

  fill(kept: Partial<Kept>): void {
    Object.assign(this, { ...BLANK, ...kept });
  }

  /** What a refused command said. */
  refill({ command: { body, label } }: Pick<Parcel, 'command'>): void {
    const said = Object.fromEntries(Object.entries(body).filter(([name]) => name in BLANK)) as Partial<Kept>;
    const place = (body['geometry'] as { type: string; coordinates: Position } | undefined);
    this.fill({
      ...said, placeName: typeof body['place'] === 'string' ? body['place'] : '', place: place?.type === 'Point' ? place.coordinates : null,
      credibility: body['credibility'] ? String(body['credibility']) : '', audience: label?.audience ?? 'partners',
    });
  }

  /** Writes it on the device, or takes it away when nothing is in it. */
  keep(): void {
    if (!this.#keeps) return;
    if (this.empty && this.attachments.length === 0 && !this.sheet) localStorage.removeItem(this.#key);
    else localStorage.setItem(this.#key, JSON.stringify(this.kept));
  }

  /** The next line begins: the kind of line and who may read it stay as they were; from the same paper, from and to as well. */
  clear(): void {
    const { category, audience, sheet, channel, sender, recipient } = this;
    this.fill({ category, audience, sheet, ...(sheet ? { channel, sender, recipient } : {}) });
    this.found = false;
    this.keep();
  }
}
