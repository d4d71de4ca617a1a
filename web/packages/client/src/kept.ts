/** What this device keeps so that the desk opens without the network: who is signed in, and the situations they had open. */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import type { Directory, Fact, Sample, Session, SituationSummary, Territory } from './wire.ts';

/** A copy of which the server has said nothing for longer is deleted. */
export const KEPT_FOR_MS = 72 * 3_600_000;
export const MOST_SITUATIONS = 4;
/** A situation with more facts is not kept: half a picture would be a false one. */
export const MOST_FACTS = 50_000;
export const MOST_SERIES = 300;
export const LAST_SAMPLES = 300;

/** Whose situation, on which site: the key of everything kept about it. */
export type Owner = string;

/** `made` names this very copy: a page that wrote to a deleted one does not write to the next. */
export type KeptAbout = {
  owner: Owner;
  person: Holder;
  made: string;
  cursor: string | null;
  /** When the server was last heard, by its own clock, and how far that clock is ahead of this device's. */
  heard_ms: number;
  offset_ms: number;
  facts: number;
  /** Some facts may not stay on a device (personal, health, restricted): the copy has their place, not their words. */
  withheld: boolean;
  overflow: boolean;
};

export type KeptPicture = { about: KeptAbout; facts: Fact[]; samples: Map<string, Sample[]>; directory: Directory | null };
export type Holder = string;
/** A word of the server: when, and where the facts heard so far end, if it said so. */
export type Heard = { cursor?: string; heard_ms: number; offset_ms: number };
export type Cards = { session: Session; situations: SituationSummary[] | null; territory: Territory | null; heard_ms: number };

type FactRow = { owner: Owner; id: string; fact: Fact };
type SampleRow = { owner: Owner; series: string; samples: Sample[] };
type CardRow = Cards & { root: string };
type DirectoryRow = { owner: Owner; directory: Directory };

interface Schema extends DBSchema {
  cards: { key: string; value: CardRow };
  abouts: { key: Owner; value: KeptAbout };
  directories: { key: Owner; value: DirectoryRow };
  facts: { key: [Owner, string]; value: FactRow };
  samples: { key: [Owner, string]; value: SampleRow };
}

type Store = 'cards' | 'abouts' | 'directories' | 'facts' | 'samples';
type Writing = IDBPTransaction<Schema, Store[], 'readwrite'>;

const ofOwner = (owner: Owner): IDBKeyRange => IDBKeyRange.bound([owner], [owner, []]);
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** What may stay on a device: what is marked personal, health or restricted is read again from the server. */
export const mayStay = (fact: Fact): boolean => (fact.label.sensitivity ?? 'ordinary') === 'ordinary';

export class KeptDatabase {
  readonly #database: IDBPDatabase<Schema>;
  readonly #root: string;
  readonly #now_ms: () => number;

  private constructor(database: IDBPDatabase<Schema>, root: string, now_ms: () => number) {
    this.#database = database;
    this.#root = root;
    this.#now_ms = now_ms;
  }

  /** `root` is the address of the site: several sites may share an origin. */
  static async open(root: string, name = 'garance-kept', now_ms: () => number = () => Date.now()): Promise<KeptDatabase> {
    const database = await openDB<Schema>(name, 1, {
      upgrade(db) {
        db.createObjectStore('cards', { keyPath: 'root' });
        db.createObjectStore('abouts', { keyPath: 'owner' });
        db.createObjectStore('directories', { keyPath: 'owner' });
        db.createObjectStore('facts', { keyPath: ['owner', 'id'] });
        db.createObjectStore('samples', { keyPath: ['owner', 'series'] });
      },
    });
    return new KeptDatabase(database, root, now_ms);
  }

  close(): void {
    this.#database.close();
  }

  #owner(person: string, situation: string): Owner {
    return `${this.#holder(person)}\n${situation}`;
  }

  #holder(person: string): Holder {
    return `${this.#root}\n${person}`;
  }

  /** Who was signed in at the last word of the server, and what they may do; null once too old. */
  async cards(): Promise<Cards | null> {
    const row = await this.#database.get('cards', this.#root);
    if (!row) return null;
    if (this.#old(row.heard_ms)) {
      await this.forgetAll();
      return null;
    }
    const { root: _root, ...cards } = row;
    return cards;
  }

  /** The server says who is signed in. Whatever was kept of somebody else on this site is deleted. */
  async enter(session: Session): Promise<void> {
    const person = session.person?.id;
    if (!session.signed_in || !person) return this.forgetAll();
    const before = await this.#database.get('cards', this.#root);
    const same = before?.session.person?.id === person;
    if (!same) await this.forgetAll();
    const { csrf: _csrf, ...said } = session;
    await this.#database.put('cards', plain({
      situations: null, territory: null, ...(same ? before : {}), root: this.#root, session: said as Session, heard_ms: this.#now_ms(),
    }));
  }

  async keepCards(cards: Partial<Pick<Cards, 'situations' | 'territory'>>): Promise<void> {
    const writing = this.#database.transaction('cards', 'readwrite');
    const row = await writing.store.get(this.#root);
    if (row) await writing.store.put(plain({ ...row, ...cards }));
    await writing.done;
  }

  /** The copy of that person's situation; null when there is none, or when it is too old, which deletes it. */
  async read(person: string, situation: string): Promise<KeptPicture | null> {
    const owner = this.#owner(person, situation);
    const reading = this.#database.transaction(['abouts', 'facts', 'samples', 'directories'], 'readonly');
    const [about, facts, samples, directory] = await Promise.all([
      reading.objectStore('abouts').get(owner), reading.objectStore('facts').getAll(ofOwner(owner)),
      reading.objectStore('samples').getAll(ofOwner(owner)), reading.objectStore('directories').get(owner),
    ]);
    await reading.done;
    if (!about) return null;
    if (this.#old(about.heard_ms - about.offset_ms)) {
      await this.forget(person, situation);
      return null;
    }
    if (about.overflow || about.facts === 0) return null;
    return {
      about, facts: facts.map(({ fact }) => fact), directory: directory?.directory ?? null,
      samples: new Map(samples.map((row) => [row.series, row.samples])),
    };
  }

  /** Joins the copy of that situation, or begins one. Copies of other situations give way, the longest unheard first. */
  async begin(person: string, situation: string): Promise<KeptAbout> {
    const owner = this.#owner(person, situation);
    const writing = this.#writing();
    const abouts = writing.objectStore('abouts');
    let about = await abouts.get(owner);
    if (!about) {
      about = {
        owner, person: this.#holder(person), made: crypto.randomUUID(), cursor: null, heard_ms: this.#now_ms(), offset_ms: 0,
        facts: 0, withheld: false, overflow: false,
      };
      await abouts.put(about);
    }
    const others = (await abouts.getAll()).filter((other) => other.owner !== owner).sort((a, b) => b.heard_ms - a.heard_ms);
    for (const { owner: gone } of others.slice(MOST_SITUATIONS - 1)) await erase(writing, gone);
    await writing.done;
    return about;
  }

  /**
   * Facts heard, with the cursor after them: both or neither. What was redacted leaves the device with the same stroke.
   * False when that copy no longer stands.
   */
  async add(about: Pick<KeptAbout, 'owner' | 'made'>, facts: readonly Fact[], heard: Heard): Promise<boolean> {
    const writing = this.#writing();
    const held = await writing.objectStore('abouts').get(about.owner);
    const standing = held?.made === about.made;
    if (standing) await this.#write(writing, held, facts, heard);
    await writing.done;
    return standing;
  }

  async #write(writing: Writing, about: KeptAbout, facts: readonly Fact[], heard: Heard): Promise<void> {
    const next = { ...about, ...heard, heard_ms: Math.max(about.heard_ms, heard.heard_ms) };
    const store = writing.objectStore('facts');
    if (!next.overflow) {
      next.withheld ||= facts.some((fact) => !mayStay(fact));
      // All asked for at once: one answer awaited after the other takes seconds on a slow device.
      await Promise.all(facts.map((fact) => store.put({
        owner: about.owner, id: fact.id, fact: plain(mayStay(fact) ? fact : { ...fact, body: null, withheld: fact.withheld ?? 'device' }),
      })));
      for (const fact of facts) if (fact.name === 'body.redacted.v1') await redact(writing, about.owner, String(fact.body?.['fact'] ?? ''));
      next.facts = await store.count(ofOwner(about.owner));
      if (next.facts > MOST_FACTS) {
        next.overflow = true;
        await store.delete(ofOwner(about.owner));
      }
    }
    await writing.objectStore('abouts').put(next);
  }

  /** The last measures of each series, and the names of people: what a picture needs besides its facts. */
  async keepSamples(about: Pick<KeptAbout, 'owner' | 'made'>, samples: ReadonlyMap<string, readonly Sample[]>): Promise<void> {
    const writing = this.#writing();
    if ((await writing.objectStore('abouts').get(about.owner))?.made === about.made) {
      for (const [series, all] of [...samples].slice(0, MOST_SERIES)) {
        await writing.objectStore('samples').put({ owner: about.owner, series, samples: plain(all.slice(-LAST_SAMPLES)) as Sample[] });
      }
    }
    await writing.done;
  }

  async keepDirectory(about: Pick<KeptAbout, 'owner' | 'made'>, directory: Directory): Promise<void> {
    const writing = this.#writing();
    if ((await writing.objectStore('abouts').get(about.owner))?.made === about.made) {
      await writing.objectStore('directories').put({ owner: about.owner, directory: plain(directory) });
    }
    await writing.done;
  }

  async forget(person: string, situation: string): Promise<void> {
    const writing = this.#writing();
    await erase(writing, this.#owner(person, situation));
    await writing.done;
  }

  /** Everything of this site on this device but what waits to be sent. */
  async forgetAll(): Promise<void> {
    const writing = this.#writing();
    await writing.objectStore('cards').delete(this.#root);
    for (const about of await writing.objectStore('abouts').getAll()) {
      if (about.person.startsWith(`${this.#root}\n`)) await erase(writing, about.owner);
    }
    await writing.done;
  }

  #writing(): Writing {
    return this.#database.transaction(['cards', 'abouts', 'directories', 'facts', 'samples'], 'readwrite') as Writing;
  }

  #old(heard_ms: number): boolean {
    return this.#now_ms() - heard_ms > KEPT_FOR_MS;
  }
}

async function redact(writing: Writing, owner: Owner, id: string): Promise<void> {
  const facts = writing.objectStore('facts');
  const row = await facts.get([owner, id]);
  if (row) await facts.put({ ...row, fact: { ...row.fact, body: null, withheld: row.fact.withheld ?? 'redacted' } });
}

async function erase(writing: Writing, owner: Owner): Promise<void> {
  await writing.objectStore('abouts').delete(owner);
  await writing.objectStore('directories').delete(owner);
  await writing.objectStore('facts').delete(ofOwner(owner));
  await writing.objectStore('samples').delete(ofOwner(owner));
}
