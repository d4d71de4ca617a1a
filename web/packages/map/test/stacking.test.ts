import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../src/codes.ts';
import { stacked as place, type Spot } from '../src/stacking.ts';

/** A flat picture, north up. */
const flat = (zoom: number) => ([lon, lat]: [number, number]) => {
  const world = 512 * 2 ** zoom;
  return { x: ((lon + 180) / 360) * world, y: ((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * world };
};
const stacked = (spots: Spot[], zoom: number) => place(spots, flat(zoom));
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

test('no two symbols cover each other, at any zoom', () => {
  const spots = Array.from({ length: 24 }, (_, n) => at(`u${n}`, -0.96 + (n % 5) * 0.0021, 45.94 + ((n * 7) % 6) * 0.0013));
  for (let zoom = 9; zoom <= 17; zoom += 0.5) {
    const places = stacked(spots, zoom);
    const drawn = spots.map(({ id, position }) => {
      const { x, y } = flat(zoom)(position);
      return { x: x + places.get(id)!.right_px, y: y + places.get(id)!.down_px };
    });
    drawn.forEach((a, i) => drawn.slice(i + 1).forEach((b) => assert.ok(Math.abs(a.x - b.x) > 50 || Math.abs(a.y - b.y) > 25, `zoom ${zoom}`)));
  }
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
