import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR, MINUTE, histogram, neighbour, ticks, wholeWindow, zoomed } from '../src/axis.ts';

test('the histogram counts every time of the window once, both ends included', () => {
  assert.deepEqual(histogram([0, 1, 5, 9, 10, 11], { from_ms: 0, to_ms: 10 }, 2), [2, 3]);
  assert.deepEqual(histogram([5], { from_ms: 5, to_ms: 5 }, 3), [0, 0, 0]);
});

test('the whole window holds the facts and now, and forgets what is far ahead of now', () => {
  const now = 100 * HOUR;
  const { from_ms, to_ms } = wholeWindow([90 * HOUR, 99 * HOUR, 900 * HOUR], now);
  assert.ok(from_ms < 90 * HOUR && from_ms > 89 * HOUR);
  assert.ok(to_ms > now && to_ms < 101 * HOUR);
  const empty = wholeWindow([], now);
  assert.ok(empty.from_ms < now - 5 * HOUR && empty.to_ms > now);
});

test('zooming keeps the instant under the pointer in its place, down to two minutes', () => {
  const near = zoomed({ from_ms: 0, to_ms: 10 * HOUR }, 2 * HOUR, 0.5);
  assert.deepEqual(near, { from_ms: HOUR, to_ms: 6 * HOUR });
  assert.equal(zoomed({ from_ms: 0, to_ms: 3 * MINUTE }, MINUTE, 0.01).to_ms - zoomed({ from_ms: 0, to_ms: 3 * MINUTE }, MINUTE, 0.01).from_ms, 2 * MINUTE);
});

test('ticks are round in local time and never too many', () => {
  const { at, step_ms } = ticks({ from_ms: 0, to_ms: 24 * HOUR }, 8, HOUR);
  assert.equal(step_ms, 3 * HOUR);
  assert.ok(at.length <= 9);
  assert.ok(at.every((tick) => (tick + HOUR) % (3 * HOUR) === 0));
});

test('stepping goes from fact to fact and stops at the ends', () => {
  assert.equal(neighbour([10, 20, 20, 30], 20, 1), 30);
  assert.equal(neighbour([10, 20, 20, 30], 20, -1), 10);
  assert.equal(neighbour([10], 10, 1), null);
});
