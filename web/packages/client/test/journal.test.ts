import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Journal, ServerClock, storyTime, Tracks, type Fact } from '../src/index.ts';

const cases = JSON.parse(readFileSync(new URL('../../../../tests/support/fold_cases.json', import.meta.url), 'utf8')) as { name: string; facts: Fact[] }[];
const late = cases.find(({ name }) => name.startsWith('a late report fills'))!.facts;

test('a journal keeps each fact once and knows both orders', () => {
  const journal = new Journal();
  assert.equal(journal.add(late.toReversed()).length, late.length);
  assert.equal(journal.add(late).length, 0);
  const [recorded, occurred] = [journal.all('recorded'), journal.all('occurred')].map((facts) => facts.map(({ id }) => id.slice(-1) + id[1]));
  assert.deepEqual(recorded, ['1a', '2a', '3a', '1b']);
  assert.deepEqual(occurred, ['1a', '2a', '1b', '3a']);
});

test('facts are counted up to an instant, that instant included', () => {
  const journal = new Journal();
  journal.add(late);
  assert.equal(journal.countUntil(Date.parse('2010-02-28T01:00:00Z'), 'occurred'), 2);
  assert.equal(journal.countUntil(Date.parse('2010-02-28T00:59:59Z'), 'occurred'), 1);
  assert.equal(journal.countUntil(Infinity, 'recorded'), 4);
});

test('story time runs at its own speed from its own instant', () => {
  const clock = { story_at: '2010-02-27T18:00:00Z', real_at: '2026-11-23T20:00:00Z', speed: 60 };
  assert.equal(storyTime(clock, Date.parse('2026-11-23T20:01:00Z')), Date.parse('2010-02-27T19:00:00Z'));
  assert.equal(storyTime({ ...clock, speed: 0 }, Date.parse('2026-11-23T21:00:00Z')), Date.parse('2010-02-27T18:00:00Z'));
  assert.equal(storyTime(null, 5), 5);
});

test('the server clock follows the least delayed heartbeat', () => {
  let local = 1_000;
  const clock = new ServerClock(() => local);
  clock.heard(new Date(61_000).toISOString());
  assert.equal(clock.now_ms(), 61_000);
  local = 2_000;
  clock.heard(new Date(61_900).toISOString());
  assert.ok(Math.abs(clock.now_ms() - 61_990) <= 1);
  clock.heard(new Date(62_050).toISOString());
  assert.equal(clock.now_ms(), 62_050);
});

test('tracks give the last value measured, never one to come', () => {
  const tracks = new Tracks();
  tracks.add('sea', [[20, 2], [10, 1]]);
  tracks.add('sea', [[15, 1.5], [20, 2.2]]);
  assert.equal(tracks.at('sea', 9), null);
  assert.deepEqual(tracks.at('sea', 14), [10, 1]);
  assert.deepEqual(tracks.at('sea', 99), [20, 2.2]);
  assert.deepEqual(tracks.between('sea', 11, 20), [[15, 1.5], [20, 2.2]]);
  assert.equal(tracks.at('unknown', 99), null);
});
