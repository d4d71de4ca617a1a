/** What stays on a device, for whom, and for how long. */
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEPT_FOR_MS, KeptDatabase, MOST_SITUATIONS, type Fact, type Session } from '../src/index.ts';

const ROOT = 'https://garance.test/mairie/';
const HEARD_MS = Date.parse('2026-11-27T02:00:00Z');
const heard = (cursor?: string) => ({ ...(cursor ? { cursor } : {}), heard_ms: HEARD_MS, offset_ms: 0 });

let databases = 0;
const fresh = (): string => `kept-${(databases += 1)}`;

function fact(id: string, more: Partial<Fact> = {}): Fact {
  return {
    position: 0, id, name: 'entry.written.v2', situation: 's', mode: 'actual', occurred_at: '2026-11-27T02:00:00Z', recorded_at: '2026-11-27T02:00:00Z',
    tick: 0, author: { person: 'p', role: 'DOS', organisation: 'o' }, label: { audience: 'partners', sensitivity: 'ordinary' }, refs: [], command: null,
    body: { text: id }, ...more,
  };
}

const session = (person: string): Session =>
  ({ signed_in: true, person: { id: person, display_name: person }, csrf: 'secret', grants: [], demo: false, first_administrator: false, time_zone: 'Europe/Paris' });

async function opened(name = fresh(), now_ms = HEARD_MS, root = ROOT): Promise<KeptDatabase> {
  return KeptDatabase.open(root, name, () => now_ms);
}

test('facts and the cursor after them are found again, with names and measures', async () => {
  const name = fresh();
  const kept = await opened(name);
  const about = await kept.begin('p', 's');
  assert.equal(await kept.add(about, [fact('w-1'), fact('w-2')], heard('c2')), true);
  await kept.keepDirectory(about, { people: { p: { display_name: 'Ana' } }, organisations: {} });
  await kept.keepSamples(about, new Map([['gauge', [[1, 2], [2, 3]]]]));
  kept.close();
  const copy = await (await opened(name)).read('p', 's');
  assert.deepEqual(copy!.facts.map(({ id }) => id), ['w-1', 'w-2']);
  assert.deepEqual([copy!.about.cursor, copy!.about.heard_ms, copy!.about.withheld], ['c2', HEARD_MS, false]);
  assert.equal(copy!.directory!.people['p']!.display_name, 'Ana');
  assert.deepEqual(copy!.samples.get('gauge'), [[1, 2], [2, 3]]);
});

test('another person, another situation, another site: nothing', async () => {
  const name = fresh();
  const kept = await opened(name);
  await kept.add(await kept.begin('p', 's'), [fact('w-1')], heard('c1'));
  assert.equal(await kept.read('q', 's'), null);
  assert.equal(await kept.read('p', 'other'), null);
  assert.equal(await (await opened(name, HEARD_MS, 'https://garance.test/prefecture/')).read('p', 's'), null);
});

test('somebody else signing in, or signing out, wipes what was kept, on this site only', async () => {
  const name = fresh();
  const kept = await opened(name);
  const beside = await opened(name, HEARD_MS, 'https://garance.test/prefecture/');
  await beside.enter(session('p'));
  await beside.add(await beside.begin('p', 's'), [fact('w-1')], heard('c1'));
  for (const leave of [() => kept.enter(session('q')), () => kept.enter({ ...session('p'), signed_in: false }), () => kept.forgetAll()]) {
    await kept.enter(session('p'));
    await kept.keepCards({ situations: [] });
    await kept.add(await kept.begin('p', 's'), [fact('w-1')], heard('c1'));
    assert.ok(await kept.read('p', 's'));
    await kept.enter(session('p'));
    assert.ok(await kept.read('p', 's'), 'the same person again keeps theirs');
    assert.deepEqual((await kept.cards())!.situations, []);
    await leave();
    assert.equal(await kept.read('p', 's'), null);
    assert.notEqual((await kept.cards())?.session.person?.id, 'p');
  }
  assert.ok(await beside.read('p', 's'));
});

test('no secret of the session is kept', async () => {
  const kept = await opened();
  await kept.enter(session('p'));
  assert.equal(JSON.stringify(await kept.cards()).includes('secret'), false);
});

test('of what is personal, of health or restricted only the place stays, and the copy says that it lacks some', async () => {
  const kept = await opened();
  const about = await kept.begin('p', 's');
  const sensitive = (['personal', 'health', 'restricted'] as const).map((sensitivity) => fact(`w-${sensitivity}`, { body: { text: 'secret' }, label: { audience: 'partners', sensitivity } }));
  await kept.add(about, [fact('w-1'), ...sensitive], heard('c4'));
  const copy = await kept.read('p', 's');
  assert.deepEqual(copy!.facts.map(({ id, body, withheld }) => [id, body === null, withheld ?? null]), [
    ['w-1', false, null], ['w-health', true, 'device'], ['w-personal', true, 'device'], ['w-restricted', true, 'device'],
  ]);
  assert.equal(copy!.about.withheld, true);
  assert.equal(JSON.stringify(copy).includes('secret'), false);
});

test('words redacted leave the device', async () => {
  const name = fresh();
  const kept = await opened(name);
  const about = await kept.begin('p', 's');
  await kept.add(about, [fact('w-1', { body: { text: 'nom du patient' } })], heard('c1'));
  await kept.add(about, [fact('w-2', { name: 'body.redacted.v1', body: { fact: 'w-1', reason: 'nom' } })], heard('c2'));
  const [redacted] = (await kept.read('p', 's'))!.facts;
  assert.deepEqual([redacted!.body, redacted!.withheld], [null, 'redacted']);
});

test('a copy of which the server has said nothing for too long is deleted', async () => {
  const name = fresh();
  const kept = await opened(name);
  await kept.enter(session('p'));
  await kept.add(await kept.begin('p', 's'), [fact('w-1')], heard('c1'));
  assert.ok(await (await opened(name, HEARD_MS + KEPT_FOR_MS)).read('p', 's'));
  const late = await opened(name, HEARD_MS + KEPT_FOR_MS + 1);
  assert.equal(await late.read('p', 's'), null);
  assert.equal(await late.cards(), null);
  assert.equal(await kept.read('p', 's'), null, 'deleted, not hidden');
});

test('the situations longest unheard give way', async () => {
  const kept = await opened();
  for (let at = 0; at <= MOST_SITUATIONS; at += 1) {
    await kept.add(await kept.begin('p', `s${at}`), [fact(`w-${at}`)], { cursor: 'c', heard_ms: HEARD_MS + at, offset_ms: 0 });
  }
  const standing = await Promise.all([...Array(MOST_SITUATIONS + 1).keys()].map(async (at) => (await kept.read('p', `s${at}`)) !== null));
  assert.deepEqual(standing, [false, ...Array(MOST_SITUATIONS).fill(true)]);
});

test('a page that wrote to a deleted copy does not write half of the next', async () => {
  const kept = await opened();
  const old = await kept.begin('p', 's');
  await kept.add(old, [fact('w-1')], heard('c1'));
  await kept.forget('p', 's');
  const next = await kept.begin('p', 's');
  assert.equal(await kept.add(old, [fact('w-9')], heard('c9')), false);
  assert.equal(await kept.read('p', 's'), null);
  await kept.add(next, [fact('w-1')], heard('c1'));
  assert.deepEqual((await kept.read('p', 's'))!.facts.map(({ id }) => id), ['w-1']);
});

test('a word of the server without facts moves the hour, not the cursor', async () => {
  const kept = await opened();
  const about = await kept.begin('p', 's');
  await kept.add(about, [fact('w-1')], heard('c1'));
  await kept.add(about, [], { heard_ms: HEARD_MS + 5_000, offset_ms: 7 });
  const copy = await kept.read('p', 's');
  assert.deepEqual([copy!.about.cursor, copy!.about.heard_ms, copy!.about.offset_ms], ['c1', HEARD_MS + 5_000, 7]);
});
