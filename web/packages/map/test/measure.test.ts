import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Position } from '@garance/client';
import { ahead, along, areaOf, circle, leg, legs, lengthOf, windOf } from '../src/measure.ts';
import { overlaps, type Rectangle } from '../src/rectangle.ts';
import { crossesItself } from '../src/segments.ts';

const close = (found: number, expected: number, tolerance: number): void => assert.ok(Math.abs(found - expected) <= tolerance, `${found} is not ${expected}`);

/** Expected values from PROJ 9's own geodesics (pyproj 3.7.2, WGS 84). */
test('distance and bearing are those of the ellipsoid', () => {
  const far = leg([-0.9598, 45.9373], [2.3499, 48.853]);
  close(far.length_m, 409_196.0089, 0.001);
  close(far.bearing_deg, 36.416564, 1e-6);
  const short = leg([-0.9598, 45.9373], [-0.9498, 45.9473]);
  close(short.length_m, 1355.2639, 0.001);
  close(leg([-0.9498, 45.9473], [-0.9598, 45.9373]).bearing_deg, 360 - 145.094905, 1e-5);
});

test('a place ahead, and a place along a line', () => {
  const [lon, lat] = ahead([-0.9598, 45.9373], 37.5, 1500);
  close(lon, -0.9480229646, 1e-9);
  close(lat, 45.9480058970, 1e-9);
  const line: Position[] = [[-0.97, 45.93], [-0.95, 45.93], [-0.95, 45.94]];
  const total = lengthOf(line);
  close(legs(line).reduce((sum, one) => sum + one.length_m, 0), total, 1e-9);
  const middle = along(line, total / 2);
  close(leg(line[0]!, middle).length_m, total / 2, 0.01);
  assert.deepEqual(along(line, total * 2), line[2]);
});

test('an area is the same whichever way it is drawn', () => {
  const ring: Position[] = [[-0.97, 45.93], [-0.95, 45.93], [-0.95, 45.94], [-0.97, 45.94]];
  for (const points of [ring, ring.toReversed()]) {
    const { area_m2, perimeter_m } = areaOf(points);
    close(area_m2, 1_724_025.17, 0.05);
    close(perimeter_m, 5_325.159, 0.001);
  }
});

test('a circle is closed, round, and nearly as large as its formula', () => {
  const ring = circle([-0.9598, 45.9373], 500);
  assert.deepEqual(ring[0], ring.at(-1));
  for (const point of ring) close(leg([-0.9598, 45.9373], point).length_m, 500, 1e-6);
  close(areaOf(ring.slice(1)).area_m2 / (Math.PI * 500 ** 2), 1, 0.001);
});

test('an outline that crosses itself is known', () => {
  assert.equal(crossesItself([[0, 0], [1, 1], [1, 0], [0, 1]]), true);
  assert.equal(crossesItself([[0, 0], [1, 0], [1, 1], [0, 1]]), false);
  assert.equal(crossesItself([[0, 0], [1, 0], [0.2, 0.2], [0, 1]]), false);
});

test('the winds', () => {
  assert.deepEqual([0, 22, 23, 90, 181, 225, 270, 338].map(windOf), ['n', 'n', 'ne', 'e', 's', 'sw', 'w', 'n']);
});

test('what touches a rectangle of the screen', () => {
  const screen: Rectangle = [10, 10, 20, 20];
  const same = (position: Position): Position => position;
  const line = (...coordinates: Position[]): boolean => overlaps(screen, { type: 'LineString', coordinates }, same);
  const zone = (...ring: Position[]): boolean => overlaps(screen, { type: 'Polygon', coordinates: [[...ring, ring[0]!]] }, same);
  assert.equal(overlaps(screen, { type: 'Point', coordinates: [15, 15] }, same), true);
  assert.equal(overlaps(screen, { type: 'Point', coordinates: [21, 15] }, same), false);
  assert.equal(line([0, 15], [30, 15]), true, 'from side to side, no corner inside');
  assert.equal(line([0, 19], [19, 0]), false, 'past a corner');
  assert.equal(line([9, 12], [12, 9]), true, 'across a corner');
  assert.equal(zone([0, 0], [40, 0], [40, 40], [0, 40]), true, 'all around');
  assert.equal(zone([30, 30], [40, 30], [40, 40]), false);
  assert.equal(zone([12, 12], [14, 12], [13, 14]), true, 'wholly inside');
});
