import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Geometry, Position, Shape } from '@garance/client';
import { hindrances } from '../src/hindrance.ts';

const M = 1 / 111_195;
/** A place so many metres east and north of a corner on the equator. */
const at = (x_m: number, y_m: number): Position => [x_m * M, y_m * M];
const drawn = (id: string, kind: string, geometry: Geometry): Shape => ({ id, kind, name: id, state: 'engaged', geometry }) as Shape;
const square = (x: number, y: number, side: number): Position[] => [at(x, y), at(x + side, y), at(x + side, y + side), at(x, y + side), at(x, y)];
const area = (id: string, kind: string, ...rings: Position[][]): Shape => drawn(id, kind, { type: 'Polygon', coordinates: rings });
const way = [at(0, 0), at(1000, 0), at(1000, 1000)];
const met = (...shapes: Shape[]): string[] => hindrances(way, shapes).map(({ id }) => id);

test('a way meets the areas it goes through, even between two of its points, and no others', () => {
  assert.deepEqual(met(area('across', 'flooded-area', square(400, -50, 100)), area('end', 'perimeter', square(950, 950, 200)), area('aside', 'flooded-area', square(300, 300, 100))), ['across', 'end']);
  assert.deepEqual(met(area('all', 'plume', square(-500, -500, 3000))), ['all']);
  assert.deepEqual(met(area('around', 'flooded-area', square(-500, -500, 3000), square(-100, -100, 1300))), [], 'dry ground in the middle of the water');
});

test('a cut drawn across the road, along it or as a point beside it is met; one on the next street is not', () => {
  const line = (id: string, ...points: Position[]): Shape => drawn(id, 'road-cut', { type: 'LineString', coordinates: points });
  const point = (id: string, place: Position, kind = 'road-cut'): Shape => drawn(id, kind, { type: 'Point', coordinates: place });
  assert.deepEqual(met(line('across', at(500, -20), at(500, 20)), line('along', at(200, 8), at(400, 8)), line('next', at(200, 60), at(400, 60))), ['across', 'along']);
  assert.deepEqual(met(point('on', at(700, 15)), point('far', at(700, 80)), point('breach', at(1010, 400), 'breach')), ['on', 'breach']);
});

test('what closes no road is no hindrance', () => {
  assert.deepEqual(met(area('school', 'evacuation-zone', square(400, -50, 100)), drawn('post', 'command-post', { type: 'Point', coordinates: at(500, 0) })), []);
});
