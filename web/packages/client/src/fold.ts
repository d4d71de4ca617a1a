/** Folds facts into what a person sees at a time T. Any order of arrival of the same facts gives the same picture. */
import type { Author, ExerciseClock, Fact, Geometry, Mode, Point, Threshold } from './wire.ts';
import { byOccurrence, byStamp, timeOf, type By } from './journal.ts';
import { Register, type Claim } from './register.ts';

export type Correction = { fact: string; text: string; reason: string; author: Author; at: string };
export type Strike = { fact: string; reason: string; author: Author; at: string };

export type Entry = {
  entry: string;
  text: string;
  original_text: string;
  category: string;
  channel: string | null;
  sender: string | null;
  recipient: string | null;
  geometry: Geometry | null;
  about: string | null;
  occurred_at: string;
  recorded_at: string;
  author: Author;
  label: Fact['label'];
  struck: Strike[];
  corrections: Correction[];
  conflict: boolean;
  withheld: 'redacted' | 'erased' | null;
};

export type Resource = {
  resource: string;
  name: string;
  kind: string;
  state: string;
  geometry: Point | null;
  placed_at: string | null;
  follows: { geometry: string[]; state: string[] };
};

export type Shape = {
  shape: string;
  name: string;
  kind: string;
  state: string;
  geometry: Geometry;
  author: Author;
  drawn_at: string;
  ended: { reason: string; at: string; author: Author } | null;
  follows: { geometry: string[]; description: string[] };
};

export type Series = {
  series: string;
  name: string;
  kind: string;
  unit: string;
  geometry: Point | null;
  resource: string | null;
  provenance: string;
  thresholds: Threshold[];
};

export type SituationPicture = {
  situation: string;
  title: string;
  kind: string;
  mode: Mode;
  level: number;
  status: 'open' | 'closed';
  clock: ExerciseClock | null;
  opened_at: string;
  follows: { level: string[]; clock: string[] };
};

export type Conflict = { about: 'situation' | 'resource' | 'shape' | 'entry'; id: string; field: string; claims: Claim<unknown>[] };

export type Picture = {
  situation: SituationPicture | null;
  entries: Entry[];
  resources: Resource[];
  shapes: Shape[];
  series: Series[];
  conflicts: Conflict[];
  facts: number;
};

type Body = Record<string, unknown>;
type Description = { name: string; kind: string; state: string };

type ResourceFold = { declared: Fact; body: Body; geometry: Register<Point>; state: Register<string> };
type ShapeFold = { drawn: Fact; geometry: Register<Geometry>; description: Register<Description>; ended: Fact | null };
type EntryFold = { written: Fact; strikes: Fact[]; corrections: Fact[]; text: Register<string> };

class Folding {
  opened: Fact | null = null;
  closed: Fact | null = null;
  readonly level = new Register<number>();
  readonly clock = new Register<ExerciseClock>();
  readonly entries = new Map<string, EntryFold>();
  readonly resources = new Map<string, ResourceFold>();
  readonly shapes = new Map<string, ShapeFold>();
  readonly series = new Map<string, Fact>();
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const refTo = (fact: Fact, rel: string): string | undefined => fact.refs.find((ref) => ref.rel === rel)?.fact;

/** What makes a thing exist. These are read before the changes, so that a late declaration loses no change. */
const MAKERS: Record<string, (into: Folding, fact: Fact, body: Body) => void> = {
  'situation.opened.v1': (into, fact) => {
    into.opened ??= fact;
  },
  'entry.written.v1': (into, fact, body) => {
    const entry = { written: fact, strikes: [], corrections: [], text: new Register<string>() };
    entry.text.write(fact, text(body['text']));
    into.entries.set(fact.id, entry);
  },
  'resource.declared.v1': (into, fact, body) => {
    const id = text(body['resource']);
    if (into.resources.has(id)) return;
    const made = { declared: fact, body, geometry: new Register<Point>(), state: new Register<string>() };
    if (body['geometry']) made.geometry.write(fact, body['geometry'] as Point);
    into.resources.set(id, made);
  },
  'shape.drawn.v1': (into, fact, body) => {
    const id = text(body['shape']);
    if (into.shapes.has(id)) return;
    const made = { drawn: fact, geometry: new Register<Geometry>(), description: new Register<Description>(), ended: null };
    made.geometry.write(fact, body['geometry'] as Geometry);
    made.description.write(fact, describe(body));
    into.shapes.set(id, made);
  },
  'series.declared.v1': (into, fact, body) => {
    if (!into.series.has(text(body['series']))) into.series.set(text(body['series']), fact);
  },
};

const CHANGES: Record<string, (into: Folding, fact: Fact, body: Body) => void> = {
  'situation.level-set.v1': (into, fact, body) => into.level.write(fact, Number(body['level'])),
  'situation.clock-set.v1': (into, fact, body) => into.clock.write(fact, body as unknown as ExerciseClock),
  'situation.closed.v1': (into, fact) => {
    into.closed ??= fact;
  },
  'entry.struck.v1': (into, fact) => {
    into.entries.get(refTo(fact, 'strikes') ?? '')?.strikes.push(fact);
  },
  'entry.corrected.v1': (into, fact, body) => {
    const entry = into.entries.get(refTo(fact, 'corrects') ?? '');
    entry?.corrections.push(fact);
    entry?.text.write(knowing(fact, entry.written.id), text(body['text']));
  },
  'resource.moved.v1': (into, fact, body) =>
    into.resources.get(text(body['resource']))?.geometry.write(fact, body['geometry'] as Point),
  'resource.state-set.v1': (into, fact, body) =>
    into.resources.get(text(body['resource']))?.state.write(fact, text(body['state'])),
  'shape.reshaped.v1': (into, fact, body) =>
    into.shapes.get(text(body['shape']))?.geometry.write(fact, body['geometry'] as Geometry),
  'shape.described.v1': (into, fact, body) =>
    into.shapes.get(text(body['shape']))?.description.write(fact, describe(body)),
  'shape.ended.v1': (into, fact, body) => {
    const shape = into.shapes.get(text(body['shape']));
    if (shape) shape.ended ??= fact;
  },
};

/** Who corrects an entry has read it: the correction follows the entry even when nothing says so. */
function knowing(fact: Fact, entry: string): Fact {
  return { ...fact, refs: [...fact.refs, { rel: 'follows', fact: entry }] };
}

function describe(body: Body): Description {
  return { name: text(body['name']), kind: text(body['kind']), state: text(body['state']) };
}

/** Strikes and corrections speak of their entry whenever they were made: established time does not cut them off. */
const SPEAKS_OF_THE_PAST = new Set(['entry.struck.v1', 'entry.corrected.v1', 'situation.opened.v1', 'situation.clock-set.v1']);

/** The facts a reader at T may use: known by then (`recorded`), or about what had happened by then (`occurred`). */
export function factsAt(facts: readonly Fact[], at_ms: number, by: By): Fact[] {
  const kept = facts.filter((fact) => timeOf(fact, by) <= at_ms || (by === 'occurred' && SPEAKS_OF_THE_PAST.has(fact.name)));
  return kept.sort(by === 'recorded' ? byStamp : byOccurrence);
}

/** The picture at T from all the facts of one situation. `at_ms` may be Infinity: everything known. */
export function foldPicture(facts: readonly Fact[], at_ms: number, by: By): Picture {
  const kept = factsAt(facts, at_ms, by);
  const into = new Folding();
  for (const fact of kept) {
    if (fact.body !== null || fact.name === 'entry.written.v1') MAKERS[fact.name]?.(into, fact, fact.body ?? {});
  }
  for (const fact of kept) if (fact.body !== null) CHANGES[fact.name]?.(into, fact, fact.body);
  return {
    situation: situationOf(into),
    entries: [...into.entries.values()].map(entryOf),
    resources: [...into.resources.entries()].map(resourceOf),
    shapes: [...into.shapes.entries()].map(shapeOf),
    series: [...into.series.entries()].map(seriesOf),
    conflicts: conflictsOf(into),
    facts: kept.length,
  };
}

function situationOf(into: Folding): SituationPicture | null {
  const { opened } = into;
  if (opened === null || opened.situation === null) return null;
  return {
    situation: opened.situation,
    title: text(opened.body?.['title']),
    kind: text(opened.body?.['kind']),
    mode: opened.mode,
    level: into.level.value ?? 0,
    status: into.closed ? 'closed' : 'open',
    clock: into.clock.value ?? null,
    opened_at: opened.occurred_at,
    follows: { level: into.level.follows, clock: into.clock.follows },
  };
}

function entryOf(fold: EntryFold): Entry {
  const { written } = fold;
  const body = written.body ?? {};
  const bySource = (fact: Fact): { fact: string; reason: string; author: Author; at: string } => ({
    fact: fact.id,
    reason: text(fact.body?.['reason']),
    author: fact.author,
    at: fact.recorded_at,
  });
  return {
    entry: written.id,
    text: fold.text.value ?? '',
    original_text: text(body['text']),
    category: text(body['category']) || 'information',
    channel: textOrNull(body['channel']),
    sender: textOrNull(body['sender']),
    recipient: textOrNull(body['recipient']),
    geometry: (body['geometry'] as Geometry | undefined) ?? null,
    about: textOrNull(body['about']),
    occurred_at: written.occurred_at,
    recorded_at: written.recorded_at,
    author: written.author,
    label: written.label,
    struck: fold.strikes.map(bySource),
    corrections: fold.corrections.map((fact) => ({ ...bySource(fact), text: text(fact.body?.['text']) })),
    conflict: fold.text.conflict.length > 0,
    withheld: written.withheld ?? null,
  };
}

function resourceOf([id, fold]: [string, ResourceFold]): Resource {
  const placed = fold.geometry.last;
  return {
    resource: id,
    name: text(fold.body['name']),
    kind: text(fold.body['kind']),
    state: fold.state.value ?? 'available',
    geometry: placed?.value ?? null,
    placed_at: placed?.occurred_at ?? null,
    follows: { geometry: fold.geometry.follows, state: fold.state.follows },
  };
}

function shapeOf([id, fold]: [string, ShapeFold]): Shape {
  const { ended } = fold;
  return {
    shape: id,
    ...(fold.description.value ?? { name: '', kind: 'note', state: 'engaged' }),
    geometry: fold.geometry.value!,
    author: fold.drawn.author,
    drawn_at: fold.drawn.occurred_at,
    ended: ended && { reason: text(ended.body?.['reason']), at: ended.occurred_at, author: ended.author },
    follows: { geometry: fold.geometry.follows, description: fold.description.follows },
  };
}

function seriesOf([id, fact]: [string, Fact]): Series {
  const body = fact.body ?? {};
  return {
    series: id,
    name: text(body['name']),
    kind: text(body['kind']),
    unit: text(body['unit']),
    geometry: (body['geometry'] as Point | undefined) ?? null,
    resource: textOrNull(body['resource']),
    provenance: text(body['provenance']),
    thresholds: (body['thresholds'] as Threshold[] | undefined) ?? [],
  };
}

function conflictsOf(into: Folding): Conflict[] {
  const found: Conflict[] = [];
  const check = (about: Conflict['about'], id: string, field: string, register: Register<unknown>): void => {
    if (register.conflict.length > 0) found.push({ about, id, field, claims: register.conflict });
  };
  if (into.opened?.situation) {
    check('situation', into.opened.situation, 'level', into.level as Register<unknown>);
    check('situation', into.opened.situation, 'clock', into.clock as Register<unknown>);
  }
  for (const [id, fold] of into.resources) {
    check('resource', id, 'geometry', fold.geometry as Register<unknown>);
    check('resource', id, 'state', fold.state as Register<unknown>);
  }
  for (const [id, fold] of into.shapes) {
    check('shape', id, 'geometry', fold.geometry as Register<unknown>);
    check('shape', id, 'description', fold.description as Register<unknown>);
  }
  for (const [id, fold] of into.entries) check('entry', id, 'text', fold.text as Register<unknown>);
  return found;
}
