/** What passes by: drawn while it is heard, apart from means. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tracks, type Picture, type Series } from '@garance/client';
import { trafficAt, trafficFeatures } from '../src/traffic.ts';

const series = (id: string, said: Partial<Series> = {}): Series => ({
  id, name: id, kind: 'position', unit: 'deg', provenance: 'AIS', thresholds: [], geometry: null, resource: null, mobile: null, declared_at: '2026-01-14T02:00:00Z', ...said,
});
const NOW_MS = 10_000_000;
const MINUTE_MS = 60_000;

function tracks(...heard: [string, number, number][]): Tracks {
  const made = new Tracks();
  for (const [id, minutes, speed] of heard) made.add(id, [[NOW_MS - minutes * MINUTE_MS, -1, 46, null, speed, 90]] as never);
  return made;
}

test('only what belongs to no means, and is still heard, passes by', () => {
  const picture = { series: [series('ship'), series('gone'), series('mine', { resource: 'r' }), series('level', { kind: 'water-level' })] } as unknown as Picture;
  const found = trafficAt(picture, tracks(['ship', 3, 5], ['gone', 31, 5], ['mine', 0, 5], ['level', 0, 5]), NOW_MS);
  assert.deepEqual(found.map((passer) => passer.series.id), ['ship']);
  assert.deepEqual(found[0]!.position, [-1, 46]);
});

test('it says its age once it is not fresh, and no course when it does not move', () => {
  const picture = { series: [series('ship'), series('moored'), series('late')] } as unknown as Picture;
  const passers = trafficAt(picture, tracks(['ship', 0, 5], ['moored', 1, 0.2], ['late', 12, 5]), NOW_MS);
  const said = trafficFeatures(passers, NOW_MS, () => 'il y a un moment').map(({ properties }) => [properties['id'], properties['seen'], properties['old'], properties['course']]);
  assert.deepEqual(said, [['ship', '', false, 90], ['moored', '', false, undefined], ['late', 'il y a un moment', true, 90]]);
});
