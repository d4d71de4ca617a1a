import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Shape } from '@garance/client';
import { lapsedAt, shapeFeatures } from '../src/features.ts';
import { KIND_FAMILIES, kindOf, kindsOn, SHAPE_KINDS, signOf } from '../src/kinds.ts';
import { operationLayers } from '../src/operations.ts';
import { paletteOf } from '../src/palette.ts';
import { readPosition, writePosition } from '../src/positions.ts';

const words = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../../../i18n/${language}.json`, import.meta.url), 'utf8')) as Record<string, string>;

test('every kind has its words in both languages, in the legend too, and every word has its kind', () => {
  const kinds = SHAPE_KINDS.map(({ kind }) => kind);
  assert.equal(new Set(kinds).size, kinds.length);
  for (const language of ['fr', 'en']) {
    const said = words(language);
    assert.deepEqual(Object.keys(said).filter((key) => key.startsWith('shape-kind.')).sort(), kinds.map((kind) => `shape-kind.${kind}`).sort());
    for (const kind of kinds) assert.equal(said[`legend.shapes.${kind}`], said[`shape-kind.${kind}`], kind);
    for (const family of KIND_FAMILIES) assert.ok(said[`kind-family.${family}`], family);
  }
});

test('every kind has a sign of its own, and every tool has kinds', () => {
  assert.equal(new Set(SHAPE_KINDS.map(({ kind }) => signOf(kind))).size, SHAPE_KINDS.length);
  for (const place of ['point', 'line', 'area'] as const) assert.ok(kindsOn(place).length >= 3, place);
  assert.ok(SHAPE_KINDS.every(({ on, family }) => on.length > 0 && KIND_FAMILIES.includes(family)));
  assert.equal(kindOf('of-tomorrow').hue, 'grey', 'a kind that another node knows is still drawn');
});

test('the colour of every kind is in the style of the map', () => {
  for (const theme of ['dark', 'light', 'contrast'] as const) {
    const layer = operationLayers(paletteOf(theme)).find(({ layer: { id } }) => id === 'shape-fills')!.layer;
    const match = (layer.paint as Record<string, unknown>)['fill-color'] as unknown[];
    for (const { kind, hue } of SHAPE_KINDS) assert.equal(match[match.indexOf(kind) + 1], paletteOf(theme)[hue], `${theme} ${kind}`);
  }
});

const shape = (id: string, valid_until: string | null): Shape => ({
  id, geometry: { type: 'Point', coordinates: [0, 0] }, figure: null, kind: 'note', name: id, state: 'engaged', valid_until, symbol: null, sector: null, course: null, phase: null,
  author: { person: 'p', role: 'dos', organisation: 'o' }, drawn_at: '2010-02-28T02:00:00Z', changed_at: '2010-02-28T02:00:00Z', follows: [], conflict: false,
});

test('a drawing lapses at its hour, not before; one without an hour never does; none disappears', () => {
  const shapes = [shape('a', '2010-02-28T03:00:00Z'), shape('b', null), shape('c', '2010-02-28T05:00:00Z')];
  const at = (text: string): string[] => lapsedAt(shapes, Date.parse(text)).map(({ id }) => id);
  assert.deepEqual(at('2010-02-28T02:59:59Z'), []);
  assert.deepEqual(at('2010-02-28T03:00:00Z'), ['a']);
  assert.deepEqual(at('2010-02-28T09:00:00Z'), ['a', 'c']);
  const { features } = shapeFeatures(shapes, new Map(), new Map([['a', 'à revoir depuis 04:00']]));
  assert.deepEqual(features.map(({ properties }) => properties['lapsed']), ['à revoir depuis 04:00', '', '']);
});

test('a place is read as people write it', () => {
  const near = (text: string, lon: number, lat: number): void => {
    const found = readPosition(text);
    assert.ok(found && Math.abs(found[0] - lon) < 1e-4 && Math.abs(found[1] - lat) < 1e-4, `${text}: ${String(found)}`);
  };
  near('45.9412 -0.9623', -0.9623, 45.9412);
  near('45.9412, -0.9623', -0.9623, 45.9412);
  near('45,9412 -0,9623', -0.9623, 45.9412);
  near('45.9412 N 0.9623 W', -0.9623, 45.9412);
  near('45°56\'28"N 0°57\'44"O', -0.96222, 45.94111);
  near(writePosition([-0.9623, 45.9412]), -0.9623, 45.9412);
  for (const text of ['', '45,9', 'quai des Pêcheurs', '95 0', '45 200']) assert.equal(readPosition(text), null, text);
});
