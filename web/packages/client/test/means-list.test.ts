/** Lists of means as towns keep them; and whatever else may be pasted: every line is read or told, none is lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_MEANS, readMeansList, type MeansList, type MeansRead } from '../src/index.ts';

const meansOf = (list: MeansList): MeansRead[] => list.lines.flatMap((line) => ('means' in line ? [line.means] : []));
const problemsOf = (list: MeansList): [number, string][] => list.lines.flatMap((line) => ('problem' in line ? [[line.line, line.problem] as [number, string]] : []));

test('a spreadsheet of a fire station is recognised by its headings', () => {
  const list = readMeansList('﻿Moyen;Type;Indicatif;Équipage;Service;Relève (h);Coût horaire;Coût / km;État;Groupe\r\nFPT 12;fourgon;Alpha 12;1/1/4;CIS Nord;6;"95,50 €";1,2;Disponible;GIFF 1\r\nVSAV 3;;;0/1/2;;;;;engagé;\r\n');
  assert.deepEqual(list.columns, ['name', 'kind', 'call_sign', 'crew', 'owner', 'relief_after_h', 'cost_per_hour_eur', 'cost_per_km_eur', 'state', 'group']);
  assert.deepEqual(meansOf(list), [
    { name: 'FPT 12', kind: 'fire-engine', call_sign: 'Alpha 12', owner: 'CIS Nord', group: 'GIFF 1', crew: 6, crew_detail: '1/1/4', relief_after_h: 6, cost_per_hour_eur: 95.5, cost_per_km_eur: 1.2, state: 'available' },
    { name: 'VSAV 3', kind: 'ambulance', crew: 3, crew_detail: '0/1/2', state: 'engaged' },
  ]);
});

test('names pasted one a line are means too, and their kind is read in the name', () => {
  const list = readMeansList('MPR 4\nBLS 2\n\n  Équipe barrières  \n');
  assert.equal(list.heading, null);
  assert.deepEqual(meansOf(list).map(({ name, kind }) => [name, kind]), [['MPR 4', 'pump'], ['BLS 2', 'rescue-boat'], ['Équipe barrières', 'team']]);
});

test('a line that cannot be read says why, by its number, and stops no other', () => {
  const list = readMeansList('nom,équipage,quantité,état,échelon\nA,1/2/x,,,\n,2,,,\nB,,deux,,\nC,,,perdu,\nD,,,,armée\nE,,3.5,,\nF,,,,stock\nf,,,,\nG,"2,,,\nH,2,,,', new Set(['H ']));
  assert.deepEqual(problemsOf(list), [[2, 'crew'], [3, 'name-missing'], [4, 'number'], [5, 'state'], [6, 'level'], [7, 'number'], [9, 'twice'], [10, 'quote']]);
  assert.deepEqual(meansOf(list).map(({ name }) => name), ['F']);
});

test('quoted cells hold separators, quotes and line breaks', () => {
  const [means] = meansOf(readMeansList('Nom\tObservations\n"FPT ""2"""\t"deux lignes :\nune; et deux"'));
  assert.deepEqual([means!.name, means!.note], ['FPT "2"', 'deux lignes : une; et deux']);
});

test('more than a person looks over is told, not swallowed', () => {
  const list = readMeansList(Array.from({ length: MOST_MEANS + 3 }, (_none, n) => `E ${n}`).join('\n'));
  assert.equal(meansOf(list).length, MOST_MEANS);
  assert.deepEqual(problemsOf(list).map(([, problem]) => problem), ['too-many', 'too-many', 'too-many']);
});

test('whatever is pasted, every line that says something comes back whole, and what is read is within bounds', () => {
  let seed = 7;
  const next = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  const pieces = ['Nom', 'Équipage', 'FPT', '1/2/6', '"', '""', ';', ';', ',', '\t', '\n', '\r\n', ' ', '‮', '\u0000', '﻿', '€', '-1', '1e999', 'NaN', '9'.repeat(12), 'état', 'x'.repeat(210), '🚒', '=cmd()', '\ud800', 'libéré', '0,5'];
  for (let turn = 0; turn < 4000; turn += 1) {
    const text = Array.from({ length: next(40) }, () => pieces[next(pieces.length)]).join('');
    const list = readMeansList(text, new Set(['FPT']));
    const said = (whole: string): string => whole.replaceAll(/[\s﻿]/g, '');
    assert.equal(said([list.heading ?? '', ...list.lines.map((line) => line.text)].join('')), said(text));
    for (const means of meansOf(list)) {
      assert.ok(means.name.trim() && means.name.length <= 200 && !/[\p{Cc}\p{Cf}]/u.test(means.name));
      assert.match(means.kind, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      for (const [value, most] of [[means.crew, 10_000], [means.quantity, 1_000_000], [means.relief_after_h, 168], [means.cost_per_hour_eur, 1_000_000]] as const) assert.ok(value === undefined || (value >= 0 && value <= most));
    }
    assert.ok(list.columns.filter(Boolean).length === new Set(list.columns.filter(Boolean)).size);
  }
});
