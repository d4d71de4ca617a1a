import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Position } from '@garance/client';
import { namePoint } from '../src/naming.ts';

test('the name of a crescent is written in its flesh, not in its hollow', () => {
  const ring: Position[] = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 8], [8, 8], [8, 2], [0, 2], [0, 0]];
  const [lon, lat] = namePoint({ type: 'Polygon', coordinates: [ring] });
  assert.ok(lat < 2 || lat > 8 || lon > 8, `${lon} ${lat}`);
});

test('the name of a plain zone is near its middle, and of a line halfway along', () => {
  const [lon, lat] = namePoint({ type: 'Polygon', coordinates: [[[-1, 45], [-0.9, 45], [-0.9, 45.07], [-1, 45.07], [-1, 45]]] });
  assert.ok(Math.abs(lon + 0.95) < 0.01 && Math.abs(lat - 45.035) < 0.01);
  assert.deepEqual(namePoint({ type: 'LineString', coordinates: [[0, 0], [1, 0], [4, 0]] }), [2, 0]);
  assert.deepEqual(namePoint({ type: 'Point', coordinates: [3, 4] }), [3, 4]);
});
