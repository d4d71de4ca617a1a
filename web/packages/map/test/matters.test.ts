/** What is followed on boards, on the map: what has a place and is not over, its state, its sign, where it stands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Picture, Thing } from '@garance/client';
import { gravityOf, isOver, matterAreas, mattersOf, matterSigns, matterSpots } from '../src/matters.ts';
import { outlineOf, signOfMatter } from '../src/matter_signs.ts';
import { NATURES, naturesFor } from '../src/natures.ts';
import { selectionsOf } from '../src/under.ts';

const said = (value: Record<string, unknown>): Thing['said'][string] => ({ value }) as unknown as Thing['said'][string];
const thing = (kind: string, id: string, aspects: Record<string, Record<string, unknown>>): Thing =>
  ({ kind, id, ended: false, said: Object.fromEntries(Object.entries(aspects).map(([aspect, value]) => [aspect, said(value)])) }) as unknown as Thing;
const point = { type: 'Point', coordinates: [1, 46] };
const square = { type: 'Polygon', coordinates: [[[0, 45], [1, 45], [1, 46], [0, 46], [0, 45]]] };
const picture = (things: Thing[], shapes: unknown[] = []): Picture => ({ things, shapes }) as unknown as Picture;

test('what has a place is on the map until it is over; a nature gives its gravity to whom nobody gave one', () => {
  const fire = thing('incident', 'i1', { description: { nature: 'fire', title: 'Feu', geometry: point } });
  const done = thing('incident', 'i2', { description: { nature: 'fire', title: 'Éteint', geometry: point }, evolution: { evolution: 'over' } });
  const nowhere = thing('incident', 'i3', { description: { nature: 'fire', title: 'Ailleurs' } });
  const [only, ...others] = mattersOf(picture([fire, done, nowhere, thing('toll', 's', {})]));
  assert.deepEqual([only?.id, only?.what, only?.state, only?.severity, others.length], ['i1', 'fire', 'reported', 3, 0]);
  assert.equal(gravityOf(thing('incident', 'i', { description: { nature: 'fire', severity: 5 } })), 5);
  assert.equal(isOver(done), true);
});

test('a zone lies where its drawing does, at the time shown, with its sign inside it', () => {
  const zone = thing('zone', 'z', { description: { name: 'Secteur B', measure: 'evacuation', shape: 'd' }, state: { state: 'under-way' } });
  assert.deepEqual(mattersOf(picture([zone])), []);
  const found = mattersOf(picture([zone], [{ id: 'd', geometry: square }]));
  assert.equal(matterAreas(found).features[0]?.properties['state'], 'under-way');
  const [lon, lat] = matterSpots(found)[0]!.position;
  assert.ok(lon > 0 && lon < 1 && lat > 45 && lat < 46);
  assert.deepEqual(matterSigns(found, new Map([['z', { right_px: 0, down_px: 0, beside: false, letters: 0 }]]), () => '48').features[0]?.properties['told'], '', 'no room for its name, nor for what it tells');
  const signs = matterSigns(found, new Map(), () => '48 sur 120').features;
  assert.equal(signs[0]?.properties['told'], '48 sur 120');
  assert.deepEqual(selectionsOf(signs), [{ kind: 'zone', id: 'z' }]);
});

test('gravity has a shape of its own; every nature has a sign and a place to lie', () => {
  assert.deepEqual([1, 2, 3, 4, 5].map((level) => outlineOf('incident', level)), ['circle', 'diamond', 'triangle', 'octagon', 'octagon']);
  for (const { id, on } of NATURES) assert.ok(signOfMatter('incident', id).length > 5 && on.length > 0, id);
});

test('a nature is found by what people type, without accents, the likeliest first', () => {
  assert.equal(naturesFor('embacle')[0]?.id, 'log-jam');
  assert.equal(naturesFor('route c')[0]?.id, 'road-cut');
  assert.equal(naturesFor('feu for')[0]?.id, 'wildfire');
  assert.equal(naturesFor('inond')[0]?.id, 'flooded-area');
  assert.deepEqual(naturesFor('zzz'), []);
  assert.equal(naturesFor('').length, NATURES.length);
});
