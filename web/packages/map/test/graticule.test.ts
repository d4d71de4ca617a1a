import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graticule } from '../src/graticule.ts';
import type { Grid } from '../src/grids.ts';
import { selectionsOf } from '../src/under.ts';

const WINDS = { east: 'E', west: 'O', north: 'N', south: 'S' };
const ROCHEFORT = [-1.0, 45.9, -0.9, 45.96] as const;

const texts = (grid: Grid, box: readonly [number, number, number, number]): string[] =>
  graticule(grid, box, WINDS).features.flatMap(({ properties }) => ('text' in properties ? [String(properties['text'])] : []));

test('degrees: as many lines as words, in even steps, west said as west', () => {
  const found = graticule('degrees', ROCHEFORT, WINDS).features;
  const lines = found.filter(({ geometry }) => geometry.type === 'LineString');
  assert.equal(lines.length, found.length / 2);
  assert.ok(lines.length >= 4 && lines.length <= 22);
  assert.ok(texts('degrees', ROCHEFORT).includes('0°58′ O'));
  assert.ok(texts('degrees', ROCHEFORT).includes('45°56′ N'));
  assert.deepEqual(texts('degrees', [-0.5, 45.5, 1.5, 46.5]).filter((text) => text.startsWith('0°00')), ['0°00′ E']);
});

test('UTM: kilometres of the zone of the middle', () => {
  const found = texts('utm', ROCHEFORT);
  assert.ok(found.includes('658 E') && found.includes('5088 N'), String(found));
  assert.deepEqual(texts('utm', [-20, 30, 20, 60]), []);
});

test('DFCI: each square of the view wears its code', () => {
  const found = texts('dfci', ROCHEFORT);
  assert.ok(found.includes('DG40C4'), String(found));
  assert.equal(new Set(found).size, found.length);
  assert.ok(texts('dfci', [-5, 42, 8, 51]).includes('DG'));
  assert.deepEqual(texts('dfci', [55, -21, 56, -20]), []);
});

test('no grid draws nothing', () => {
  assert.deepEqual(graticule('none', ROCHEFORT, WINDS).features, []);
});

const drawn = (type: string, kind: string, id: string): { geometry: { type: string }; properties: Record<string, unknown> } => ({ geometry: { type }, properties: { kind, id } });

test('what stands hides what lies under it, and each thing is told once', () => {
  const zone = drawn('Polygon', 'shape', 'z');
  assert.deepEqual(selectionsOf([drawn('Point', 'resource', 'a'), drawn('Point', 'entry', 'b'), drawn('Point', 'resource', 'a'), zone]), [{ kind: 'resource', id: 'a' }, { kind: 'entry', id: 'b' }]);
  assert.deepEqual(selectionsOf([zone, drawn('LineString', 'shape', 'l'), zone]), [{ kind: 'shape', id: 'z' }, { kind: 'shape', id: 'l' }]);
  assert.deepEqual(selectionsOf([]), []);
});
