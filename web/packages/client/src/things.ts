/** Things told aspect by aspect (incidents, missions, means, people): one fold for all of them, by the table of tellings. */
import { byOccurrence } from './journal.ts';
import { followsOf, Register, versionOf, type Moment, type Version } from './register.ts';
import { TELLINGS } from './tellings.ts';
import type { Author, Fact, Label } from './wire.ts';

export type Body = Record<string, unknown>;

/** What holds of one aspect, as its fact said it. */
export type Statement = { fact: string; value: Body; author: Author; occurred_at: string; recorded_at: string; answers: string[] };

export type Thing = {
  kind: string;
  id: string;
  began_at: string;
  changed_at: string;
  author: Author;
  label: Label;
  /** What holds of each aspect; one told by several (sources, steps) has their words after it: `step|call`. */
  said: Record<string, Statement>;
  /** What adds up, in order. */
  gathered: Record<string, Statement[]>;
  ended: boolean;
  follows: string[];
  conflict: boolean;
};

export type ThingConflict = { thing: string; id: string; aspect: string; versions: Version[] };

const BEGUN_HERE = new Set(Object.values(TELLINGS).filter(({ begins }) => begins).map(({ kind }) => kind));
const PLAIN = { audience: 'partners', sensitivity: 'ordinary' } as const;
const EVERYTHING: Moment = { at_ms: Infinity, by: 'recorded' };

class ThingFold {
  readonly kind: string;
  readonly id: string;
  readonly said = new Map<string, Register<Body>>();
  readonly gathered = new Map<string, Register<Body>>();
  readonly begun = new Set<string>();
  readonly ended = new Set<string>();
  /** As everything known shows it; null when something was said since. */
  whole: Shown | null = null;

  constructor(kind: string, id: string) {
    this.kind = kind;
    this.id = id;
  }

  get registers(): Register<Body>[] {
    return [...this.said.values(), ...this.gathered.values()];
  }
}

type Shown = { thing: Thing | null; conflicts: ThingConflict[] };

export class ThingsFold {
  readonly #known = new Map<string, ThingFold>();

  /** Takes in a fact whose body is known; false when it tells of no such thing. */
  take(fact: Fact, body: Body): boolean {
    const told = TELLINGS[fact.name];
    if (!told) return false;
    const { [told.thing]: named, ...value } = body;
    const id = String(named);
    const name = `${told.kind} ${id}`;
    const thing = this.#known.get(name) ?? new ThingFold(told.kind, id);
    this.#known.set(name, thing);
    const aspect = [told.aspect, ...(told.keys ?? []).map((key) => String(value[key] ?? ''))].join('|');
    const parts = told.gathers ? thing.gathered : thing.said;
    const register = parts.get(aspect) ?? new Register<Body>();
    parts.set(aspect, register);
    register.write(fact, value);
    if (told.begins) thing.begun.add(aspect);
    if (told.ends) thing.ended.add(aspect);
    thing.whole = null;
    return true;
  }

  /** Every thing at that moment, by kind then in the order in which they began, and what contradicts. */
  upto(moment: Moment): { things: Thing[]; conflicts: ThingConflict[] } {
    const shown = [...this.#known.values()].map((fold) => shownAt(fold, moment));
    const things = shown.flatMap(({ thing }) => (thing ? [thing] : [])).sort(inOrder);
    return { things, conflicts: shown.flatMap(({ conflicts }) => conflicts) };
  }
}

const inOrder = (a: Thing, b: Thing): number =>
  compare(a.kind, b.kind) || Date.parse(a.began_at) - Date.parse(b.began_at) || compare(a.id, b.id);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function shownAt(fold: ThingFold, moment: Moment): Shown {
  if (fold.registers.some((register) => register.last_ms(moment.by) > moment.at_ms)) return show(fold, moment);
  fold.whole ??= show(fold, EVERYTHING);
  return fold.whole;
}

const upto = (parts: ReadonlyMap<string, Register<Body>>, moment: Moment): [string, Register<Body>][] =>
  [...parts].map(([name, part]): [string, Register<Body>] => [name, part.upto(moment)]).filter(([, part]) => !part.empty).sort(([a], [b]) => compare(a, b));

function show(fold: ThingFold, moment: Moment): Shown {
  const [said, gathered] = [upto(fold.said, moment), upto(fold.gathered, moment)];
  const begun = BEGUN_HERE.has(fold.kind) ? said.filter(([name]) => fold.begun.has(name)) : [...said, ...gathered];
  if (begun.length === 0) return { thing: null, conflicts: [] };
  const merged = begun.flatMap(([, part]) => part.history);
  const first = new Register(merged).first!;
  const all = [...said, ...gathered].flatMap(([, part]) => part.history.map(({ fact }) => fact.occurred_at));
  const conflicts = said.flatMap(([aspect, part]) => {
    const versions = part.conflict(aspect);
    return versions.length > 0 ? [{ thing: fold.kind, id: fold.id, aspect, versions }] : [];
  });
  const thing: Thing = {
    kind: fold.kind,
    id: fold.id,
    began_at: first.fact.occurred_at,
    changed_at: all.reduce((last, at) => (Date.parse(at) > Date.parse(last) ? at : last)),
    author: first.fact.author,
    label: { ...PLAIN, ...first.fact.label },
    said: Object.fromEntries(said.map(([name, part]) => [name, statement(part.current!)])),
    gathered: Object.fromEntries(gathered.map(([name, part]) => [name, part.history.toSorted((a, b) => byOccurrence(a.fact, b.fact)).map(statement)])),
    ended: [...fold.ended].some((name) => said.some(([there]) => there === name)),
    follows: followsOf(...said.map(([, part]) => part)),
    conflict: conflicts.length > 0,
  };
  return { thing, conflicts };
}

function statement(told: { fact: Fact; value: Body }): Statement {
  const { fact, value } = told;
  const { author, occurred_at, recorded_at } = versionOf(told, '');
  return { fact: fact.id, value, author, occurred_at, recorded_at, answers: fact.refs.filter(({ rel }) => rel === 'answers').map((ref) => ref.fact) };
}
