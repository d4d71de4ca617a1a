import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Position, Resource } from '@garance/client';
import { distance_m } from '../src/geodesy.ts';
import { AGEING_MS, STALE_MS, type Unit } from '../src/features.ts';
import { ageOf, roster, SORTS, stateCounts, type Asked } from '../src/roster.ts';

const NOW_MS = 10 * 3_600_000;
const resource = (id: string, name: string, kind: string, state: string): Resource =>
  ({ id, name, kind, state, declared_at: '', state_at: null, geometry: null, moved_at: null, follows: [], conflict: false });
const unit = (of: Resource, position: Position, age_ms: number, source: Unit['source'] = 'track'): Unit =>
  ({ resource: of, position, at_ms: NOW_MS - age_ms, course_deg: null, speed_mps: null, source, series: null });

const resources = [
  resource('v10', 'VSAV 10', 'ambulance', 'available'), resource('v2', 'VSAV 2', 'ambulance', 'engaged'),
  resource('e', 'Équipe digue', 'team', 'in-transit'), resource('h', 'Dragon', 'helicopter', 'available'),
];
const units = [unit(resources[0]!, [-0.96, 45.94], 60_000), unit(resources[1]!, [-0.97, 45.94], AGEING_MS + 1), unit(resources[2]!, [-0.9, 45.9], STALE_MS * 3, 'fact')];
const all: Asked = { words: '', state: '', kind: '', age: '', only: null, sort: 'state', from: null };
const ids = (asked: Partial<Asked>): string[] => roster(resources, units, { ...all, ...asked }, NOW_MS).map((row) => row.resource.id);

test('by state, what is at work comes first; by name, as people count', () => {
  assert.deepEqual(ids({}), ['v2', 'e', 'v10', 'h']);
  assert.deepEqual(ids({ sort: 'name' }), ['h', 'e', 'v2', 'v10']);
  assert.deepEqual(ids({ sort: 'freshness' }), ['v10', 'v2', 'e', 'h']);
});

test('by distance, the nearest first and those without a place last', () => {
  const from: Position = [-0.969, 45.94];
  assert.deepEqual(ids({ sort: 'distance', from }), ['v2', 'v10', 'e', 'h']);
  const [first] = roster(resources, units, { ...all, sort: 'distance', from }, NOW_MS);
  assert.ok(Math.abs(first!.away_m! - 77) < 2);
  assert.ok(Math.abs(distance_m([2.3522, 48.8566], [5.3698, 43.2965]) - 660_500) < 1_500);
});

test('any choice narrows the list; accents are forgiven', () => {
  assert.deepEqual(ids({ words: 'equipe' }), ['e']);
  assert.deepEqual(ids({ kind: 'ambulance', state: 'available' }), ['v10']);
  assert.deepEqual(ids({ only: new Set(['h', 'e']) }), ['e', 'h']);
  assert.deepEqual(['fresh', 'ageing', 'stale', 'given', 'nowhere'].map((age) => ids({ age: age as Asked['age'] })), [['v10'], ['v2'], [], ['e'], ['h']]);
});

test('the counts are those of all, whatever is listed, and every order keeps every row', () => {
  assert.deepEqual(stateCounts(resources), [{ state: 'engaged', count: 1 }, { state: 'in-transit', count: 1 }, { state: 'available', count: 2 }]);
  for (const sort of SORTS) assert.equal(ids({ sort }).length, resources.length);
  assert.equal(ageOf(null, NOW_MS), 'nowhere');
});
