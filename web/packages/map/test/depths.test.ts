import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coloursOf } from '../src/depths.ts';
import { paletteOf } from '../src/palette.ts';

const at = (colours: Uint8ClampedArray, level: number): number[] => [...colours.slice(level * 4, level * 4 + 4)];

test('each class of depth has its own colour in every theme; dry and unknown have none', () => {
  for (const theme of ['dark', 'light', 'contrast'] as const) {
    const colours = coloursOf(paletteOf(theme).depths);
    assert.deepEqual([at(colours, 0)[3], at(colours, 1)[3], at(colours, 255)[3]], [0, 0, 0]);
    assert.deepEqual(at(colours, 2), at(colours, 9), 'from 10 to 45 cm');
    assert.equal(new Set([2, 10, 20, 40].map((level) => at(colours, level).join())).size, 4, '0.1, 0.5, 1 and 2 m');
    assert.deepEqual(at(colours, 40), at(colours, 254));
  }
});
