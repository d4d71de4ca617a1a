import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR, MINUTE } from '../src/axis.ts';
import { crossings, outline, stepAt } from '../src/marks.ts';

const thresholds = [{ name: 'vigilance', value: 3, severity: 'caution' }, { name: 'alerte', value: 4, severity: 'critical' }] as const;

test('a threshold is crossed upwards, once for all the waves of the same rise', () => {
  const sea = [[0, 2.9], [MINUTE, 3.1], [2 * MINUTE, 2.95], [3 * MINUTE, 3.2], [HOUR, 4.1], [2 * HOUR, 2], [6 * HOUR, 3.3]];
  assert.deepEqual(crossings(sea, thresholds).map(({ at_ms, threshold }) => [at_ms, threshold.name]), [[MINUTE, 'vigilance'], [HOUR, 'alerte'], [6 * HOUR, 'vigilance']]);
});

test('a jump over two thresholds is told by the highest; a first value is no crossing', () => {
  assert.deepEqual(crossings([[0, 1], [MINUTE, 5]], thresholds).map(({ threshold }) => threshold.name), ['alerte']);
  assert.deepEqual(crossings([[0, 5], [MINUTE, 5]], thresholds), []);
  assert.deepEqual(crossings([], thresholds), []);
});

test('a curve made small keeps its peak and its trough', () => {
  const wave = Array.from({ length: 2000 }, (_, i) => [i * MINUTE, Math.sin(i / 100)]);
  const small = outline([...wave, [1000.5 * MINUTE, 9]], { from_ms: 0, to_ms: 2000 * MINUTE }, 100);
  assert.ok(small.length <= 202);
  assert.ok(small.some(([, value]) => value === 9));
  assert.ok(small.every(([at], i) => i === 0 || at >= small[i - 1]![0]));
});

test('a dated step holds until the next one begins', () => {
  const at = [HOUR, 2 * HOUR, 3 * HOUR];
  assert.deepEqual([0, HOUR, 2.5 * HOUR, 9 * HOUR].map((ms) => stepAt(at, ms)), [null, 0, 1, 2]);
  assert.equal(stepAt([], HOUR), null);
});
