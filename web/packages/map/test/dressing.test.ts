import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LayerSpecification } from 'maplibre-gl';
import { DEFAULT_ORDER, inOrder, moved, readOpacity, strengthOf, weakened, wholeOrder, writeOpacity, writeOrder } from '../src/dressing.ts';
import { familyOf, type GroupId } from '../src/groups.ts';
import { operationLayers } from '../src/operations.ts';
import { paletteOf } from '../src/palette.ts';
import type { Grouped } from '../src/styling.ts';

const fill = (group: GroupId, id: string): Grouped => ({ group, layer: { id, type: 'fill', source: 's', paint: { 'fill-opacity': 0.5 } } });
const word = (group: GroupId, id: string): Grouped => ({ group, layer: { id, type: 'symbol', source: 's' } });
const ids = (style: readonly Grouped[]): string[] => style.map(({ layer }) => layer.id);

const style: Grouped[] = [fill('population', 'people'), fill('water', 'sea'), fill('risk-zones', 'risk'), fill('past-extent', 'past'), fill('roads', 'roads'), word('risk-zones', 'risk-word'), word('roads', 'road-word'), word('sites', 'site')];

test('the usual order leaves the style as it is made', () => {
  assert.deepEqual(ids(inOrder(style, DEFAULT_ORDER)), ids(style));
});

test('a group moved up passes over its family, surfaces among surfaces, words among words', () => {
  const order = ['risk-zones', ...DEFAULT_ORDER.filter((id) => id !== 'risk-zones')] as GroupId[];
  const moved = ids(inOrder(style, order));
  assert.deepEqual(moved, ['people', 'sea', 'past', 'risk', 'roads', 'site', 'road-word', 'risk-word']);
  const families = (of: readonly Grouped[]): string[] => of.map(({ group }) => familyOf(group!));
  assert.deepEqual(families(inOrder(style, order)), families(style), 'families keep their places');
});

test('every layer of what people make has the same layers in any order', () => {
  const made = operationLayers(paletteOf('dark'));
  const order = DEFAULT_ORDER.toReversed();
  assert.deepEqual(ids(inOrder(made, order)).sort(), ids(made).sort());
  assert.notDeepEqual(ids(inOrder(made, order)), ids(made));
});

test('an opacity is a share of what the style says, zoom or not', () => {
  assert.equal(weakened(0.5, 0.5), 0.25);
  assert.equal(weakened(undefined, 0.4), 0.4);
  assert.deepEqual(weakened(['match', ['get', 'stale'], 2, 0.5, 1], 0.5), ['*', 0.5, ['match', ['get', 'stale'], 2, 0.5, 1]]);
  assert.deepEqual(weakened(['interpolate', ['linear'], ['zoom'], 13, 0.8, 14, ['get', 'x']], 0.5), ['interpolate', ['linear'], ['zoom'], 13, 0.4, 14, ['*', 0.5, ['get', 'x']]]);
  assert.deepEqual(weakened(['step', ['zoom'], 1, 12, 0.6], 0.5), ['step', ['zoom'], 0.5, 12, 0.3]);
});

test('whole again, a layer has its own values back; what hides the outside is never weakened', () => {
  const layer = { id: 'a', type: 'symbol', source: 's', paint: { 'icon-opacity': 0.8 } } as LayerSpecification;
  assert.deepEqual(strengthOf(layer, 1), [['icon-opacity', 0.8], ['text-opacity', null]]);
  assert.deepEqual(strengthOf(layer, 0.5), [['icon-opacity', 0.4], ['text-opacity', 0.5]]);
  assert.deepEqual(strengthOf({ id: 'outside', type: 'fill', source: 's' } as LayerSpecification, 0.5), []);
});

test('a group moves among those of its family that are offered, and stops at its ends', () => {
  const offered: GroupId[] = ['sensors', 'resources', 'sites', 'risk-zones'];
  const up = moved(DEFAULT_ORDER, 'risk-zones', -1, offered);
  assert.ok(up.indexOf('risk-zones') < up.indexOf('sites'), 'those that are not offered are passed over');
  assert.equal(moved(DEFAULT_ORDER, 'sites', -1, offered), DEFAULT_ORDER);
  assert.equal(moved(up, 'risk-zones', 1, ['sites', 'risk-zones']).indexOf('risk-zones'), up.indexOf('risk-zones') + 1);
  const there = moved(DEFAULT_ORDER, 'sites', 1, DEFAULT_ORDER);
  assert.equal(moved(there, 'sites', -1, DEFAULT_ORDER), DEFAULT_ORDER, 'back where it was, nothing is changed');
});

test('an address carries what was changed, in short, and forgives what it does not know', () => {
  const order = moved(DEFAULT_ORDER, 'risk-zones', -1, DEFAULT_ORDER);
  assert.deepEqual(wholeOrder(writeOrder(order).split(' ')), order);
  assert.ok(!writeOrder(order).includes('roads'), 'families left alone are not written');
  assert.equal(writeOrder(DEFAULT_ORDER), '');
  assert.equal(wholeOrder(['no-such-group', '']), DEFAULT_ORDER);
  assert.deepEqual(readOpacity(writeOpacity({ sites: 0.4, roads: 0.75 })), { sites: 0.4, roads: 0.75 });
  assert.deepEqual(readOpacity('sites:0 roads:abc nothing:50 water:100 places'), {});
});
