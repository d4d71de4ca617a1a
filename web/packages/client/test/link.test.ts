/** A link says again what was shown, and nothing a stranger writes in it can do more than be ignored. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkOfView, lookOf, queryOf, readLink, writeLink, type Link, type SavedView, type Vocabulary } from '../src/index.ts';

const KNOWN: Vocabulary = { axes: ['watch', 'conduct'], tabs: ['logbook', 'sensors'], layers: ['shapes', 'sites', 'water'], kinds: ['entry', 'shape'] };
const NOTHING: Link = { situation: null, view: null, axis: null, tab: null, layers: null, at_ms: null, by: 'occurred', camera: null, volume: false, selection: null };
const read = (query: string): Link => readLink(new URLSearchParams(query), KNOWN);

const WHOLE: Link = {
  situation: '0190-a', view: 'v-1', axis: 'watch', tab: 'sensors', layers: ['shapes', 'water'], at_ms: Date.UTC(2010, 1, 28, 3, 20, 0, 250), by: 'recorded',
  camera: { lon_deg: -0.965, lat_deg: 45.93712, zoom: 13.25, pitch_deg: 56, bearing_deg: -12 }, volume: true, selection: { kind: 'shape', id: 's-9' },
};

test('a link with everything is read as it was written', () => {
  assert.deepEqual(read(queryOf(writeLink(WHOLE))), WHOLE);
});

test('a link that says nothing changes nothing, and is empty', () => {
  assert.deepEqual(read(''), NOTHING);
  assert.equal(queryOf(writeLink(NOTHING)), '');
});

test('a link stays short: no escaped comma, colon or space', () => {
  const query = queryOf(writeLink(WHOLE));
  assert.match(query, /camera=-0\.965,45\.93712,13\.25,56,-12/);
  assert.match(query, /layers=shapes\+water/);
  assert.match(query, /at=2010-02-28T03:20:00\.250Z/);
  assert.ok(!query.includes('%'));
});

test('no layer at all is not the same as no word about layers', () => {
  assert.deepEqual(read('layers=').layers, []);
  assert.equal(read('axis=watch').layers, null);
});

test('nonsense is left out, the rest is read', () => {
  const nonsense = [
    'axis=__proto__&tab=<b>&layers=constructor+sites', 'at=yesterday&by=later', 'camera=1,2,3', 'camera=NaN,45,13,0,0', 'camera=,,,,', 'camera=-1,200,13,0,0',
    'camera=-1,45,99,0,0', 'camera=-1,45,13,0,0,7', 'sel=entry', 'sel=house~1', 'sel=entry~../../x', 'situation=../../etc/passwd', `view=${'a'.repeat(300)}`,
    'sel=entry~<script>', 'at=%00', 'situation=%F0%9F%98%80',
  ];
  for (const query of nonsense) {
    const { layers, ...others } = read(query);
    assert.deepEqual({ ...others, layers: null }, NOTHING, query);
    assert.ok(layers === null || layers.every((layer) => KNOWN.layers.includes(layer)), query);
  }
  assert.deepEqual(read('camera=x&axis=watch&sel=entry~e-1'), { ...NOTHING, axis: 'watch', selection: { kind: 'entry', id: 'e-1' } });
});

const VIEW: SavedView = {
  id: 'v', name: 'Digue', axis: 'watch', layers: ['shapes'], camera: { lon_deg: -1, lat_deg: 46, zoom: 12 }, volume: false, at: '2010-02-28T03:20:00Z', by: 'occurred',
  order: 1, dwell_s: 20, note: null, look: 'tab=sensors&faded=water.50', author: { person: 'p', role: 'dos', organisation: 'o' }, saved_at: '2010-02-28T03:21:00Z', follows: [], conflict: false,
};

test('a saved view is a link: its camera, its instant, and what its look adds', () => {
  const params = linkOfView(VIEW);
  assert.deepEqual(readLink(params, KNOWN), {
    ...NOTHING, axis: 'watch', tab: 'sensors', layers: ['shapes'], at_ms: Date.UTC(2010, 1, 28, 3, 20), camera: { lon_deg: -1, lat_deg: 46, zoom: 12, pitch_deg: 0, bearing_deg: 0 },
  });
  assert.equal(params.get('faded'), 'water.50');
});

test('the look of a view is what its members do not say', () => {
  assert.equal(lookOf(writeLink({ axis: 'watch', layers: ['shapes'], camera: WHOLE.camera, volume: true })), null);
  assert.equal(lookOf({ ...writeLink({ axis: 'watch', tab: 'sensors' }), faded: 'water.50' }), 'tab=sensors&faded=water.50');
});
