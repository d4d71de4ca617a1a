import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR, MINUTE } from '../src/axis.ts';
import { around, between, firstLet, held, readLens, WHOLE, writeLens } from '../src/lens.ts';

test('each window lets through what its name says', () => {
  assert.equal(firstLet(WHOLE, 5 * HOUR), -Infinity);
  assert.equal(firstLet({ kind: 'last', width_ms: HOUR }, 5 * HOUR), 4 * HOUR);
  assert.equal(firstLet(between(2 * HOUR, 3 * HOUR), 5 * HOUR), 2 * HOUR);
});

test('a fixed window holds the shown time, the others let it go anywhere', () => {
  const fixed = between(3 * HOUR, 2 * HOUR);
  assert.deepEqual([fixed.from_ms, fixed.to_ms], [2 * HOUR, 3 * HOUR]);
  assert.deepEqual([held(fixed, 0), held(fixed, 2.5 * HOUR), held(fixed, 9 * HOUR)], [2 * HOUR, 2.5 * HOUR, 3 * HOUR]);
  assert.equal(held(WHOLE, 9 * HOUR), 9 * HOUR);
  assert.equal(held({ kind: 'last', width_ms: HOUR }, 9 * HOUR), 9 * HOUR);
});

test('a window dragged by a tired hand is never under a minute, and its strip shows what is around it', () => {
  const point = between(HOUR, HOUR);
  assert.equal(point.to_ms - point.from_ms, MINUTE);
  assert.deepEqual(around(point), { from_ms: HOUR - 5 * MINUTE, to_ms: HOUR + 6 * MINUTE });
});

test('an address carries the window there and back, and nonsense is no window', () => {
  for (const lens of [{ kind: 'last', width_ms: 30 * MINUTE }, between(Date.UTC(2010, 1, 28, 1), Date.UTC(2010, 1, 28, 2))] as const) {
    assert.deepEqual(readLens(writeLens(lens)), lens);
  }
  assert.equal(writeLens(WHOLE), null);
  for (const nonsense of [null, '', '0', '-5', 'x', 'x~y', '2010-02-28T03:00:00Z~2010-02-28T02:00:00Z', '999999999']) assert.equal(readLens(nonsense), null, String(nonsense));
});
