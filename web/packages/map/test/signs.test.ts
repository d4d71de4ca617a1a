/** The French charter as the node gives it: every symbol is drawn in every state, on both grounds; and what a drawing wears on the map. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Geometry, Shape } from '@garance/client';
import { drawingOf, holdCharter, plainText, signedBy, signedShape, toolOf, type Charter } from '../src/index.ts';
import { endFeatures, signing, signLabel } from '../src/signing.ts';

const charter = JSON.parse(readFileSync(new URL('../../../../src/garance/symbols/french-civil-security.json', import.meta.url), 'utf8')) as Charter;
holdCharter(charter);

const LINE: Geometry = { type: 'LineString', coordinates: [[0, 46], [0.1, 46]] };
const shape = (id: string, geometry: Geometry, more: Partial<Shape> = {}): Shape => ({
  id, geometry, figure: null, kind: 'note', name: id, state: 'engaged', valid_until: null, symbol: { set: charter.id, id }, sector: null, course: null, phase: null,
  author: { person: 'p', role: 'dos', organisation: 'o' }, drawn_at: '2010-02-28T02:00:00Z', changed_at: '2010-02-28T02:00:00Z', follows: [], conflict: false, ...more,
});

test('every symbol is drawn, and each state and ground is told apart', () => {
  for (const { id } of charter.symbols) {
    const signed = signedBy({ set: charter.id, id })!;
    const drawn = (['light', 'dark'] as const).flatMap((ground) =>
      ['planned', 'engaged', 'done', 'cancelled'].map((state) => JSON.stringify(drawingOf(signed, { state, text: 'DN 70', ground, halo: ground === 'light' ? '#ffffff' : '#101416' }))));
    assert.equal(new Set(drawn).size, 8, id);
  }
});

test('the role is written beside its colour', () => {
  const { words } = drawingOf(signedBy({ set: charter.id, id: 'vehicle-fire' })!, { state: 'engaged', text: 'FPT 1', ground: 'dark', halo: '#101416' });
  assert.deepEqual(words.map(({ text }) => text), ['FPT 1', 'I']);
});

test('a line by nature dashed is told from one that is only planned', () => {
  const dashes = ['secured-route', 'deviation'].flatMap((id) => ['engaged', 'planned'].map((state) => signing(shape(id, LINE, { state }))['dash']));
  assert.deepEqual(dashes, ['none', 'long', 'long', 'short']);
});

test('an arrow stands at the end of its line and points as it does', () => {
  const [head, ...others] = endFeatures([shape('attack', LINE)], new Set());
  assert.equal(others.length, 0);
  assert.deepEqual(head!.geometry, { type: 'Point', coordinates: [0.1, 46] });
  assert.ok(Math.abs(Number(head!.properties['turn'])) < 0.5);
  assert.deepEqual(endFeatures([shape('hose-line', LINE)], new Set()), []);
});

test('words go on the symbol or beside it, the letter of the role before those of a line', () => {
  const point: Geometry = { type: 'Point', coordinates: [0, 46] };
  const symbol = (id: string): Partial<Shape> => ({ symbol: { set: charter.id, id, text: 'A 1' } });
  assert.equal(signLabel(shape('command-post', point, symbol('command-post'))), '');
  assert.equal(signLabel(shape('hydrant', point, symbol('hydrant'))), 'A 1');
  assert.equal(signLabel(shape('hose-line', LINE, symbol('hose-line'))), 'E · A 1');
});

test('a symbol that is not known, or not of such a geometry, is drawn by its kind', () => {
  assert.equal(signedBy({ set: 'elsewhere', id: 'hydrant' }), null);
  assert.equal(signedShape(shape('hydrant', LINE)), null);
  assert.equal(signing(shape('hydrant', LINE))['sign'], '');
  assert.equal(signLabel(shape('hydrant', LINE)), null);
});

test('a symbol is traced as its first place says', () => {
  const tools = ['hydrant', 'attack', 'plume'].map((id) => toolOf(signedBy({ set: charter.id, id })!.sign));
  assert.deepEqual(tools, ['point', 'linestring', 'polygon']);
});

test('words are one line of forty characters', () => {
  assert.equal(plainText(' a\n\tb\u0000c '), 'a b c');
  assert.equal(plainText('x'.repeat(50)).length, 40);
});
