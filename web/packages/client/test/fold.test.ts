/** The cases shared with the server's views: same facts, same time, same picture, whatever the order of arrival. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { foldPicture, type By, type Fact } from '../src/index.ts';

type Case = { name: string; facts: Fact[]; at: string; by: By; expect: Record<string, unknown> };

const cases = JSON.parse(readFileSync(new URL('../../../../tests/support/fold_cases.json', import.meta.url), 'utf8')) as Case[];

function summary(facts: readonly Fact[], at: string, by: By): Record<string, unknown> {
  const picture = foldPicture(facts, Date.parse(at), by);
  return {
    situation: picture.situation && { title: picture.situation.title, level: picture.situation.level, status: picture.situation.status },
    entries: picture.entries.map(({ text, struck, corrections, conflict }) => ({ text, struck: struck.length, corrections: corrections.length, conflict })),
    resources: picture.resources.map(({ name, state, geometry, conflict }) => ({ name, state, geometry, conflict })),
    shapes: picture.shapes.map(({ name, kind, state, conflict }) => ({ name, kind, state, conflict })),
    conflicts: picture.conflicts.map(({ thing, id, aspect, versions }) => ({ thing, id, aspect, facts: versions.map(({ fact }) => fact) })),
  };
}

/** A small generator with a fixed seed: the same shuffles every run. */
function* shuffles(facts: readonly Fact[], times: number): Generator<Fact[]> {
  let seed = 42;
  const next = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  for (let turn = 0; turn < times; turn += 1) {
    const order = [...facts];
    for (let i = order.length - 1; i > 0; i -= 1) {
      const j = next(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    yield order;
  }
}

test('there are cases', () => assert.ok(cases.length >= 25));

for (const { name, facts, at, by, expect } of cases) {
  test(name, () => {
    const found = summary(facts, at, by);
    for (const [member, wanted] of Object.entries(expect)) assert.deepEqual(found[member], wanted, member);
  });
}

test('any order of arrival gives the same picture', () => {
  for (const { facts, at, by } of cases) {
    const once = foldPicture(facts, Date.parse(at), by);
    for (const order of shuffles(facts, 8)) assert.deepEqual(foldPicture(order, Date.parse(at), by), once);
  }
});
