import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Polygon, Position } from '@garance/client';
import {
  canComplete, completed, draftOf, emptyDraft, geometryOf, handlesOf, handleMoved, placed, previewOf, readingsOf, shifted, swept, without, type Draft,
} from '../src/drafting.ts';
import { circleOf, polygonOf } from '../src/figures.ts';

const A: Position = [-1, 46];
const B: Position = [-0.99, 46];
const C: Position = [-0.99, 46.01];
const give = (draft: Draft, ...places: Position[]): Draft => places.reduce(placed, draft);

test('a zone closes with three corners, a line with two, never with fewer', () => {
  const two = give(emptyDraft('polygon'), A, B);
  assert.ok(!canComplete(two) && completed(two) === two && geometryOf(two) === null);
  const zone = geometryOf(completed(give(two, C)));
  assert.deepEqual(zone, { type: 'Polygon', coordinates: [[A, B, C, A]] });
  assert.equal(geometryOf(completed(give(emptyDraft('linestring'), A, A))), null, 'the same place twice is one place');
  assert.deepEqual(geometryOf(completed(give(emptyDraft('linestring'), A, B))), { type: 'LineString', coordinates: [A, B] });
  assert.deepEqual(geometryOf(give(emptyDraft('point'), A)), { type: 'Point', coordinates: A });
});

test('a circle and a sector take two places, a rectangle too', () => {
  const circle = give(emptyDraft('circle'), A, B);
  assert.ok(circle.done && circle.figure?.form === 'circle');
  assert.ok(Math.abs(circle.figure.radius_m - 772.4) < 1);
  const sector = give(emptyDraft('sector'), A, B);
  assert.ok(sector.figure?.form === 'sector' && sector.figure.from_deg === 75 && sector.figure.to_deg === 105);
  assert.equal((geometryOf(give(emptyDraft('polygon', 'rectangle'), A, C)) as Polygon).coordinates[0]!.length, 5);
});

test('what is seen before the next click is what the click will make', () => {
  const draft = give(emptyDraft('circle'), A);
  assert.deepEqual(previewOf(draft, B), geometryOf(placed(draft, B)));
  const readings = readingsOf(draft, B);
  assert.ok(Math.abs(readings.radius_m! - 772.4) < 1);
  const line = readingsOf(give(emptyDraft('linestring'), A), B);
  assert.ok(Math.abs(line.bearing_deg! - 90) < 0.1 && Math.abs(line.stretch_m! - 772.4) < 1 && Math.abs(line.length_m! - 772.4) < 1);
});

test('a sweep keeps few vertices and closes', () => {
  const path = Array.from({ length: 400 }, (_, i): Position => [-1 + 0.01 * Math.cos((i * Math.PI) / 200), 46 + 0.01 * Math.sin((i * Math.PI) / 200)]);
  const draft = swept(emptyDraft('polygon', 'freehand'), path, 3);
  assert.ok(draft.done && draft.trace.length >= 10 && draft.trace.length <= 80, String(draft.trace.length));
});

test('a vertex moves, a middle becomes one, one too many goes; never below what the shape needs', () => {
  const zone = completed(give(emptyDraft('polygon'), A, B, C));
  const handles = handlesOf(zone, A);
  assert.deepEqual(handles.map(({ id }) => id), ['vertex-0', 'vertex-1', 'vertex-2', 'middle-0', 'middle-1', 'middle-2', 'whole-0']);
  assert.deepEqual(handleMoved(zone, handles[1]!, [-0.98, 46]).trace, [A, [-0.98, 46], C]);
  const four = handleMoved(zone, handles[5]!, [-1.01, 46.01]);
  assert.deepEqual(four.trace, [A, B, C, [-1.01, 46.01]]);
  assert.equal(without(four, 3).trace.length, 3);
  assert.equal(without(zone, 0), zone);
});

test('a whole moves with its holes; a figure keeps its numbers', () => {
  const hole: Position[] = [[-0.995, 46.002], [-0.994, 46.002], [-0.994, 46.003], [-0.995, 46.002]];
  const zone = draftOf({ type: 'Polygon', coordinates: [[A, B, C, A], hole] }, null);
  const gone = geometryOf(shifted(zone, A, [-2, 46])) as Polygon;
  assert.deepEqual(gone.coordinates[1]![0], [-1.995, 46.002]);
  const circle = circleOf(A, 300);
  const held = draftOf(polygonOf(circle), circle);
  const there = handleMoved(held, handlesOf(held, A)[0]!, B);
  assert.deepEqual(there.figure, { form: 'circle', centre: B, radius_m: 300 });
});
