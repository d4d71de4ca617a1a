/** Folding fact by fact gives what folding all at once gives, in any order of arrival and at any moment. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { foldPicture, Journal, PictureFold, type By, type Fact } from '../src/index.ts';

type Case = { name: string; facts: Fact[]; at: string | null };
const cases = JSON.parse(readFileSync(new URL('../../../../tests/support/fold_cases.json', import.meta.url), 'utf8')) as Case[];
const BOTH: By[] = ['recorded', 'occurred'];

let seed = 7;
const below = (limit: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % limit;

function shuffled<T>(list: readonly T[]): T[] {
  const order = [...list];
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Every moment at which something was written down or happened, and forever. */
const moments = (facts: readonly Fact[]): number[] => [...new Set(facts.flatMap((fact) => [Date.parse(fact.recorded_at), Date.parse(fact.occurred_at)])), Infinity];

test('a picture asked for after each fact is the one that folding everything gives', () => {
  for (const { name, facts } of cases) {
    const fold = new PictureFold();
    const held: Fact[] = [];
    for (const fact of shuffled(facts)) {
      held.push(fact);
      fold.take([fact]);
      for (const by of BOTH) assert.deepEqual(fold.picture(Infinity, by), foldPicture(held, Infinity, by), name);
    }
    for (const by of BOTH) for (const at_ms of moments(facts)) assert.deepEqual(fold.picture(at_ms, by), foldPicture(facts, at_ms, by), name);
  }
});

test('what was looked at in the past does not change what is shown of the present', () => {
  for (const { name, facts } of cases) {
    const fold = new PictureFold();
    fold.take(facts);
    for (const by of BOTH) {
      for (const at_ms of shuffled(moments(facts))) fold.picture(at_ms, by);
      assert.deepEqual(fold.picture(Infinity, by), foldPicture(facts, Infinity, by), name);
    }
  }
});

test('a line nothing more was said of stays the same object: what shows it need not be made again', () => {
  const [written] = cases[0]!.facts.filter(({ name }) => name === 'entry.written.v2');
  const fold = new PictureFold();
  fold.take(cases[0]!.facts);
  const before = fold.picture(Infinity, 'recorded').entries.find(({ entry }) => entry === written!.id);
  fold.take([{ ...written!, id: 'w0-999', body: { text: 'autre ligne', category: 'report' } }]);
  const after = fold.picture(Infinity, 'recorded').entries;
  assert.equal(after.find(({ entry }) => entry === written!.id), before);
  fold.take([{ ...written!, id: 'w0-1000', name: 'entry.corrected.v1', refs: [{ rel: 'corrects', fact: written!.id }], body: { entry: written!.id, text: 'mieux', reason: 'relu' } }]);
  assert.equal(fold.picture(Infinity, 'recorded').entries.find(({ entry }) => entry === written!.id)!.text, 'mieux');
  assert.notEqual(before!.text, 'mieux', 'a picture already given does not change');
});

test('a journal fed one fact at a time has the orders of one fed at once', () => {
  for (const { facts } of cases) {
    const [slow, quick] = [new Journal(), new Journal()];
    quick.add(facts);
    for (const fact of shuffled(facts)) {
      slow.add([fact, fact]);
      slow.all('recorded');
      slow.all('occurred');
    }
    for (const by of BOTH) {
      assert.deepEqual(slow.all(by), quick.all(by));
      assert.deepEqual(slow.times(by), quick.times(by));
    }
  }
});
