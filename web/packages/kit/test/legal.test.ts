import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantsAt, isMidnight, isZone, lastAt, nextAt, offsetAt, wallAt } from '../src/legal.ts';

const PARIS = 'Europe/Paris';
const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);

test('the wall clock is that of the zone, in winter and in summer', () => {
  assert.equal(offsetAt(at('2010-02-28T03:30:00Z'), PARIS), HOUR);
  assert.equal(offsetAt(at('2010-07-14T03:30:00Z'), PARIS), 2 * HOUR);
  assert.deepEqual(wallAt(at('2010-02-28T03:30:00Z'), PARIS), { year: 2010, month: 2, day: 28, hour: 4, minute: 30 });
  assert.deepEqual(wallAt(at('2010-02-27T23:05:00Z'), PARIS), { year: 2010, month: 2, day: 28, hour: 0, minute: 5 });
  assert.deepEqual(wallAt(at('2010-02-28T03:30:00Z'), 'Indian/Reunion').hour, 7);
  assert.equal(offsetAt(at('2026-01-01T00:00:00Z'), 'America/Cayenne'), -3 * HOUR);
});

test('the offset changes at the legal instant, to the second', () => {
  assert.equal(offsetAt(at('2026-03-29T00:59:59Z'), PARIS), HOUR);
  assert.equal(offsetAt(at('2026-03-29T01:00:00Z'), PARIS), 2 * HOUR);
  assert.equal(offsetAt(at('2026-10-25T00:59:59Z'), PARIS), 2 * HOUR);
  assert.equal(offsetAt(at('2026-10-25T01:00:00Z'), PARIS), HOUR);
});

test('an hour on the wall gives its instants: one, two in autumn, a shifted one in spring', () => {
  const wall = (month: number, day: number, hour: number, minute = 30) => ({ year: 2026, month, day, hour, minute });
  assert.deepEqual(instantsAt(wall(7, 14, 4), PARIS), [at('2026-07-14T02:30:00Z')]);
  assert.deepEqual(instantsAt(wall(10, 25, 2), PARIS), [at('2026-10-25T00:30:00Z'), at('2026-10-25T01:30:00Z')]);
  assert.deepEqual(instantsAt(wall(3, 29, 2), PARIS), [at('2026-03-29T01:30:00Z')]);
  assert.deepEqual(instantsAt(wall(3, 29, 3), PARIS), [at('2026-03-29T01:30:00Z')]);
});

test('an hour typed is the last one that is not ahead of now, across midnight and the change of hour', () => {
  assert.equal(lastAt(4, 30, at('2010-02-28T03:31:00Z'), PARIS), at('2010-02-28T03:30:00Z'));
  assert.equal(lastAt(23, 50, at('2010-02-28T03:31:00Z'), PARIS), at('2010-02-27T22:50:00Z'));
  const secondTime = at('2026-10-25T01:45:00Z');
  assert.equal(lastAt(2, 30, secondTime, PARIS), at('2026-10-25T01:30:00Z'));
  assert.equal(lastAt(2, 30, at('2026-10-25T00:45:00Z'), PARIS), at('2026-10-25T00:30:00Z'));
  assert.equal(lastAt(1, 30, at('2026-03-29T01:10:00Z'), PARIS), at('2026-03-29T00:30:00Z'));
});

test('an hour to come is the first one after now, across midnight and the change of hour', () => {
  assert.equal(nextAt(4, 30, at('2010-02-28T03:29:00Z'), PARIS), at('2010-02-28T03:30:00Z'));
  assert.equal(nextAt(4, 30, at('2010-02-28T03:30:00Z'), PARIS), at('2010-03-01T03:30:00Z'));
  assert.equal(nextAt(0, 15, at('2010-02-27T22:50:00Z'), PARIS), at('2010-02-27T23:15:00Z'));
  assert.equal(nextAt(2, 30, at('2026-10-25T00:45:00Z'), PARIS), at('2026-10-25T01:30:00Z'));
});

test('midnight is that of the wall, and an unknown zone is said to be unknown', () => {
  assert.ok(isMidnight(at('2010-02-27T23:00:00Z'), PARIS));
  assert.ok(!isMidnight(at('2010-02-28T00:00:00Z'), PARIS));
  assert.ok(isZone(PARIS) && !isZone('Europe/Garance'));
});
