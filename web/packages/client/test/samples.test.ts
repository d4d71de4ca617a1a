import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Samples, Tracks, type Sample } from '../src/index.ts';

/** A server with one sample a minute, giving two at a time. */
function server(held: Sample[]) {
  const asked: string[] = [];
  const samples = (_situation: string, query: Record<string, string>) => {
    asked.push(query['from'] ?? '');
    const from_ms = query['from'] ? Date.parse(query['from']) : 0;
    const later = held.filter(([at_ms]) => at_ms! >= from_ms);
    const next = later[2] ? new Date(later[2][0]!).toISOString() : null;
    return Promise.resolve({ series: 's', columns: ['t_ms', 'value'], samples: later.slice(0, 2), next });
  };
  return { api: { samples }, asked, held };
}

const minute = (n: number): Sample => [n * 60_000, n];

test('the past is read whole, even when the stream spoke first', async () => {
  const { api } = server([0, 1, 2, 3, 4].map(minute));
  const tracks = new Tracks();
  tracks.add('s', [minute(5)]);
  await new Samples(api, 'x', tracks, () => undefined).read([{ id: 's' }]);
  assert.deepEqual(tracks.all('s').map(([, value]) => value), [0, 1, 2, 3, 4, 5]);
});

test('after a cut only what it hid is read, although the stream spoke first again', async () => {
  const { api, asked, held } = server([0, 1, 2].map(minute));
  const tracks = new Tracks();
  const samples = new Samples(api, 'x', tracks, () => undefined);
  await samples.read([{ id: 's' }]);
  tracks.add('s', [minute(3)]);
  samples.cut();
  held.push(...[3, 4, 5, 6].map(minute));
  tracks.add('s', [minute(6)]);
  asked.length = 0;
  await samples.read([{ id: 's' }]);
  assert.deepEqual(tracks.all('s').map(([, value]) => value), [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(asked[0], new Date(3 * 60_000).toISOString());
});

test('a series that cannot be read now does not stop the next, and is read later', async () => {
  const tracks = new Tracks();
  let deaf = true;
  const { api } = server([minute(0)]);
  const samples = new Samples({ samples: (situation, query) => (deaf && query['series'] === 'a' ? Promise.reject(new Error()) : api.samples(situation, query)) }, 'x', tracks, () => undefined);
  await samples.read([{ id: 'a' }, { id: 'b' }]);
  assert.deepEqual([tracks.all('a').length, tracks.all('b').length], [0, 1]);
  deaf = false;
  await samples.read([{ id: 'a' }]);
  assert.equal(tracks.all('a').length, 1);
});
