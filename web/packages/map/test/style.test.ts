/** The style a pack gets: every layer it may hold is drawn, has a group and words, in every theme. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Territory, TerritoryLayer, TerritoryRaster } from '@garance/client';
import { available, GROUPS, legendOf } from '../src/groups.ts';
import { PHASE_OF_AXIS, PHASES, presetOf, PROFILES, profileOf } from '../src/presets.ts';
import { paletteOf } from '../src/palette.ts';
import { SITES } from '../src/pictograms.ts';
import { wholeStyle } from '../src/style.ts';

const python = readFileSync(new URL('../../../../src/garance/territory/layers.py', import.meta.url), 'utf8');
const KINDS = [...python.matchAll(/LayerKind\(\s*"([a-z-]+)",\s*Role\.[A-Z_]+,\s*"(point|line|polygon)"/g)].map((match) => ({ name: match[1]!, geometry: match[2] as TerritoryLayer['geometry'] }));
const words = (language: string): Record<string, string> => JSON.parse(readFileSync(new URL(`../../../i18n/${language}.json`, import.meta.url), 'utf8')) as Record<string, string>;

const whole: Territory = {
  id: 'a', name: 'A', fictitious: true, version: '0', bbox: [0, 0, 1, 1], centre: [0.5, 0.5], insee_codes: [], attribution: '', licences: [],
  basemap: '/b.pmtiles', terrain: '/t.pmtiles', missing: [], report: [],
  layers: KINDS.map(({ name, geometry }) => ({
    name, geometry, role: name.endsWith('-labels') ? 'names' : name, title_fr: name, title_en: name, count: 1, attributes: ['name', 'oneway', 'population', 'depth_m'], source: '', licence: '', attribution: '',
  })),
};

test('every layer a pack may hold is drawn', () => {
  assert.ok(KINDS.length > 25);
  const drawn = new Set(wholeStyle(whole, paletteOf('dark')).map(({ layer }) => ('source-layer' in layer ? layer['source-layer'] : '')));
  assert.deepEqual(KINDS.map(({ name }) => name).filter((name) => !drawn.has(name)), []);
});

test('no two layers of the style have the same name, and no colour is forgotten by a theme', () => {
  for (const theme of ['dark', 'light', 'contrast'] as const) {
    const style = wholeStyle(whole, paletteOf(theme));
    const ids = style.map(({ layer }) => layer.id);
    const painted = JSON.stringify(style.map(({ layer }) => layer), (_key, value: unknown) => value ?? 'NOTHING');
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(!painted.includes('NOTHING') && !painted.includes('undefined'), theme);
  }
});

const film = { role: 'water-depths', unit: 'm' } as TerritoryRaster;

test('every group is offered when the pack has it, and only then; its legend has words in both languages', () => {
  assert.deepEqual(GROUPS.filter((group) => !available(group, whole.layers, whole.terrain, [film])).map(({ id }) => id), []);
  assert.deepEqual(GROUPS.filter((group) => available(group, [], null, [{ ...film, unit: 'h' }])).map(({ id }) => id), ['sensors', 'resources', 'entries', 'incidents', 'traffic', 'shapes']);
  const said = GROUPS.flatMap(({ id }) => [`layer.${id}`, ...legendOf(id, paletteOf('light')).map(({ key }) => `legend.${key}`)]);
  for (const language of ['fr', 'en']) assert.deepEqual(said.filter((key) => !words(language)[key]), []);
});

test('what would cover the picture of the night waits to be asked for, or for a role that lives by it', () => {
  for (const phase of PHASES) {
    for (const quiet of ['planning', 'protected-areas', 'hydrants', 'addresses'] as const) assert.equal(presetOf(phase, 'common')[quiet], false, `${phase} ${quiet}`);
    for (const quiet of ['planning', 'protected-areas'] as const) for (const profile of PROFILES) assert.equal(presetOf(phase, profile)[quiet], false);
  }
  assert.equal(presetOf('prepare', 'fire-service').hydrants, true);
});

test('every axis and every role has its preset, a role never sees less than everyone, and each has words', () => {
  for (const axis of ['watch', 'anticipate', 'prepare', 'conduct', 'analyse', 'inform']) assert.ok(PHASE_OF_AXIS[axis], axis);
  assert.deepEqual(['sdis-officer', 'dos', 'no such role', undefined].map(profileOf), ['fire-service', 'command', 'common', 'common']);
  for (const phase of PHASES) {
    for (const profile of PROFILES) {
      const shown = presetOf(phase, profile);
      assert.deepEqual(GROUPS.filter(({ id }) => presetOf(phase, 'common')[id] && !shown[id]), [], `${phase} ${profile}`);
    }
  }
  const said = [...PHASES.map((phase) => `phase.${phase}`), ...PROFILES.map((profile) => `profile.${profile}`)];
  for (const language of ['fr', 'en']) assert.deepEqual(said.filter((key) => !words(language)[key]), []);
});

test('zones that people draw lie under the volumes and under every word', () => {
  const ids = wholeStyle(whole, paletteOf('dark')).map(({ layer }) => layer.id);
  const at = (id: string): number => ids.indexOf(id);
  assert.ok(at('roads-roads') < at('shape-fills') && at('shape-fills') < at('buildings-3d-buildings'));
  assert.ok(at('buildings-3d-buildings') < at('sites-sites') && at('sites-sites') < at('units'));
});

test('every kind of site has a picture of its own', () => {
  const kinds = /"sites": \(([^)]+)\)/.exec(python)![1]!.match(/[a-z-]+/g)!;
  assert.deepEqual(kinds.filter((kind) => !(kind in SITES)), []);
  assert.equal(new Set(Object.values(SITES)).size, Object.keys(SITES).length);
});
