/** What boards read of means, at the time shown: what was told of each, since when it works, what it owes. */
import { COURSE, firstShortage, LAT, LON, parseInstant, project, reliefDue, workBegan, TIRING, type Body, type Crew, type Outlook, type Promised, type Resource, type Shape, type Thing } from '@garance/client';
import { distance_m } from '@garance/map';
import type { Desk } from '../../state/desk.svelte.ts';
import type { Order } from '../../state/workbench.svelte.ts';
import { numberOf, stateOf, textOf, thingsOf, told } from '../things.ts';

const HOUR_MS = 3_600_000;
/** A leader directs four at most; beyond, it is said until a relief comes. */
export const SPAN = 4;
/** Less than this is not worth counting. */
const LEAST_OWED_MS = 60_000;
const DETAIL_MEMBERS = ['level', 'part_of', 'owner', 'call_sign', 'crew', 'crew_detail', 'capability', 'quantity', 'relief_after_h', 'cost_per_hour_eur', 'cost_per_km_eur', 'note'];

/** Drawings that means are sent to: the sectors of the operation, and the zones that are evacuated. */
export const takesMeans = (kind: string): boolean => /(^|-)sector(-|$)/.test(kind) || kind === 'evacuation-zone';

export type StateStep = { at_ms: number; state: string };
export type Owed = { since_ms: number; until_ms: number; hours: number; kilometres: number | null };
export type Spent = { resource: string; fact: string; value: Body; at_ms: number; cost: number | null };
export type Branch = { resource: Resource; depth: number; members: number };

/** Where a resource may be sent: what takes means. */
export type Place = { id: string; name: string };

export class MeansBook {
  readonly #desk: () => Desk;

  constructor(desk: () => Desk) {
    this.#desk = desk;
  }

  get #picture() {
    return this.#desk().picture;
  }

  get now_ms(): number {
    return this.#desk().conductor.world_ms;
  }

  readonly #things: ReadonlyMap<string, Thing> = $derived.by(() => new Map(thingsOf(this.#picture, 'resource').map((thing) => [thing.id, thing])));
  readonly #resources: ReadonlyMap<string, Resource> = $derived.by(() => new Map(this.#picture.resources.map((one) => [one.id, one])));

  /** Every change of state of every resource until the time shown, in order. */
  readonly #steps: ReadonlyMap<string, StateStep[]> = $derived.by(() => {
    const { journal, conductor } = this.#desk();
    void this.#picture;
    const facts = journal.all('occurred');
    const known_ms = conductor.live ? Infinity : conductor.shown_ms;
    const found = new Map<string, StateStep[]>();
    for (const fact of facts) {
      if (fact.name !== 'resource.state-set.v1' || !fact.body) continue;
      const at_ms = parseInstant(fact.occurred_at);
      if ((conductor.by === 'recorded' ? parseInstant(fact.recorded_at) : at_ms) > known_ms) continue;
      const id = String(fact.body['resource']);
      const steps = found.get(id);
      const step = { at_ms, state: String(fact.body['state']) };
      if (steps) steps.push(step);
      else found.set(id, [step]);
    }
    return found;
  });

  thing(id: string): Thing | undefined {
    return this.#things.get(id);
  }

  resource(id: string): Resource | undefined {
    return this.#resources.get(id);
  }

  name(id: string): string {
    return this.#resources.get(id)?.name ?? id.slice(0, 8);
  }

  details(id: string): Body {
    return told(this.#things.get(id), 'details');
  }

  level(id: string): string {
    return textOf(this.details(id), 'level') || 'vehicle';
  }

  assignment(id: string): Body {
    return told(this.#things.get(id), 'assignment');
  }

  assigned(id: string): { mission: string; sector: string; incident: string; since_ms: number | null } {
    const statement = this.#things.get(id)?.said['assignment'];
    const value = statement?.value ?? {};
    const [mission, sector, incident] = [textOf(value, 'mission'), textOf(value, 'sector'), textOf(value, 'incident')];
    return { mission, sector, incident, since_ms: statement && (mission || sector || incident) ? parseInstant(statement.occurred_at) : null };
  }

  conflict(id: string): boolean {
    return Boolean(this.#resources.get(id)?.conflict || this.#things.get(id)?.conflict);
  }

  /** 1/2/6 */
  crew(id: string): string {
    const details = this.details(id);
    return textOf(details, 'crew_detail') || (numberOf(details, 'crew') === null ? '' : String(numberOf(details, 'crew')));
  }

  // -- work and relief -------------------------------------------------------------------------------------------

  began(id: string): number | null {
    return workBegan(this.#steps.get(id) ?? []);
  }

  crewOf(resource: Resource): Crew {
    const relief = told(this.#things.get(resource.id), 'relief');
    const at = textOf(relief, 'at');
    return {
      id: resource.id, kind: resource.kind, state: resource.state, since_ms: this.began(resource.id), relief_at_ms: at ? parseInstant(at) : null,
      relief_after_h: numberOf(this.details(resource.id), 'relief_after_h'), relief_by: textOf(relief, 'by') || null,
    };
  }

  due(resource: Resource): number | null {
    return reliefDue(this.crewOf(resource));
  }

  readonly outlooks: Outlook[] = $derived.by(() => {
    const crews = this.#picture.resources.filter(({ id }) => ['vehicle', 'team'].includes(this.level(id))).map((one) => this.crewOf(one));
    return project(crews, this.demands.map(promisedOf), this.now_ms);
  });

  get shortage() {
    return firstShortage(this.outlooks);
  }

  /** Those whose relief is due within the horizon of the table, the most pressing first. */
  get reliefs(): { resource: Resource; due_ms: number }[] {
    const until = this.now_ms + 12 * HOUR_MS;
    return this.#picture.resources
      .flatMap((resource) => {
        const due_ms = this.due(resource);
        return due_ms !== null && due_ms <= until ? [{ resource, due_ms }] : [];
      })
      .sort((a, b) => a.due_ms - b.due_ms);
  }

  // -- where they may go -----------------------------------------------------------------------------------------

  get missions(): Place[] {
    const over = new Set(['done', 'refused', 'failed', 'cancelled']);
    return this.#titled('mission').filter(({ id }) => !over.has(stateOf(this.#picture.things.find((thing) => thing.kind === 'mission' && thing.id === id), 'requested')));
  }

  get incidents(): Place[] {
    return this.#titled('incident');
  }

  get sectors(): Shape[] {
    const used = new Set([...this.#things.keys()].map((id) => this.assigned(id).sector));
    return this.#picture.shapes.filter(({ id, kind }) => takesMeans(kind) || used.has(id));
  }

  #titled(kind: string): Place[] {
    return thingsOf(this.#picture, kind).filter(({ ended }) => !ended).map((thing) => ({ id: thing.id, name: textOf(told(thing, 'description'), 'title') || thing.id.slice(0, 8) }));
  }

  /** The name of a mission, a sector, an incident; of whatever time it was. */
  placeName(id: string): string {
    const { things, shapes, ended } = this.#picture;
    const thing = things.find((one) => one.id === id && one.kind !== 'resource');
    return textOf(told(thing, 'description'), 'title') || ([...shapes, ...ended].find((shape) => shape.id === id)?.name ?? id.slice(0, 8));
  }

  /** « Reconnaissance · Secteur A » ; empty when it is free. */
  where(id: string): string {
    const { mission, sector, incident } = this.assigned(id);
    return [mission, sector, incident].filter(Boolean).map((one) => this.placeName(one)).join(' · ');
  }

  // -- groups ----------------------------------------------------------------------------------------------------

  readonly #children: ReadonlyMap<string, Resource[]> = $derived.by(() => {
    const found = new Map<string, Resource[]>();
    for (const resource of this.#picture.resources) {
      const above = textOf(this.details(resource.id), 'part_of');
      if (above && this.#resources.has(above)) found.set(above, [...(found.get(above) ?? []), resource]);
    }
    return found;
  });

  get groups(): Resource[] {
    return this.#picture.resources.filter(({ id }) => ['group', 'column'].includes(this.level(id)));
  }

  members(id: string): Resource[] {
    return this.#children.get(id) ?? [];
  }

  /** Columns and groups with what is in them, each after its leader, then those who are in none. */
  readonly tree: { branches: Branch[]; alone: Resource[] } = $derived.by(() => {
    const branches: Branch[] = [];
    const seen = new Set<string>();
    const below = (resource: Resource, depth: number): void => {
      if (seen.has(resource.id)) return;
      seen.add(resource.id);
      const members = this.members(resource.id);
      branches.push({ resource, depth, members: members.length });
      for (const member of members) below(member, depth + 1);
    };
    const inside = (id: string): boolean => this.#resources.has(textOf(this.details(id), 'part_of'));
    const leads = ({ id }: Resource): boolean => this.members(id).length > 0 || ['group', 'column'].includes(this.level(id));
    const heads = this.#picture.resources.filter((one) => leads(one) && !inside(one.id));
    for (const head of heads) below(head, 0);
    // Two who each put the other under themselves, apart: no head leads there, yet nobody is lost.
    for (const one of this.#picture.resources) if (leads(one)) below(one, 0);
    return { branches, alone: this.#picture.resources.filter(({ id }) => !seen.has(id)) };
  });

  // -- demands ---------------------------------------------------------------------------------------------------

  get demands(): Thing[] {
    return thingsOf(this.#picture, 'demand');
  }

  // -- what was spent --------------------------------------------------------------------------------------------

  readonly spent: Spent[] = $derived.by(() =>
    [...this.#things.values()].flatMap((thing) => (thing.gathered['spent'] ?? []).map((one) => ({ resource: thing.id, fact: one.fact, value: one.value, at_ms: parseInstant(one.occurred_at), cost: costOf(one.value) }))),
  );

  spentBy(id: string): Spent[] {
    return this.spent.filter(({ resource }) => resource === id);
  }

  /** Hours at work that nobody counted yet, since the last count; kilometres of the track over the same time. */
  owed(id: string): Owed | null {
    const counted = Math.max(-Infinity, ...this.spentBy(id).flatMap(({ value }) => (numberOf(value, 'hours') !== null && textOf(value, 'until') ? [parseInstant(textOf(value, 'until'))] : [])));
    const stretches = stretchesOf(this.#steps.get(id) ?? [], this.now_ms).map(([from, to]): [number, number] => [Math.max(from, counted), to]).filter(([from, to]) => to > from);
    const whole_ms = stretches.reduce((sum, [from, to]) => sum + to - from, 0);
    if (whole_ms < LEAST_OWED_MS) return null;
    const [since_ms, until_ms] = [stretches[0]![0], stretches.at(-1)![1]];
    return { since_ms, until_ms, hours: Math.round(whole_ms / 36_000) / 100, kilometres: this.#kilometres(id, stretches) };
  }

  /** Along the positions held by this browser; null without a track. Nothing is added between two fixes but the straight line. */
  #kilometres(id: string, stretches: readonly [number, number][]): number | null {
    const { tracks } = this.#desk();
    const series = this.#picture.series.find((one) => one.kind === 'position' && one.resource === id)?.id;
    if (!series || (tracks.all(series)[0]?.length ?? 0) <= COURSE) return null;
    let metres = 0;
    for (const [from, to] of stretches) {
      const samples = tracks.between(series, from, to);
      for (let n = 1; n < samples.length; n += 1) metres += distance_m([samples[n - 1]![LON]!, samples[n - 1]![LAT]!], [samples[n]![LON]!, samples[n]![LAT]!]);
    }
    return metres < 50 ? null : Math.round(metres / 100) / 10;
  }

  /** The commands that count what is owed: hours, then kilometres, each with its own unit cost. */
  counting(id: string): Order[] {
    const owed = this.owed(id);
    if (!owed) return [];
    const details = this.details(id);
    const period = { since: new Date(owed.since_ms).toISOString(), until: new Date(owed.until_ms).toISOString() };
    const cost = (member: string): Body => (numberOf(details, member) === null ? {} : { unit_cost_eur: numberOf(details, member) });
    const order = (body: Body): Order => ({ name: 'resources.spend', body: { resource: id, ...body, ...period }, about: this.name(id) });
    return [
      order({ hours: owed.hours, ...cost('cost_per_hour_eur') }),
      ...(owed.kilometres === null ? [] : [order({ kilometres: owed.kilometres, ...cost('cost_per_km_eur') })]),
    ];
  }

  // -- commands --------------------------------------------------------------------------------------------------

  /** What was on screen of what was told of it; nothing known of it is said too when the link is cut. */
  follows(id: string): { follows?: string[] } {
    const thing = this.#things.get(id);
    return thing ? { follows: thing.follows } : this.#desk().link === 'live' ? {} : { follows: [] };
  }

  setState(ids: readonly string[], state: string): Order[] {
    return ids.flatMap((id) => {
      const resource = this.#resources.get(id);
      return resource && resource.state !== state ? [{ name: 'resources.set-state', body: { resource: id, state }, saying: { follows: resource.follows }, about: resource.name }] : [];
    });
  }

  /** Details are said whole: what was there stays, unless changed. */
  detail(id: string, change: Body): Order {
    const kept = Object.fromEntries(Object.entries({ ...this.details(id), ...change }).filter(([name, value]) => DETAIL_MEMBERS.includes(name) && value !== undefined && value !== null && value !== ''));
    return { name: 'resources.detail', body: { resource: id, ...kept }, saying: this.follows(id), about: this.name(id) };
  }

  /**
   * Sends a resource there. With the link and nothing on screen, nothing is named: the rule then refuses what another
   * gave in the meantime. What is on screen is named, and replaced knowingly.
   */
  assign(id: string, to: Body): Order {
    const saying = this.assigned(id).mission || this.#desk().link !== 'live' ? this.follows(id) : {};
    return { name: 'resources.assign', body: { resource: id, ...to }, saying, about: this.name(id) };
  }
}

/** While a crew was at it, as stretches of time until now. */
export function stretchesOf(steps: readonly StateStep[], now_ms: number): [number, number][] {
  const found: [number, number][] = [];
  let from: number | null = null;
  for (const { at_ms, state } of steps) {
    if (TIRING.has(state)) from ??= at_ms;
    else if (from !== null) {
      found.push([from, at_ms]);
      from = null;
    }
  }
  if (from !== null) found.push([from, Math.max(from, now_ms)]);
  return found;
}

/** What one statement costs: its amount by its unit cost; null when nobody said the cost. */
export function costOf(value: Body): number | null {
  const unit = numberOf(value, 'unit_cost_eur');
  const amount = numberOf(value, 'hours') ?? numberOf(value, 'kilometres') ?? numberOf(value, 'quantity');
  return unit === null || amount === null ? null : unit * amount;
}

export function promisedOf(demand: Thing): Promised {
  const [wanted, answer] = [told(demand, 'description'), told(demand, 'state')];
  const expected = textOf(answer, 'expected_at');
  return {
    kind: textOf(wanted, 'kind'), state: textOf(answer, 'state') || 'asked', quantity: numberOf(wanted, 'quantity') ?? 0, granted: numberOf(answer, 'granted'),
    expected_at_ms: expected ? parseInstant(expected) : null, came: Array.isArray(answer['resources']) ? answer['resources'].length : 0,
  };
}
