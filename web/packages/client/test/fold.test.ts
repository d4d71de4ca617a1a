/** The cases shared with the server's views: same facts, same time, same picture, whatever the order of arrival. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { foldPicture, type By, type Fact } from '../src/index.ts';

type Thing = Record<string, unknown>;
type Case = { name: string; facts: Fact[]; at: string | null; by: By; expect: Record<string, Thing[] | Thing | null> };

const cases = JSON.parse(readFileSync(new URL('../../../../tests/support/fold_cases.json', import.meta.url), 'utf8')) as Case[];

const MEMBERS: Record<string, string[]> = {
  situation: ['id', 'title', 'level', 'acknowledged', 'status', 'mode', 'clock'],
  resources: ['id', 'name', 'kind', 'state', 'geometry'],
  shapes: ['id', 'name', 'kind', 'state', 'geometry', 'figure', 'valid_until', 'symbol', 'sector', 'course', 'phase'],
  series: ['id', 'name', 'kind', 'unit', 'provenance', 'resource', 'mobile'],
  grids: ['id', 'raster', 'name', 'at'],
  saved_views: ['id', 'name', 'axis', 'layers', 'camera', 'at', 'order'],
  things: ['kind', 'id', 'ended', 'conflict', 'said'],
  logbook: ['entry', 'number', 'text', 'original_text', 'struck', 'corrections', 'acknowledged', 'conflict', 'withheld'],
  courses: ['id', 'name', 'idea', 'phases', 'chosen'],
  signals_plans: ['id', 'name', 'nets', 'posts', 'fallbacks'],
};

/** Only the members compared; what is null is not written, as the server does. */
const cut = (thing: Thing, members: string[]): Thing =>
  Object.fromEntries(members.filter((member) => thing[member] !== null && thing[member] !== undefined).map((member) => [member, thing[member]]));

/** The facts of those who acknowledged; nothing when nobody did, as the server does. */
const whom = (given: { fact: string }[]): string[] | null => (given.length > 0 ? given.map(({ fact }) => fact) : null);

function shown(facts: readonly Fact[], at: string | null, by: By): Record<string, unknown> {
  const picture = foldPicture(facts, at === null ? Infinity : Date.parse(at), by);
  const logbook = picture.entries.map((entry) => ({ ...entry, struck: entry.struck.map(({ fact }) => fact), corrections: entry.corrections.map(({ fact }) => fact), acknowledged: entry.acknowledged.map(({ fact }) => fact) }));
  const told = picture.things.map((thing) => ({ ...thing, said: Object.fromEntries(Object.entries(thing.said).map(([aspect, { value }]) => [aspect, value])) }));
  const filled = (things: readonly Thing[]): Thing[] => things.map((thing) => Object.fromEntries(Object.entries(thing).filter(([, held]) => !Array.isArray(held) || held.length > 0)));
  const courses = filled(picture.courses.map((course) => ({ ...course, chosen: course.chosen ? true : null })));
  const signals_plans = filled(picture.signals_plans);
  const found: Record<string, unknown> = {
    situation: picture.situation && cut({ ...picture.situation, acknowledged: whom(picture.situation.acknowledged) }, MEMBERS['situation']!),
    conflicts: picture.conflicts.map(({ thing, id, aspect, versions }) => ({ thing, id, aspect, facts: [...new Set(versions.map(({ fact }) => fact))] })),
  };
  for (const [name, things] of Object.entries({ resources: picture.resources, shapes: picture.shapes, series: picture.series, grids: picture.grids, saved_views: picture.saved_views, courses, signals_plans, things: told, logbook })) {
    found[name] = things.map((thing) => cut(thing as Thing, MEMBERS[name]!));
  }
  return found;
}

/** Things by what names them, their lists of facts in one order: the order shown is tested elsewhere. */
function inAnyOrder(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const sorted = (value as Thing[]).map((thing) => Object.fromEntries(Object.entries(thing).map(([name, held]) =>
    [name, ['facts', 'struck', 'corrections', 'acknowledged'].includes(name) ? (held as string[]).toSorted() : held])));
  return sorted.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

const nameOf = (thing: Thing): string => `${String(thing['entry'] ?? thing['id'])} ${String(thing['aspect'])}`;

/** Shuffles with a fixed seed: the same every run. */
function* orders(facts: readonly Fact[], times: number): Generator<Fact[]> {
  let seed = 42;
  const next = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  yield [...facts];
  for (let turn = 0; turn < times; turn += 1) {
    const order = [...facts];
    for (let i = order.length - 1; i > 0; i -= 1) {
      const j = next(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    yield order;
  }
}

test('there are cases', () => assert.ok(cases.length >= 15));

for (const { name, facts, at, by, expect } of cases) {
  test(name, () => {
    for (const order of orders(facts, 6)) {
      const found = shown(order, at, by);
      for (const [member, wanted] of Object.entries(expect)) assert.deepEqual(inAnyOrder(found[member]), inAnyOrder(wanted), member);
    }
  });
}

test('any order of arrival gives the same picture, to the last member', () => {
  for (const { facts, at, by } of cases) {
    const at_ms = at === null ? Infinity : Date.parse(at);
    const once = foldPicture(facts, at_ms, by);
    for (const order of orders(facts, 6)) assert.deepEqual(foldPicture(order, at_ms, by), once);
  }
});
