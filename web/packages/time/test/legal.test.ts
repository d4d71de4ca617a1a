import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aheadOfUtc, lastTimeAt } from '../src/legal.ts';
import { HOUR } from '../src/axis.ts';

const at = (text: string): number => Date.parse(text);
const PARIS = 'Europe/Paris';

test('the clocks of a territory are those of its law, in winter, in summer and overseas', () => {
  assert.equal(aheadOfUtc(PARIS, at('2010-02-28T03:30:00Z')), HOUR);
  assert.equal(aheadOfUtc(PARIS, at('2026-07-14T03:30:00.500Z')), 2 * HOUR);
  assert.equal(aheadOfUtc('America/Martinique', at('2010-02-28T03:30:00Z')), -4 * HOUR);
  assert.equal(aheadOfUtc('Asia/Kolkata', at('2010-02-28T03:30:00Z')), 5.5 * HOUR);
});

test('an hour typed is the last one these clocks showed', () => {
  assert.equal(lastTimeAt(PARIS, 4, 15, at('2010-02-28T03:30:00Z')), at('2010-02-28T03:15:00Z'));
  assert.equal(lastTimeAt(PARIS, 23, 50, at('2010-02-28T03:30:00Z')), at('2010-02-27T22:50:00Z'));
  assert.equal(lastTimeAt(PARIS, 0, 10, at('2010-02-27T23:30:00Z')), at('2010-02-27T23:10:00Z'));
});

test('an hour typed on the night the clocks change is of the side it belongs to', () => {
  assert.equal(lastTimeAt(PARIS, 1, 30, at('2026-10-25T08:00:00Z')), at('2026-10-24T23:30:00Z'));
  assert.equal(lastTimeAt(PARIS, 4, 0, at('2026-10-25T08:00:00Z')), at('2026-10-25T03:00:00Z'));
});
