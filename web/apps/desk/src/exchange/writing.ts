/** Things of a file, written into the situation by ordinary commands. The same file read twice doubles nothing. */
import type { Label, Outcome } from '@garance/client';
import { refusalWords } from '@garance/kit';
import type { Desk } from '../state/desk.svelte.ts';
import { identifierOf, nameOf, type Drawn, type Followed } from './file-read.ts';

export type Item = { drawing: Drawn } | { unit: Followed };
export type How = { digest: string; state: string; withNotes: boolean; unitKind: string; label: Label };
export type Made = { kind: 'shape' | 'resource'; id: string; name: string };
export type Written = { became: 'made' | 'waiting'; made: Made } | { became: 'already' } | { became: 'refused'; name: string; words: string };

/** Not answered at once, a command may only be late: the link is said to be cut after this. */
const LATE_MS = 20_000;
const LOOK_MS = 500;
/** How many times the same file may be brought in and undone. */
const MOST_ROUNDS = 20;

export class Writing {
  readonly #desk: Desk;
  readonly #how: How | null;
  /** What is known to the journal: whether it stands. */
  readonly #stands = new Map<string, boolean>();

  constructor(desk: Desk, how: How | null) {
    this.#desk = desk;
    this.#how = how;
    for (const { name, body } of desk.journal.all('recorded')) {
      const id = body?.['shape'] ?? body?.['resource'];
      if (typeof id === 'string') this.#stands.set(id, name.startsWith('resource.state-set.') ? body?.['state'] !== 'released' : !name.startsWith('shape.ended.') && this.#stands.get(id) !== false);
    }
  }

  async write(item: Item): Promise<Written> {
    const how = this.#how!;
    const isUnit = 'unit' in item;
    const uid = isUnit ? item.unit.uid : item.drawing.uid;
    const id = await this.#freeId(`${this.#desk.id} ${how.digest} ${isUnit ? 'unit' : 'drawing'} ${uid}`, isUnit ? 'resource' : 'shape');
    if (id === null) return { became: 'already' };
    const made: Made = isUnit ? { kind: 'resource', id, name: item.unit.name } : { kind: 'shape', id, name: nameOf(item.drawing, how.withNotes) };
    const body = isUnit
      ? { resource: id, name: made.name, kind: how.unitKind, geometry: { type: 'Point', coordinates: item.unit.position } }
      : { shape: id, name: made.name, kind: item.drawing.kind, state: how.state, geometry: item.drawing.geometry };
    return this.#became(made, await this.#desk.say(isUnit ? 'resources.declare' : 'drawings.draw', body, { label: how.label }));
  }

  /** The identifier of what is not there yet; null when it stands, or waits to be sent. What was ended comes back under another. */
  async #freeId(words: string, kind: Made['kind']): Promise<string | null> {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const id = await identifierOf(`${words} ${round}`);
      if (this.#stands.get(id) || this.#desk.parcels.some(({ command }) => command.body[kind] === id)) return null;
      if (!this.#stands.has(id)) return id;
    }
    return null;
  }

  async #became(made: Made, outcome: Outcome): Promise<Written> {
    if ('sent' in outcome) return { became: 'made', made };
    if ('waiting' in outcome) return { became: (await this.#sent(made)) ? 'made' : 'waiting', made };
    await this.#forget(made.id);
    const { code, detail } = outcome.refused;
    return code === 'already-declared' ? { became: 'already' } : { became: 'refused', name: made.name, words: refusalWords(code, detail) };
  }

  /** Whether what waited left in the end. */
  async #sent({ kind, id }: Made): Promise<boolean> {
    for (let waited_ms = 0; waited_ms < LATE_MS; waited_ms += LOOK_MS) {
      if (!this.#desk.parcels.some(({ command }) => command.body[kind] === id)) return true;
      await new Promise((done) => setTimeout(done, LOOK_MS));
      if (this.#desk.link === 'live') void this.#desk.sendNow();
    }
    return false;
  }

  /** A refusal is told with the others: it does not stay in the way. */
  async #forget(id: string): Promise<void> {
    const parcel = this.#desk.parcels.find(({ command, state }) => state === 'refused' && (command.body['shape'] === id || command.body['resource'] === id));
    if (parcel) await this.#desk.discard(parcel.command.id);
  }

  /** Ends what was written, whatever else was said of it since; true once it is so, or waits to be sent. */
  async end({ kind, id }: Made, reason: string): Promise<boolean> {
    const waiting = this.#desk.parcels.find(({ command }) => command.body[kind] === id);
    if (waiting) {
      await this.#desk.discard(waiting.command.id);
      return true;
    }
    const outcome = kind === 'shape'
      ? await this.#desk.say('drawings.end', { shape: id, reason })
      : await this.#desk.say('resources.set-state', { resource: id, state: 'released' });
    if (!('refused' in outcome)) return true;
    await this.#forget(id);
    return ['shape-ended', 'shape-unknown'].includes(outcome.refused.code);
  }
}
