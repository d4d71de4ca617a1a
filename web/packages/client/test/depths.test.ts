import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelAt, UNKNOWN, type DepthFrame } from '../src/depths.ts';

const frame: DepthFrame = { width: 2, height: 2, levels: Uint8Array.from([10, 20, 30, UNKNOWN]), bbox: [-2, 45, 0, 47] };

test('the level of a place is that of its pixel, north at the top', () => {
  assert.equal(levelAt(frame, [-1.5, 46.8]), 10);
  assert.equal(levelAt(frame, [-0.5, 46.8]), 20);
  assert.equal(levelAt(frame, [-1.5, 45.2]), 30);
  assert.equal(levelAt(frame, [-0.5, 45.2]), UNKNOWN);
});

test('the middle row is that of the projection, a little north of the middle latitude', () => {
  assert.equal(levelAt(frame, [-1.5, 46.0]), 30);
  assert.equal(levelAt(frame, [-1.5, 46.02]), 10);
});

test('outside the picture nothing is said', () => {
  for (const place of [[-2.01, 46], [0.01, 46], [-1, 47.01], [-1, 44.99]] as [number, number][]) assert.equal(levelAt(frame, place), null);
});
