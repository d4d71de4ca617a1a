import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exaggerationOf, reliefIn, tilesOver } from '../src/relief.ts';

test('a marsh is raised threefold, cliffs a little, mountains not at all', () => {
  assert.equal(exaggerationOf({ low_m: 0, high_m: 19 }), 3);
  assert.equal(exaggerationOf({ low_m: 0, high_m: 0 }), 3);
  assert.equal(exaggerationOf({ low_m: 2, high_m: 112 }), 1.5);
  assert.equal(exaggerationOf({ low_m: 0, high_m: 1100 }), 1);
});

test('one pylon or one hole in the grid does not flatten a country; the sea bed counts for sea level', () => {
  const heights = [...Array<number>(500).fill(5), ...Array<number>(480).fill(12), -40, 900];
  assert.deepEqual(reliefIn(heights), { low_m: 5, high_m: 12 });
  assert.deepEqual(reliefIn(Array<number>(10).fill(-30)), { low_m: 0, high_m: 0 });
  assert.deepEqual(reliefIn([]), { low_m: 0, high_m: 0 });
});

test('a commune is read in a handful of tiles, which hold it', () => {
  for (const box of [[-1.13, 45.9, -0.93, 45.995], [7.38, 43.71, 7.46, 43.77], [-3, 46.2, -0.5, 48], [0, 0, 0, 0]] as const) {
    const tiles = tilesOver(box);
    assert.ok(tiles.length >= 1 && tiles.length <= 9, `${box.join()}: ${tiles.length}`);
    const z = tiles[0]!.z;
    assert.ok(tiles.some(({ x }) => x === Math.floor(((box[0] + 180) / 360) * 2 ** z)));
    assert.ok(tiles.some(({ x }) => x === Math.floor(((box[2] + 180) / 360) * 2 ** z)));
  }
});
