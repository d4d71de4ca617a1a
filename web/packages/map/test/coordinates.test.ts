import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Position } from '@garance/client';
import { readCoordinates, say, toLambert93, toUtm, zoneOf } from '../src/coordinates.ts';
import { SYSTEMS, type Manner } from '../src/degrees.ts';
import { dfciOf, dfciSquare, toLambert2 } from '../src/dfci.ts';
import { leg } from '../src/measure.ts';

const FRENCH: Manner = { east: 'E', west: 'O', north: 'N', south: 'S', decimal: ',' };

/** Reckoned with PROJ 9 (pyproj 3.7.2), to the millimetre; Lambert II extended by the same three translations. */
const KNOWN: { name: string; at: Position; lambert93: Position; zone: number; utm: Position; lambert2: Position; dfci: string }[] = [
  { name: 'Paris', at: [2.3499, 48.853], lambert93: [652296.973, 6861636.359], zone: 31, utm: [452310.404, 5411318.435], lambert2: [600983.5, 2428295.3], dfci: 'GL02A4.4' },
  { name: 'Rochefort', at: [-0.9598, 45.9373], lambert93: [393318.808, 6545202.317], zone: 30, utm: [658154.704, 5089104.931], lambert2: [344441.8, 2109478.7], dfci: 'DG40C4.1' },
  { name: 'Marseille', at: [5.374, 43.2951], lambert93: [892735.771, 6246889.938], zone: 31, utm: [692575.592, 4796322.701], lambert2: [846846.7, 1815071.6], dfci: 'KD40D7.5' },
  { name: 'Strasbourg', at: [7.7508, 48.5818], lambert93: [1050210.815, 6841826.005], zone: 32, utm: [407868.755, 5381721.388], lambert2: [999312.1, 2411878.2], dfci: 'LL80L5.2' },
  { name: 'Ajaccio', at: [8.7369, 41.9192], lambert93: [1176526.602, 6108263.023], zone: 32, utm: [478183.132, 4640838.622], lambert2: [1132161.3, 1678752.0], dfci: 'NB26G9.4' },
  { name: 'Brest', at: [-4.4861, 48.3904], lambert93: [146632.979, 6836262.327], zone: 30, utm: [389984.028, 5360759.927], lambert2: [95210.3, 2398759.8], dfci: 'AK88H9.5' },
];

const near = (found: Position, expected: Position, metres: number): void => {
  assert.ok(Math.hypot(found[0] - expected[0], found[1] - expected[1]) <= metres, `${String(found)} is not ${String(expected)}`);
};

for (const { name, at, lambert93, zone, utm, lambert2, dfci } of KNOWN) {
  test(`${name} in Lambert-93, UTM and on the DFCI grid`, () => {
    near(toLambert93(at)!, lambert93, 0.005);
    assert.equal(zoneOf(at), zone);
    near(toUtm(at, zone), utm, 0.005);
    near(toLambert2(at), lambert2, 0.5);
    assert.equal(dfciOf(at), dfci);
  });

  test(`${name}: what every system copies is read back at the same place`, () => {
    for (const system of SYSTEMS) {
      const [read, ...more] = readCoordinates(say(at, system, FRENCH)!.copied);
      assert.equal(read?.system, system);
      assert.equal(more.length, 0);
      const away_m = leg(at, read.position).length_m;
      assert.ok(away_m <= Math.max(2, read.size_m * 0.71 + 1), `${system}: ${away_m} m away`);
    }
  });
}

test('the example of the note of IGN on the two grids (NT/G 81): 31UDQ578105 is at 2°25.5′ E, 48°50.7′ N', () => {
  const [read] = readCoordinates('31UDQ578105');
  assert.equal(read?.size_m, 100);
  assert.ok(leg(read.position, [2.425, 48.845]).length_m < 200);
  near(toUtm(read.position, 31), [457_850, 5_410_550], 1);
});

test('a published example of the DFCI grid', () => {
  assert.equal(dfciOf([1.277227, 44.671123]), 'FE06H1.2');
});

test('squares of every size, and their five parts', () => {
  assert.equal(dfciSquare('kd42')?.size_m, 20_000);
  assert.equal(dfciSquare('KD 42 C5')?.size_m, 2_000);
  for (const part of ['1', '2', '3', '4', '5']) {
    const square = dfciSquare(`KD42C5.${part}`)!;
    assert.equal(square.size_m, 1_000);
    assert.equal(dfciOf(square.centre)?.slice(0, 6), 'KD42C5');
  }
  const [northWest, southEast] = [dfciSquare('KD42C5.1')!, dfciSquare('KD42C53')!];
  assert.ok(northWest.south_m > southEast.south_m && northWest.west_m < southEast.west_m);
  for (const wrong of ['KD', 'ID42', 'KD43', 'KD42J5', 'KD42C5.6', 'KD42C', 'Rue KD42']) assert.equal(dfciSquare(wrong), null, wrong);
});

const TYPED: [string, Position][] = [
  ['45.94 -0.96', [-0.96, 45.94]], ['45.94, -0.96', [-0.96, 45.94]], ['45,94 N 0,96 O', [-0.96, 45.94]], ['45,94 -0,96', [-0.96, 45.94]], ['45,94;-0,96', [-0.96, 45.94]],
  ['N45.94 W0.96', [-0.96, 45.94]], ['0.96 W 45.94 N', [-0.96, 45.94]], ['45°56\'24"N 0°57\'36"O', [-0.96, 45.94]], ['45° 56′ 24″ N, 0° 57′ 36″ W', [-0.96, 45.94]],
  ["45°56.4'N 0°57.6'W", [-0.96, 45.94]], ['45.94° N 0.96° O', [-0.96, 45.94]], ['−33.5 151.2', [151.2, -33.5]], ['46 2', [2, 46]],
  ['393 318 6 545 202', [-0.9598, 45.9373]], ['X 393318 Y 6545202', [-0.9598, 45.9373]], ['L93 393318,8 6545202,3', [-0.9598, 45.9373]],
  ['30N 658154 5089104', [-0.9598, 45.9373]], ['UTM 30 N 658 154 5 089 105', [-0.9598, 45.9373]], ['30T XR 58154 89104', [-0.9598, 45.9373]],
];
for (const [text, expected] of TYPED) {
  test(`${text} is understood`, () => {
    const [read, ...more] = readCoordinates(text);
    assert.ok(read, text);
    assert.equal(more.length, 0);
    assert.ok(leg(read.position, expected).length_m < 2, String(read.position));
  });
}

test('what is no coordinate is none', () => {
  for (const text of ['', 'rue du Port', '12 rue du Port', '17300', '8 mai 1945', '45.94', '45.94 N 0.96 N', '91 0', '45 181', '45°61\'00"N 0°57\'36"O', '61N 500000 5000000', '2024-05-01', '31UDQ57810'])
    assert.deepEqual(readCoordinates(text), [], text);
});

test('longitude first is offered when only that falls in the territory', () => {
  const box = [-1.2, 45.8, -0.8, 46.1];
  const [first, second] = readCoordinates('-0.96 45.94', box);
  assert.deepEqual(first?.position, [-0.96, 45.94]);
  assert.deepEqual(second?.position, [45.94, -0.96]);
  assert.equal(readCoordinates('45.94 -0.96', box).length, 1);
});

test('outside France, Lambert-93 and the DFCI grid say nothing; the others still do', () => {
  const london: Position = [-0.1278, 51.7074];
  assert.equal(say(london, 'lambert93', FRENCH), null);
  assert.equal(dfciOf([-20, 64]), null);
  assert.equal(say([55.45, -20.88], 'lambert93', FRENCH), null);
  assert.equal(say([55.45, -20.88], 'utm', FRENCH)?.copied, '40S 338767 7690356');
  assert.equal(say([10, 89], 'utm', FRENCH), null);
  assert.equal(say([10, 89], 'mgrs', FRENCH), null);
  assert.deepEqual(readCoordinates('2000000 9000000'), []);
});

test('places are written for the reader', () => {
  const at: Position = [-0.96, 45.94];
  assert.equal(say(at, 'decimal', FRENCH)?.shown, '45,94000°\u00a0N\u20020,96000°\u00a0O');
  assert.equal(say(at, 'sexagesimal', FRENCH)?.shown, '45°56′24,0″\u00a0N\u20020°57′36,0″\u00a0O');
  assert.equal(say([0.9999999, 45.9999999], 'sexagesimal', FRENCH)?.copied, '46°00\'00,0"N 1°00\'00,0"E');
});
