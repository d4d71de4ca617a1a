import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Journal, ServerClock, storyTime, Tracks, type Fact } from '../src/index.ts';

const fact = (id: string, occurred: string, recorded: string, tick = 0): Fact => ({
  position: 1, id, name: 'entry.written.v2', situation: 's', mode: 'actual', occurred_at: `2026-11-23T${occurred}Z`, recorded_at: `2026-11-23T${recorded}Z`, tick,
  author: { person: 'p', role: 'dos', organisation: 'o' }, label: { audience: 'partners', sensitivity: 'ordinary' }, refs: [], command: null, body: {},
});
const facts = [fact('wa-1', '01:00:00', '01:00:00'), fact('wb-1', '01:30:00', '03:00:00'), fact('wa-2', '02:00:00', '02:00:00'), fact('wa-3', '02:00:00', '02:00:00', 1), fact('wc-9', '02:00:00', '02:00:00')];

test('a journal keeps each fact once and knows both orders: time, then tick, then writer', () => {
  const journal = new Journal();
  assert.equal(journal.add(facts.toReversed()).length, facts.length);
  assert.equal(journal.add(facts).length, 0);
  assert.deepEqual(journal.all('recorded').map(({ id }) => id), ['wa-1', 'wa-2', 'wc-9', 'wa-3', 'wb-1']);
  assert.deepEqual(journal.all('occurred').map(({ id }) => id), ['wa-1', 'wb-1', 'wa-2', 'wc-9', 'wa-3']);
});

test('a journal remembers the order in which facts came, whatever their dates', () => {
  const journal = new Journal();
  assert.equal(journal.newest, null);
  journal.add([facts[3]!, facts[0]!]);
  journal.add([facts[0]!, facts[1]!]);
  assert.deepEqual([facts[3]!, facts[0]!, facts[1]!, facts[2]!].map(({ id }) => journal.arrivalOf(id)), [0, 1, 2, null]);
  assert.equal(journal.newest, facts[1]!.id);
});

test('facts are counted up to an instant, that instant included', () => {
  const journal = new Journal();
  journal.add(facts);
  assert.equal(journal.countUntil(Date.parse('2026-11-23T01:00:00Z'), 'occurred'), 1);
  assert.equal(journal.countUntil(Date.parse('2026-11-23T00:59:59Z'), 'occurred'), 0);
  assert.equal(journal.countUntil(Infinity, 'recorded'), facts.length);
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

test('words redacted are forgotten, whichever of the two comes first', () => {
  const secret = { ...facts[0]!, body: { text: 'nom du patient' } };
  const redaction = { ...fact('wz-1', '04:00:00', '04:00:00'), name: 'body.redacted.v1', body: { fact: 'wa-1', reason: 'nom' } };
  for (const order of [[secret, redaction], [redaction, secret]]) {
    const journal = new Journal();
    for (const one of order) journal.add([one]);
    assert.deepEqual([journal.get('wa-1')!.body, journal.get('wa-1')!.withheld], [null, 'redacted']);
    assert.equal(JSON.stringify(journal.all('recorded')).includes('patient'), false);
  }
});

test('a journal cleared begins again from nothing', () => {
  const journal = new Journal();
  journal.add(facts);
  journal.clear();
  assert.deepEqual([journal.size, journal.all('recorded')], [0, []]);
  assert.equal(journal.add(facts).length, facts.length);
});

test('words that the device had not kept come back from the server, and are not lost to the copy again', () => {
  const journal = new Journal();
  const whole = { ...facts[0]!, body: { text: 'santé' } };
  const place = { ...whole, body: null, withheld: 'device' as const };
  journal.add([place]);
  assert.equal(journal.add([whole]).length, 1);
  assert.equal(journal.add([place]).length, 0);
  assert.deepEqual([journal.size, journal.get('wa-1')!.body], [1, { text: 'santé' }]);
});
