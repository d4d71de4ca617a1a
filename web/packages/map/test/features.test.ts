import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldPicture, Tracks, type Fact, type Picture, type Series } from '@garance/client';
import { unitSpots } from '../src/crowd.ts';
import { boxOf, operationsBox, readingAt, SEEN_MS, spotsOf, STALE_MS, trendAt, unitFeatures, unitsAt } from '../src/features.ts';

const at = (minute: number): string => new Date(Date.UTC(2010, 1, 28, 3, minute)).toISOString();
const fact = (n: number, name: string, minute: number, body: Record<string, unknown>): Fact => ({
  position: n, id: `waaaaaaaaaaaaaaaaaaaa-${n}`, name, situation: 's', mode: 'exercise', occurred_at: at(minute), recorded_at: at(minute), tick: n,
  author: { person: 'p', role: 'dos', organisation: 'o' }, label: { audience: 'partners', sensitivity: 'ordinary' }, refs: [], command: null, body,
});

const picture = foldPicture([
  fact(1, 'resource.declared.v1', 0, { resource: 'heli', name: 'Dragon', kind: 'helicopter', geometry: { type: 'Point', coordinates: [1, 1] } }),
  fact(2, 'series.declared.v1', 0, { series: 'track', name: 'Dragon', kind: 'position', unit: 'deg', resource: 'heli', provenance: 'enregistré' }),
], Infinity, 'occurred');

test('a unit is at its last measured fix, or where someone last said it is', () => {
  const tracks = new Tracks();
  const minute = (n: number): number => Date.parse(at(n));
  assert.deepEqual(unitsAt(picture, tracks, minute(5))[0]!.position, [1, 1]);
  tracks.add('track', [[minute(3), 2, 2, 100, 50, 90]]);
  const [unit] = unitsAt(picture, tracks, minute(5));
  assert.deepEqual([unit!.position, unit!.source, unit!.course_deg], [[2, 2], 'track', 90]);
  assert.equal(unitFeatures([unit!], minute(5)).features[0]!.properties['stale'], 0);
  assert.equal(unitFeatures([unit!], minute(3) + STALE_MS + 1).features[0]!.properties['stale'], 2);
});

test('a gauge shows the worst threshold it has reached, and nothing it has not measured', () => {
  const series: Series = {
    id: 'sea', name: 'Mer', kind: 'water-level', unit: 'm', provenance: '', geometry: null, resource: null, mobile: null, declared_at: at(0),
    thresholds: [{ name: 'haute', value: 3, severity: 'caution' }, { name: 'extrême', value: 4, severity: 'critical' }],
  };
  const tracks = new Tracks();
  assert.equal(readingAt(series, tracks, 99).severity, 'unknown');
  tracks.add('sea', [[10, 2.9], [20, 3], [30, 4.2]]);
  assert.deepEqual([15, 25, 35].map((t) => readingAt(series, tracks, t)).map(({ value, severity, threshold }) => [value, severity, threshold]), [
    [2.9, 'normal', null], [3, 'caution', 'haute'], [4.2, 'critical', 'extrême'],
  ]);
});

test('the box of a polygon holds every vertex', () => {
  assert.deepEqual(boxOf({ type: 'Polygon', coordinates: [[[2, 3], [4, 1], [0, 5], [2, 3]]] }), [0, 1, 4, 5]);
});

test('a measured position says its age when it is no longer fresh, and then no course', () => {
  const tracks = new Tracks();
  const minute = (n: number): number => Date.parse(at(n));
  tracks.add('track', [[minute(3), 2, 2, 100, 50, 90]]);
  const shown = (ms: number) => unitFeatures(unitsAt(picture, tracks, ms), ms, new Map(), () => 'vu').features[0]!.properties;
  assert.deepEqual([shown(minute(4))['seen'], shown(minute(4))['course']], ['', 90]);
  assert.deepEqual([shown(minute(3) + SEEN_MS + 1)['seen'], shown(minute(3) + SEEN_MS + 1)['course']], ['vu', undefined]);
  tracks.add('track', [[minute(9), 2, 2, 0, 0.2, 271]]);
  assert.equal(shown(minute(9))['course'], undefined);
});

test('the way a gauge goes is that of its last half hour, told per hour', () => {
  const tracks = new Tracks();
  const hour = 3_600_000;
  const way = (at_ms: number) => [trendAt('sea', tracks, at_ms)?.way, trendAt('sea', tracks, at_ms)?.per_hour.toFixed(1)];
  assert.equal(trendAt('sea', tracks, hour), null);
  tracks.add('sea', [[0, 1]]);
  assert.equal(trendAt('sea', tracks, hour), null);
  tracks.add('sea', [[hour / 2, 1.5], [hour, 2.5], [1.5 * hour, 2.5], [2 * hour, 1]]);
  assert.deepEqual(way(hour), ['rising', '2.0']);
  assert.deepEqual(way(1.5 * hour), ['steady', '0.0']);
  assert.deepEqual(way(2 * hour), ['falling', '-3.0']);
});

test('the operations are framed by what is drawn, by units alone when nothing is; what flies is always drawn', () => {
  const tracks = new Tracks();
  const units = unitsAt(picture, tracks, Date.parse(at(5)));
  assert.deepEqual(operationsBox(picture, units), [1, 1, 1, 1]);
  assert.equal(operationsBox({ ...picture, resources: [] }, []), null);
  const zone = { id: 'z', geometry: { type: 'Point', coordinates: [3, 3] } } as Picture['shapes'][number];
  assert.deepEqual(operationsBox({ ...picture, shapes: [zone] }, units), [3, 3, 3, 3]);
  const spots = () => spotsOf([], unitSpots({ symbols: unitsAt(picture, tracks, Date.parse(at(5))), crowded: false }, Date.parse(at(5))), []);
  assert.deepEqual(spots().map(({ id, must }) => [id, must]), [['heli', undefined]]);
  tracks.add('track', [[Date.parse(at(3)), 2, 2, 100, 50, 90]]);
  assert.deepEqual(spots().map(({ id, must }) => [id, must]), [['heli', true]]);
});
