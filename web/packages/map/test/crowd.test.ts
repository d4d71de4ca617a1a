import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tracks, type Position, type Resource } from '@garance/client';
import { chosen, FEW, MOST_SYMBOLS, moving, unitSpots, type Look } from '../src/crowd.ts';
import { DOTS, DOT_SHAPES, inksOf, lookOf, stalenessOf } from '../src/dot_looks.ts';
import { SEEN_MS, STALE_MS, type Unit } from '../src/features.ts';
import { countThings } from '../src/counting.ts';
import { projected, ScreenGrid } from '../src/on_screen.ts';
import { paletteOf } from '../src/palette.ts';
import { thinned, trailFeatures } from '../src/trails.ts';

const unit = (id: string, position: Position, state = 'available', more: Partial<Unit> = {}): Unit => ({
  resource: { id, name: id, kind: 'ambulance', state, declared_at: '', state_at: null, geometry: null, moved_at: null, follows: [], conflict: false } as Resource,
  position, at_ms: 0, course_deg: null, speed_mps: null, source: 'fact', series: null, ...more,
});
const look: Look = { box: [0, 0, 1, 1], centre: [0.5, 0.5], selected: '', followed: '' };
const many = (count: number, state = 'available'): Unit[] => Array.from({ length: count }, (_, n) => unit(`u${n}`, [(n % 100) / 100, Math.floor(n / 100) / 100], state));
const ids = (units: readonly Unit[]): string[] => units.map(({ resource }) => resource.id);

test('few units are all symbols, wherever they are', () => {
  const units = [...many(FEW - 1), unit('away', [9, 9])];
  assert.deepEqual(chosen(units, look, new Set()), { symbols: units, crowded: false });
});

test('from near, all those in view are symbols', () => {
  const near = { ...look, box: [0.2, 0.2, 0.25, 0.25] as const };
  const { symbols, crowded } = chosen(many(10_000), near, new Set());
  assert.equal(crowded, false);
  assert.ok(symbols.length > 10 && symbols.length <= FEW);
});

test('among many, the symbols are for the one in hand, those at work, those near the middle', () => {
  const units = [...many(5_000), unit('far and engaged', [0.99, 0.99], 'engaged'), unit('in hand', [9, 9], 'released')];
  const { symbols, crowded } = chosen(units, { ...look, selected: 'in hand' }, new Set());
  assert.deepEqual([crowded, symbols.length, symbols[0]!.resource.id], [true, MOST_SYMBOLS, 'in hand']);
  assert.ok(ids(symbols).includes('far and engaged'));
});

test('one that has its symbol keeps it while all move a little', () => {
  const before = chosen(many(5_000), look, new Set()).symbols;
  const nudged = many(5_000).map((one) => ({ ...one, position: [one.position[0] + 0.004, one.position[1] - 0.004] as Position }));
  const after = chosen(nudged, look, new Set(ids(before))).symbols;
  assert.deepEqual(ids(after).sort(), ids(before).sort());
});

test('what moves is never put aside; among few it may go without its name, and what flies is always drawn', () => {
  const now_ms = 1_000;
  const car = unit('car', [0, 0], 'engaged', { source: 'track', course_deg: 90, at_ms: now_ms });
  assert.equal(moving(car, now_ms), true);
  assert.equal(moving(car, now_ms + SEEN_MS + 1), false, 'silent, it stands where it was last seen');
  const [spot] = unitSpots({ symbols: [car], crowded: false }, now_ms);
  assert.deepEqual([spot!.moves, spot!.bare, spot!.must], [true, true, false]);
  const heli = { ...car, resource: { ...car.resource, kind: 'helicopter' } };
  assert.equal(unitSpots({ symbols: [heli], crowded: false }, now_ms)[0]!.must, true);
  assert.equal(unitSpots({ symbols: [car], crowded: true }, now_ms)[0]!.moves, true);
});

test('each state has its own shape and colour, fainter as the position ages', () => {
  const looks = Object.keys(DOTS).map((state) => lookOf(unit('a', [0, 0], state), 0).slice(0, 2).join());
  assert.equal(new Set(looks).size, looks.length);
  assert.ok(Object.values(DOTS).every(({ shape }) => DOT_SHAPES.includes(shape)));
  const old = unit('a', [0, 0], 'engaged', { source: 'track' });
  assert.deepEqual([0, STALE_MS, STALE_MS + 1].map((now_ms) => stalenessOf(old, now_ms)), [0, 1, 2]);
  assert.ok(lookOf(old, STALE_MS + 1)[2] < lookOf(old, 0)[2]);
  for (const theme of ['dark', 'light', 'contrast'] as const) assert.ok(inksOf(paletteOf(theme)).every((value) => value >= 0 && value <= 1));
});

test('the point under the pointer is found among ten thousand, and none when none is near', () => {
  const places = new Float32Array(10_000 * 3);
  for (let n = 0; n < 10_000; n += 1) places.set([((n % 100) - 50) / 50, (Math.floor(n / 100) - 50) / 50, 0], n * 3);
  const flat = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const screen = projected(places, 3, 10_000, flat, 1000, 1000);
  const grid = new ScreenGrid(screen, 1000, 1000);
  assert.equal(grid.inside, 10_000);
  for (const n of [0, 99, 4_321, 9_999]) assert.equal(grid.nearest(screen[n * 2]! + 3, screen[n * 2 + 1]! - 3, 9), n);
  assert.equal(grid.nearest(-200, 500, 9), -1);
  assert.ok(Number.isNaN(projected(new Float32Array([0, 0, 5]), 3, 1, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -1, 0, 0, 0, 1], 10, 10)[0]), 'behind the camera');
});

test('a thing over several tiles, or in several layers, is counted once', () => {
  assert.equal(countThings([{ properties: { id: 'a' } }, { properties: { id: 'a' } }, { properties: { id: 'b' } }]), 2);
  assert.equal(countThings([{ id: 1, sourceLayer: 'x', properties: {} }, { id: 1, sourceLayer: 'y', properties: {} }]), 2);
});

test('a trail is as long as asked and never more than a screen shows', () => {
  const tracks = new Tracks();
  tracks.add('s', Array.from({ length: 7_200 }, (_, n) => [n * 1000, n / 10_000, 45]));
  const seen = unit('a', [0, 0], 'engaged', { source: 'track', series: 's' });
  const points = (length: 'off' | 'short' | 'hour'): number[][] => (trailFeatures([seen], tracks, 7_199_000, length).features[0]?.geometry.coordinates ?? []) as number[][];
  assert.deepEqual(points('off'), []);
  assert.equal(points('hour').length, 400);
  assert.ok(points('hour')[0]![0]! < points('short')[0]![0]!);
  assert.deepEqual(points('hour').at(-1), points('short').at(-1), 'the last position is always there');
  assert.equal(thinned([[1], [2]], 10).length, 2);
});
