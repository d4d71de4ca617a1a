import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../src/codes.ts';
import { MOST_ROWS, stacked as place, type Spot } from '../src/stacking.ts';

/** A flat picture, north up. */
const flat = (zoom: number) => ([lon, lat]: [number, number]) => {
  const world = 512 * 2 ** zoom;
  return { x: ((lon + 180) / 360) * world, y: ((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * world };
};
const whole = (spots: Spot[], zoom: number, kept = '') => place(spots, flat(zoom), kept);
const stacked = (spots: Spot[], zoom: number) => whole(spots, zoom).places;
const at = (id: string, lon: number, lat: number, stands = true, letters = 6): Spot => ({ id, position: [lon, lat], stands, letters });

test('what stands alone keeps its place, its name under it', () => {
  const places = stacked([at('a', -0.96, 45.94), at('b', -0.9, 45.9)], 12);
  assert.deepEqual([...places.values()], [{ right_px: 0, down_px: 0, beside: false }, { right_px: 0, down_px: 0, beside: false }]);
});

test('what stands at one place is put in a column, in a stable order, names beside', () => {
  const places = stacked([at('fpt', -0.96, 45.94), at('vsav', -0.96, 45.94), at('bls', -0.96, 45.94)], 12);
  assert.deepEqual(['fpt', 'vsav', 'bls'].map((id) => places.get(id)!.down_px), [0, 27, 54]);
  assert.ok([...places.values()].every(({ beside, right_px }) => beside && right_px === 0));
});

test('neighbours that a wide view brings together part again when one comes near', () => {
  const spots = [at('a', -0.96, 45.94), at('b', -0.958, 45.9405)];
  assert.ok([...stacked(spots, 11).values()].every(({ beside }) => beside));
  assert.ok([...stacked(spots, 16).values()].every(({ beside }) => !beside));
  const moved = stacked(spots, 11).get('b')!;
  assert.ok(moved.right_px < 0 && moved.down_px > 20);
});

/** Where each symbol drawn is on screen. */
function drawnAt(spots: Spot[], zoom: number): { x: number; y: number }[] {
  const { places, crowds } = whole(spots, zoom);
  const at = new Map(spots.map((spot) => [spot.id, flat(zoom)(spot.position)]));
  return [
    ...[...places].map(([id, { right_px, down_px }]) => ({ x: at.get(id)!.x + right_px, y: at.get(id)!.y + down_px })),
    ...crowds.map(({ id, right_px, down_px }) => ({ x: at.get(id)!.x + right_px, y: at.get(id)!.y + down_px })),
  ];
}

test('no two symbols cover each other, at any zoom, and each thing is drawn, counted or a dot', () => {
  const spots = Array.from({ length: 24 }, (_, n) => at(`u${n}`, -0.96 + (n % 5) * 0.0021, 45.94 + ((n * 7) % 6) * 0.0013));
  for (let zoom = 9; zoom <= 17; zoom += 0.5) {
    const { places, crowds, dotted } = whole(spots, zoom);
    assert.equal(places.size + crowds.reduce((sum, { members }) => sum + members.length, 0) + dotted.size, spots.length);
    const drawn = drawnAt(spots, zoom);
    drawn.forEach((a, i) => drawn.slice(i + 1).forEach((b) => assert.ok(Math.abs(a.x - b.x) > 50 || Math.abs(a.y - b.y) > 25, `zoom ${zoom}`)));
  }
});

test('a full column says how many others there are; the one in hand keeps a row', () => {
  const spots = Array.from({ length: 20 }, (_, n) => at(`u${n}`, -0.96, 45.94));
  const { places, crowds } = whole(spots, 14);
  assert.equal(places.size, MOST_ROWS - 1);
  assert.deepEqual([places.get('u0')!.down_px, crowds[0]!.id, crowds[0]!.members.length], [0, 'u0', 20 - MOST_ROWS + 1]);
  const held = whole(spots, 14, 'u17');
  assert.ok(held.places.has('u17') && held.places.get('u0')!.down_px === 0);
  assert.equal(held.places.size + held.crowds[0]!.members.length, 20);
  const drawn = whole([...spots, { ...at('road', -0.96, 45.94), must: true }], 14);
  assert.ok(drawn.places.has('road'), 'what has no dot has a row before the others');
  const signs = Array.from({ length: 30 }, (_, n) => ({ ...at(`s${n}`, -0.96, 45.94), must: true }));
  const full = whole(signs, 14, 's29');
  assert.deepEqual([full.places.size, full.places.has('s29'), full.crowds[0]!.members.length], [MOST_ROWS - 1, true, 30 - MOST_ROWS + 1]);
});

test('the sign of an area steps aside rather than cover another; with no room it stays', () => {
  const area = { ...at('area', -0.96, 45.94), moves: true, bare: true, area: true, must: true };
  const { places } = whole([at('post', -0.96, 45.94), area], 14);
  assert.deepEqual([places.get('post')!.down_px, places.get('area')!.right_px, Math.abs(places.get('area')!.down_px)], [0, 0, 32]);
  const around = Array.from({ length: 121 }, (_, n) => ({ ...at(`p${n}`, -0.96 + ((n % 11) - 5) * 0.0012, 45.94 + (Math.floor(n / 11) - 5) * 0.0006), must: true, moves: true }));
  assert.deepEqual([whole([...around, area], 14).places.get('area')!.right_px, whole([...around, area], 14).places.get('area')!.down_px], [0, 0]);
});

test('a column ends above the foot of the picture, and counts what it has no room for', () => {
  const spots = Array.from({ length: 6 }, (_, n) => at(`u${n}`, -0.96, 45.94));
  const { y } = flat(14)([-0.96, 45.94]);
  const low = place(spots, flat(14), '', [], y + 27 * 3 + 5);
  assert.deepEqual([low.places.size, low.crowds[0]!.down_px, low.crowds[0]!.members], [3, 81, ['u3', 'u4', 'u5']]);
  assert.equal(place(spots, flat(14), '', [], y + 27 * 6).crowds.length, 0);
  assert.equal(place(spots, flat(14), '', [], y - 100).places.size, 1, 'one that begins below has its first row only');
});

test('a long name gathers nothing from afar, nor hides it: what is out of reach stands at its place', () => {
  const spots = [at('a', -0.96, 45.94, true, 60), at('b', -0.96, 45.94, true, 60), at('c', -0.9, 45.94), { ...at('post', -0.91, 45.94), must: true }];
  const { places, dotted, crowds } = whole(spots, 12);
  assert.deepEqual([crowds.length, dotted.size], [0, 0], 'a name touches, no symbol does');
  assert.deepEqual(['a', 'b', 'post', 'c'].map((id) => places.get(id)), [
    { right_px: 0, down_px: 0, beside: true, letters: 24 }, { right_px: 0, down_px: 27, beside: true, letters: 24 }, { right_px: 0, down_px: 0, beside: false }, { right_px: 0, down_px: 0, beside: false },
  ]);
});

test('things all along a road are gathered in many small columns, none far from its place', () => {
  const spots = Array.from({ length: 500 }, (_, n) => at(`u${n}`, -0.96 + n * 0.001, 45.94));
  const { places } = whole(spots, 12);
  assert.ok(places.get('u0')!.right_px === 0 && places.get('u0')!.down_px === 0, 'the first keeps its place');
  assert.ok([...places.values()].every(({ right_px }) => Math.abs(right_px) <= 120));
});

test('what moves is drawn at its place or not at all', () => {
  const { places, dotted } = whole([at('post', -0.96, 45.94), { ...at('car', -0.96, 45.9425), moves: true }, { ...at('bus', -0.9, 45.94), moves: true }], 12);
  assert.deepEqual([...dotted], ['car']);
  const barracks = ['a', 'b', 'c', 'd'].map((id) => ({ ...at(id, -0.96, 45.94), moves: true }));
  assert.deepEqual(whole(barracks, 12).crowds.map(({ id, members }) => [id, members]), [['a', ['b', 'c', 'd']]], 'those at one place are counted under it');
  assert.deepEqual([...whole(barracks.slice(0, 3), 12).dotted], ['b', 'c'], 'a few are dots');
  assert.deepEqual([places.get('post')!.down_px, places.get('bus')!.down_px], [0, 0]);
});

test('among few, what moves is drawn where it covers nothing, without its name when only that has no room', () => {
  const column = ['a', 'b'].map((id) => at(id, -0.96, 45.94, true, 10));
  const car = (lat: number): Spot => ({ ...at('car', -0.96, lat), moves: true, bare: true });
  assert.deepEqual([...whole([...column, car(45.94)], 12).dotted], ['car'], 'over a symbol: a dot');
  assert.equal(whole([...column, car(45.945)], 12).places.get('car')!.letters, 0, 'its name would fall on the column');
  assert.equal(whole([...column, car(45.96)], 12).places.get('car')!.letters, undefined);
  assert.deepEqual(whole([...column, { ...car(45.94), must: true }], 12).places.get('car'), { right_px: 0, down_px: 0, beside: false, letters: 0 });
});

test('the names of a column are cut before what stands on their right', () => {
  const column = ['a', 'b'].map((id) => at(id, -0.96, 45.94, true, 30));
  assert.equal(whole(column, 12).places.get('a')!.letters, 24, 'never longer than a line');
  const gauge = { position: [-0.935, 45.94] as [number, number], west_px: 16, east_px: 96, north_px: 24, south_px: 26 };
  const { places } = place(column, flat(12), '', [gauge]);
  assert.ok(places.get('a')!.letters! > 4 && places.get('a')!.letters! < 20);
  const { dotted } = place([{ ...at('car', -0.933, 45.94), moves: true, bare: true }], flat(12), '', [gauge]);
  assert.deepEqual([...dotted], ['car'], 'nor does what moves cover it');
  const entry = place([at('entry', -0.935, 45.94, false)], flat(12), '', [gauge]).places.get('entry')!;
  assert.ok(entry.right_px < -30, 'what points at it sits on its left');
});

test('ten thousand things are placed once each', () => {
  const spots = Array.from({ length: 10_000 }, (_, n) => at(`u${n}`, -1 + ((n * 7919) % 10_000) / 5_000, 45 + ((n * 104_729) % 10_000) / 5_000));
  const { places, crowds, dotted } = whole(spots, 11);
  assert.equal(places.size + dotted.size + crowds.reduce((sum, { members }) => sum + members.length, 0), 10_000);
});

test('an entry that points at a unit is beside it, several are piled', () => {
  const places = stacked([at('fpt', -0.96, 45.94), at('e1', -0.96, 45.94, false), at('e2', -0.96, 45.94, false), at('e3', -0.9, 45.9, false)], 12);
  assert.deepEqual(places.get('fpt'), { right_px: 0, down_px: 0, beside: false });
  assert.deepEqual(['e1', 'e2', 'e3'].map((id) => places.get(id)!.right_px), [-38, -45, 0]);
});

test('the letters of a unit are its own, or those of its kind; what flies has none', () => {
  assert.equal(codeOf('FPT 1', 'fire-engine'), 'FPT');
  assert.equal(codeOf('CCF4 Tonnay', 'fire-engine'), 'CCF4');
  assert.equal(codeOf('Minibus communal', 'bus'), 'TC');
  assert.equal(codeOf('Équipe digue', 'team'), 'ÉQ');
  assert.equal(codeOf('EPA', 'other'), 'EPA');
  assert.equal(codeOf('Dragon', 'helicopter'), '');
  assert.equal(codeOf('Groupe', 'generator'), 'GEN');
});
