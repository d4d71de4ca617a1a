/** Folds facts into what a person sees at a time T. Any order of arrival of the same facts gives the same picture. */
import { acknowledgements, EntriesFold } from './entries.ts';
import { byOccurrence, tellsMore, type By } from './journal.ts';
import { followsOf, knownBy, Register, versionOf, type Moment } from './register.ts';
import type { Conflict, Course, EndedShape, Grid, Picture, Resource, SavedView, Series, Shape, SignalsPlan, SituationShown } from './shown.ts';
import { ThingsFold } from './things.ts';
import type { DrawnSymbol, ExerciseClock, Fact, Fallback, Figure, Geometry, Net, Point, Post, SavedCamera, Threshold } from './wire.ts';

type Body = Record<string, unknown>;
type Named = { name: string; kind: string };
type Described = Named & Pick<Shape, 'state' | 'valid_until' | 'symbol' | 'sector' | 'course' | 'phase'>;

class ResourceFold {
  readonly declared = new Register<Named>();
  readonly place = new Register<Point>();
  readonly status = new Register<string>();
}

class ShapeFold {
  readonly drawn = new Register<true>();
  readonly outline = new Register<Geometry>();
  /** Goes with the outline, statement for statement. */
  readonly figure = new Register<Figure | null>();
  readonly description = new Register<Described>();
  readonly ended = new Register<string>();
}

/** A thing said whole each time, until it is taken away: a grid, a saved view. */
class WholeFold {
  readonly said = new Register<Body>();
  readonly gone = new Register<true>();
}

class Folding {
  readonly opened = new Register<Body>();
  readonly level = new Register<number>();
  readonly clock = new Register<ExerciseClock>();
  readonly closed = new Register<true>();
  readonly entries = new EntriesFold();
  readonly things = new ThingsFold();
  readonly resources = new Map<string, ResourceFold>();
  readonly shapes = new Map<string, ShapeFold>();
  readonly series = new Map<string, Register<Body>>();
  readonly grids = new Map<string, WholeFold>();
  readonly views = new Map<string, WholeFold>();
  readonly courses = new Map<string, WholeFold>();
  readonly chosen = new Register<string>();
  /** Goes with what was chosen, statement for statement. */
  readonly reasons = new Register<string>();
  readonly plans = new Map<string, WholeFold>();
  readonly acknowledged = new Map<string, Register<true>>();
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function at<T>(known: Map<string, T>, id: unknown, make: new () => T): T {
  const found = known.get(text(id)) ?? new make();
  known.set(text(id), found);
  return found;
}

function declared(into: Folding, fact: Fact, body: Body): void {
  at<Register<Body>>(into.series, body['series'], Register).write(fact, body);
}

/** A change may arrive before what it changes: it waits here, and nothing is shown until the thing exists. */
const READERS: Record<string, (into: Folding, fact: Fact, body: Body) => void> = {
  'situation.opened.v1': (into, fact, body) => into.opened.write(fact, body),
  'situation.level-set.v1': (into, fact, body) => into.level.write(fact, Number(body['level'])),
  'situation.clock-set.v1': (into, fact, body) => into.clock.write(fact, body as unknown as ExerciseClock),
  'situation.closed.v1': (into, fact) => into.closed.write(fact, true),
  'entry.struck.v1': (into, fact) => into.entries.strike(fact),
  'entry.corrected.v1': (into, fact) => into.entries.correct(fact),
  'resource.declared.v1': (into, fact, body) => {
    const resource = at(into.resources, body['resource'], ResourceFold);
    resource.declared.write(fact, { name: text(body['name']), kind: text(body['kind']) });
    if (body['geometry']) resource.place.write(fact, body['geometry'] as Point);
  },
  'resource.moved.v1': (into, fact, body) => at(into.resources, body['resource'], ResourceFold).place.write(fact, body['geometry'] as Point),
  'resource.state-set.v1': (into, fact, body) => at(into.resources, body['resource'], ResourceFold).status.write(fact, text(body['state'])),
  'shape.drawn.v3': (into, fact, body) => {
    const shape = at(into.shapes, body['shape'], ShapeFold);
    shape.drawn.write(fact, true);
    outlined(shape, fact, body);
    shape.description.write(fact, described(body));
  },
  'shape.reshaped.v2': (into, fact, body) => outlined(at(into.shapes, body['shape'], ShapeFold), fact, body),
  'shape.described.v3': (into, fact, body) => at(into.shapes, body['shape'], ShapeFold).description.write(fact, described(body)),
  'shape.ended.v1': (into, fact, body) => at(into.shapes, body['shape'], ShapeFold).ended.write(fact, text(body['reason'])),
  'grid.attached.v1': (into, fact, body) => at(into.grids, body['grid'], WholeFold).said.write(fact, body),
  'grid.detached.v1': (into, fact, body) => at(into.grids, body['grid'], WholeFold).gone.write(fact, true),
  'view.saved.v1': (into, fact, body) => at(into.views, body['view'], WholeFold).said.write(fact, body),
  'view.removed.v1': (into, fact, body) => at(into.views, body['view'], WholeFold).gone.write(fact, true),
  'course.described.v1': (into, fact, body) => at(into.courses, body['course'], WholeFold).said.write(fact, body),
  'course.dropped.v1': (into, fact, body) => at(into.courses, body['course'], WholeFold).gone.write(fact, true),
  'course.chosen.v1': (into, fact, body) => {
    into.chosen.write(fact, text(body['course']));
    into.reasons.write(fact, text(body['reason']));
  },
  'signals-plan.set.v1': (into, fact, body) => at(into.plans, body['plan'], WholeFold).said.write(fact, body),
  'signals-plan.withdrawn.v1': (into, fact, body) => at(into.plans, body['plan'], WholeFold).gone.write(fact, true),
  'acknowledgement.given.v1': (into, fact, body) => {
    at<Register<true>>(into.acknowledged, body['fact'], Register).write(fact, true);
    into.entries.acknowledge(fact);
  },
  'series.declared.v1': declared,
  'series.declared.v2': declared,
};

const described = (body: Body): Described => ({
  name: text(body['name']), kind: text(body['kind']), state: text(body['state']), valid_until: textOrNull(body['valid_until']),
  symbol: (body['symbol'] as DrawnSymbol | undefined) ?? null, sector: textOrNull(body['sector']), course: textOrNull(body['course']),
  phase: typeof body['phase'] === 'number' ? body['phase'] : null,
});

function outlined(shape: ShapeFold, fact: Fact, body: Body): void {
  shape.outline.write(fact, body['geometry'] as Geometry);
  shape.figure.write(fact, (body['figure'] as Figure | undefined) ?? null);
}

/** What is folded of a situation, kept so that one more fact costs one more fact. */
export class PictureFold {
  readonly #facts = new Map<string, Fact>();
  /** Facts whose bodies were destroyed: they are not shown again, at any instant. */
  readonly #gone = new Set<string>();
  #into = new Folding();

  /**
   * Takes facts, in any order, repeated or not. When a body is destroyed, or comes after all, everything is folded again.
   */
  take(facts: readonly Fact[]): void {
    const fresh = facts.filter((fact) => tellsMore(this.#facts.get(fact.id), fact));
    const again = fresh.some((fact) => fact.name === 'body.redacted.v1' || this.#facts.has(fact.id));
    const destroyed = fresh.filter((fact) => fact.name === 'body.redacted.v1');
    for (const fact of fresh) this.#facts.set(fact.id, fact);
    for (const fact of destroyed) this.#gone.add(text(fact.body?.['fact']));
    if (again) this.#into = new Folding();
    for (const fact of again ? this.#facts.values() : fresh) this.#read(fact);
  }

  /** Begins again from nothing. */
  clear(): void {
    this.#facts.clear();
    this.#gone.clear();
    this.#into = new Folding();
  }

  #read(said: Fact): void {
    const fact: Fact = this.#gone.has(said.id) ? { ...said, body: null, withheld: said.withheld ?? 'redacted' } : said;
    if (fact.name === 'entry.written.v2') this.#into.entries.write(fact);
    else if (fact.body !== null && !this.#into.things.take(fact, fact.body)) READERS[fact.name]?.(this.#into, fact, fact.body);
  }

  /** The picture at T. `at_ms` may be Infinity: everything known. */
  picture(at_ms: number, by: By): Picture {
    return show(this.#into, { at_ms, by });
  }
}

/** The picture at T from all the facts of one situation, folded once. */
export function foldPicture(facts: readonly Fact[], at_ms: number, by: By): Picture {
  const fold = new PictureFold();
  fold.take(facts);
  return fold.picture(at_ms, by);
}

function show(into: Folding, moment: Moment): Picture {
  const { things, conflicts: contradicted } = into.things.upto(moment);
  const conflicts: Conflict[] = contradicted;
  return {
    situation: showSituation(into, moment, conflicts),
    entries: into.entries.upto(moment),
    things,
    resources: [...into.resources].flatMap(([id, fold]) => showResource(id, fold, moment, conflicts)).sort((a, b) => order(a.declared_at, b.declared_at, a.id, b.id)),
    shapes: [...into.shapes].flatMap(([id, fold]) => showShape(id, fold, moment, conflicts)).sort((a, b) => order(a.drawn_at, b.drawn_at, a.id, b.id)),
    ended: [...into.shapes].flatMap(([id, fold]) => showEnded(id, fold, moment)).sort((a, b) => order(a.at, b.at, a.id, b.id)),
    series: [...into.series].flatMap(([id, fold]) => showSeries(id, fold, moment)).sort((a, b) => order(a.declared_at, b.declared_at, a.id, b.id)),
    grids: [...into.grids].flatMap(([id, fold]) => showGrid(id, fold, moment, conflicts)).sort((a, b) => order(a.attached_at, b.attached_at, a.id, b.id)),
    saved_views: [...into.views].flatMap(([id, fold]) => showView(id, fold, moment, conflicts)).sort((a, b) => a.order - b.order || compare(a.name, b.name) || compare(a.id, b.id)),
    courses: showCourses(into, moment, conflicts),
    signals_plans: [...into.plans].flatMap(([id, fold]) => showPlan(id, fold, moment, conflicts)).sort((a, b) => order(a.set_at, b.set_at, a.id, b.id)),
    conflicts: conflicts.sort((a, b) => compare(`${a.thing} ${a.id} ${a.aspect}`, `${b.thing} ${b.id} ${b.aspect}`)),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const order = (aTime: string, bTime: string, a: string, b: string): number => Date.parse(aTime) - Date.parse(bTime) || compare(a, b);

/** Notes the contradictions of a thing; whether there is any. */
function contradictions(found: Conflict[], thing: string, id: string, aspects: Record<string, Register<unknown>>): boolean {
  let any = false;
  for (const [aspect, register] of Object.entries(aspects)) {
    const versions = register.conflict(aspect);
    if (versions.length > 0) found.push({ thing, id, aspect, versions });
    any ||= versions.length > 0;
  }
  return any;
}

function showSituation(into: Folding, moment: Moment, conflicts: Conflict[]): SituationShown | null {
  const opened = into.opened.upto(knownBy(moment)).first;
  if (!opened?.fact.situation) return null;
  const level = into.level.upto(moment);
  contradictions(conflicts, 'situation', opened.fact.situation, { level });
  const clock = into.clock.upto(knownBy(moment));
  return {
    id: opened.fact.situation,
    title: text(opened.value['title']),
    kind: text(opened.value['kind']),
    mode: opened.fact.mode,
    level: level.current?.value ?? 0,
    level_fact: level.current?.fact.id ?? null,
    acknowledged: acknowledgements(into.acknowledged.get(level.current?.fact.id ?? ''), moment),
    status: into.closed.upto(moment).empty ? 'open' : 'closed',
    opened_at: opened.fact.occurred_at,
    clock: clock.history.at(-1)?.value ?? null,
    follows: followsOf(level, into.opened, clock),
  };
}

function showResource(id: string, fold: ResourceFold, moment: Moment, conflicts: Conflict[]): Resource[] {
  const aspects = { name: fold.declared.upto(moment), geometry: fold.place.upto(moment), state: fold.status.upto(moment) };
  const named = aspects.name.current;
  if (!named) return [];
  return [{
    id,
    ...named.value,
    state: aspects.state.current?.value ?? 'available',
    declared_at: aspects.name.first!.fact.occurred_at,
    state_at: aspects.state.current?.fact.occurred_at ?? null,
    geometry: aspects.geometry.current?.value ?? null,
    moved_at: aspects.geometry.current?.fact.occurred_at ?? null,
    follows: followsOf(...Object.values<Register<unknown>>(aspects)),
    conflict: contradictions(conflicts, 'resource', id, aspects),
  }];
}

function showShape(id: string, fold: ShapeFold, moment: Moment, conflicts: Conflict[]): Shape[] {
  const aspects = { geometry: fold.outline.upto(moment), description: fold.description.upto(moment) };
  const drawn = fold.drawn.upto(moment).first;
  const { geometry: { current: outline }, description: { current: description } } = aspects;
  if (!drawn || !outline || !description) return [];
  const ended = fold.ended.upto(moment);
  if (!ended.empty) {
    showUnawareEnd(id, ended, aspects, conflicts);
    return [];
  }
  return [{
    id,
    geometry: outline.value,
    figure: fold.figure.upto(moment).current?.value ?? null,
    ...description.value,
    author: drawn.fact.author,
    drawn_at: drawn.fact.occurred_at,
    changed_at: byOccurrence(outline.fact, description.fact) > 0 ? outline.fact.occurred_at : description.fact.occurred_at,
    follows: followsOf(...Object.values<Register<unknown>>(aspects)),
    conflict: contradictions(conflicts, 'shape', id, aspects),
  }];
}

/** A shape ended by someone who did not know of a change made to it: the change is not lost from sight. */
function showUnawareEnd(id: string, ended: Register<string>, aspects: Record<string, Register<unknown>>, conflicts: Conflict[]): void {
  const said = new Map(Object.values(aspects).flatMap((aspect) => aspect.history.map(({ fact }) => [fact.id, fact] as const)));
  const follows = (fact: Fact): string[] => fact.refs.filter(({ rel }) => rel === 'follows').map((ref) => ref.fact);
  const known = new Set<string>();
  const waiting = ended.history.flatMap(({ fact }) => follows(fact));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const fact = said.get(next);
    if (!fact || known.has(next)) continue;
    known.add(next);
    waiting.push(...follows(fact));
  }
  const missed = Object.entries(aspects).flatMap(([aspect, register]) =>
    register.heads.filter(({ fact }) => !known.has(fact.id)).map((head) => versionOf(head, aspect)));
  if (missed.length > 0) {
    const ends = ended.history.map((end) => versionOf(end, 'ended'));
    conflicts.push({ thing: 'shape', id, aspect: 'ended', versions: [...ends, ...missed] });
  }
}

function showEnded(id: string, fold: ShapeFold, moment: Moment): EndedShape[] {
  const end = fold.ended.upto(moment).first;
  const described = fold.description.upto(moment).current;
  if (!end || !described) return [];
  const { name, kind } = described.value;
  return [{ id, name, kind, reason: end.value, author: end.fact.author, at: end.fact.occurred_at }];
}

function showSeries(id: string, fold: Register<Body>, moment: Moment): Series[] {
  const declared = fold.upto(moment);
  const body = declared.current?.value;
  if (!body) return [];
  return [{
    id,
    name: text(body['name']),
    kind: text(body['kind']),
    unit: text(body['unit']),
    provenance: text(body['provenance']),
    thresholds: (body['thresholds'] as Threshold[] | undefined) ?? [],
    geometry: (body['geometry'] as Point | undefined) ?? null,
    resource: textOrNull(body['resource']),
    mobile: textOrNull(body['mobile']),
    declared_at: declared.first!.fact.occurred_at,
  }];
}

function showGrid(id: string, fold: WholeFold, moment: Moment, conflicts: Conflict[]): Grid[] {
  const attachment = fold.said.upto(moment);
  const { current, first } = attachment;
  if (!current || !first || !fold.gone.upto(moment).empty) return [];
  const { value: body } = current;
  return [{
    id,
    raster: text(body['raster']),
    territory: text(body['territory']),
    name: text(body['name']),
    at: body['at'] as string[],
    provenance: text(body['provenance']),
    attached_at: first.fact.occurred_at,
    author: first.fact.author,
    follows: followsOf(attachment),
    conflict: contradictions(conflicts, 'grid', id, { attachment }),
  }];
}

function showView(id: string, fold: WholeFold, moment: Moment, conflicts: Conflict[]): SavedView[] {
  const view = fold.said.upto(moment);
  const { current, first } = view;
  if (!current || !first || !fold.gone.upto(moment).empty) return [];
  const { value: body } = current;
  return [{
    id,
    name: text(body['name']),
    axis: text(body['axis']),
    layers: body['layers'] as string[],
    camera: body['camera'] as SavedCamera,
    volume: body['volume'] === true,
    at: textOrNull(body['at']),
    by: body['by'] === 'recorded' ? 'recorded' : 'occurred',
    order: Number(body['order'] ?? 0),
    dwell_s: Number(body['dwell_s'] ?? 20),
    note: textOrNull(body['note']),
    look: textOrNull(body['look']),
    author: first.fact.author,
    saved_at: current.fact.occurred_at,
    follows: followsOf(view),
    conflict: contradictions(conflicts, 'view', id, { view }),
  }];
}

function showCourses(into: Folding, moment: Moment, conflicts: Conflict[]): Course[] {
  const chosen = into.chosen.upto(moment);
  const situation = chosen.first?.fact.situation;
  if (situation && into.courses.size > 0) contradictions(conflicts, 'course', situation, { chosen });
  const { current: choice } = chosen;
  const reason = into.reasons.upto(moment).current?.value ?? '';
  return [...into.courses].flatMap(([id, fold]): Course[] => {
    const description = fold.said.upto(moment);
    const { current, first } = description;
    if (!current || !first || !fold.gone.upto(moment).empty) return [];
    const { value: body } = current;
    return [{
      id,
      name: text(body['name']),
      idea: textOrNull(body['idea']),
      phases: (body['phases'] as string[] | undefined) ?? [],
      chosen: choice?.value === id ? { fact: choice.fact.id, reason, author: choice.fact.author, at: choice.fact.occurred_at } : null,
      author: first.fact.author,
      described_at: first.fact.occurred_at,
      follows: followsOf(description, chosen),
      conflict: contradictions(conflicts, 'course', id, { description }),
    }];
  }).sort((a, b) => order(a.described_at, b.described_at, a.id, b.id));
}

function showPlan(id: string, fold: WholeFold, moment: Moment, conflicts: Conflict[]): SignalsPlan[] {
  const plan = fold.said.upto(moment);
  const { current } = plan;
  if (!current || !fold.gone.upto(moment).empty) return [];
  const { value: body } = current;
  return [{
    id,
    name: text(body['name']),
    nets: (body['nets'] as Net[] | undefined) ?? [],
    posts: (body['posts'] as Post[] | undefined) ?? [],
    fallbacks: (body['fallbacks'] as Fallback[] | undefined) ?? [],
    author: current.fact.author,
    set_at: current.fact.occurred_at,
    follows: followsOf(plan),
    conflict: contradictions(conflicts, 'signals-plan', id, { plan }),
  }];
}
