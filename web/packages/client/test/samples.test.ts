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
  await new Samples(api, 'x', tracks, () => undefined).read([{ id: 's', kind: 'water-level' }]);
  assert.deepEqual(tracks.all('s').map(([, value]) => value), [0, 1, 2, 3, 4, 5]);
});

test('after a cut only what it hid is read, although the stream spoke first again', async () => {
  const { api, asked, held } = server([0, 1, 2].map(minute));
  const tracks = new Tracks();
  const samples = new Samples(api, 'x', tracks, () => undefined);
  await samples.read([{ id: 's', kind: 'water-level' }]);
  tracks.add('s', [minute(3)]);
  samples.cut();
  held.push(...[3, 4, 5, 6].map(minute));
  tracks.add('s', [minute(6)]);
  asked.length = 0;
  await samples.read([{ id: 's', kind: 'water-level' }]);
  assert.deepEqual(tracks.all('s').map(([, value]) => value), [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(asked[0], new Date(3 * 60_000).toISOString());
});

test('a series that cannot be read now does not stop the next, and is read later', async () => {
  const tracks = new Tracks();
  let deaf = true;
  const { api } = server([minute(0)]);
  const samples = new Samples({ samples: (situation, query) => (deaf && query['series'] === 'a' ? Promise.reject(new Error()) : api.samples(situation, query)) }, 'x', tracks, () => undefined);
  await samples.read([{ id: 'a', kind: 'water-level' }, { id: 'b', kind: 'water-level' }]);
  assert.deepEqual([tracks.all('a').length, tracks.all('b').length], [0, 1]);
  deaf = false;
  await samples.read([{ id: 'a', kind: 'water-level' }]);
  assert.equal(tracks.all('a').length, 1);
});

test('of many units only the last hour is read at first; what is gone back to is read around that instant', async () => {
  const tracks = new Tracks();
  const asked: Record<string, string>[] = [];
  const held: Sample[] = Array.from({ length: 180 }, (_, n) => [n * 60_000, n / 100, 45, 0, 10, 90]);
  const within = ({ from, to }: Record<string, string>) => held.filter(([at_ms]) => (!from || at_ms! >= Date.parse(from)) && (!to || at_ms! < Date.parse(to)));
  const api = { samples: (_situation: string, query: Record<string, string>) => {
    asked.push(query);
    return Promise.resolve({ series: query['series']!, columns: [], samples: within(query), next: null });
  } };
  const samples = new Samples(api, 'x', tracks, () => undefined);
  const series = [...Array.from({ length: 300 }, (_, n) => ({ id: `u${n}`, kind: 'position' })), { id: 'sea', kind: 'water-level' }];
  await samples.read(series, 180 * 60_000);
  assert.equal(asked[0]!['series'], 'sea', 'gauges first');
  assert.equal(tracks.all('u7')[0]![0], 120 * 60_000);
  assert.deepEqual([tracks.at('u7', 30 * 60_000), tracks.sharpAt('u7', 30 * 60_000)], [null, false]);
  asked.length = 0;
  await samples.around(['u7'], 30 * 60_000);
  await samples.around(['u7'], 31 * 60_000);
  assert.equal(asked.length, 1, 'what is known is not asked again');
  assert.equal(tracks.at('u7', 30 * 60_000)![0], 30 * 60_000);
  assert.equal(tracks.between('u7', 20 * 60_000, 30 * 60_000).length, 11);
});

test('positions held stay bounded however long the night; the latest are whole, the older coarser, none invented', () => {
  const tracks = new Tracks();
  const night = 12 * 3_600;
  for (let s = 0; s < night; s += 60) tracks.add('a', Array.from({ length: 60 }, (_, n): Sample => [(s + n) * 1000, n, 45, 0, 0, 0]));
  const held = tracks.all('a');
  assert.ok(held.length <= 40_000 && held.length > 10_000, String(held.length));
  assert.ok(held.every((sample, at) => at === 0 || sample[0]! > held[at - 1]![0]!));
  const last = held.slice(-5_000);
  assert.ok(last.every((sample, at) => at === 0 || sample[0]! - last[at - 1]![0]! === 1000), 'nothing left out of the last hour');
  assert.equal(held[0]![0], 0, 'the beginning is still there');
  assert.ok(!tracks.sharpAt('a', 0) && tracks.sharpAt('a', night * 1000));
});

test('a thousand units keep a share each', () => {
  const tracks = new Tracks();
  for (let minute_ = 0; minute_ < 720; minute_ += 1) for (let n = 0; n < 1_000; n += 1) tracks.add(`u${n}`, [[minute_ * 60_000, n, 45, 0, 0, 0]]);
  let total = 0;
  for (let n = 0; n < 1_000; n += 1) total += tracks.all(`u${n}`).length;
  assert.ok(total <= 1_000 * 720 && tracks.all('u0').length >= 360);
});
