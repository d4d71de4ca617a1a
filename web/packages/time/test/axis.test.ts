import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetAt } from '@garance/kit/legal.ts';
import { DAY, HOUR, MINUTE, histogram, midnights, neighbour, ticks, wholeWindow, zoomed } from '../src/axis.ts';

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
  const { at, step_ms } = ticks({ from_ms: 0, to_ms: 24 * HOUR }, 8, () => HOUR);
  assert.equal(step_ms, 3 * HOUR);
  assert.ok(at.length <= 9);
  assert.ok(at.every((tick) => (tick + HOUR) % (3 * HOUR) === 0));
});

test('stepping goes from fact to fact and stops at the ends', () => {
  assert.equal(neighbour([10, 20, 20, 30], 20, 1), 30);
  assert.equal(neighbour([10, 20, 20, 30], 20, -1), 10);
  assert.equal(neighbour([10], 10, 1), null);
});

const paris = (ms: number): number => offsetAt(ms, 'Europe/Paris');
const day = (text: string) => ({ from_ms: Date.parse(text), to_ms: Date.parse(text) + 25 * HOUR });
const iso = (at: number[]): string[] => at.map((ms) => new Date(ms).toISOString().slice(0, 16));

test('ticks stay on round hours of the wall on the day that has 23 hours, and on the one that has 25', () => {
  const spring = ticks({ ...day('2026-03-28T23:00:00Z'), to_ms: Date.parse('2026-03-29T22:00:00Z') }, 9, paris);
  assert.equal(spring.step_ms, 3 * HOUR);
  assert.deepEqual(iso(spring.at).slice(0, 3), ['2026-03-28T23:00', '2026-03-29T01:00', '2026-03-29T04:00']);
  assert.ok(spring.at.every((ms) => (ms + paris(ms)) % (3 * HOUR) === 0));
  const autumn = ticks({ from_ms: Date.parse('2026-10-24T23:30:00Z'), to_ms: Date.parse('2026-10-25T02:30:00Z') }, 4, paris);
  assert.deepEqual(iso(autumn.at), ['2026-10-25T00:00', '2026-10-25T01:00', '2026-10-25T02:00']);
  assert.deepEqual(autumn.at.map((ms) => new Date(ms + paris(ms)).getUTCHours()), [2, 2, 3]);
});

test('days change at midnight on the wall', () => {
  assert.deepEqual(iso(midnights(day('2010-02-27T10:00:00Z'), paris)), ['2010-02-27T23:00']);
  assert.deepEqual(iso(midnights({ from_ms: Date.parse('2026-10-24T12:00:00Z'), to_ms: Date.parse('2026-10-26T12:00:00Z') }, paris)), ['2026-10-24T22:00', '2026-10-25T23:00']);
  const week = ticks({ from_ms: Date.parse('2026-10-20T12:00:00Z'), to_ms: Date.parse('2026-10-28T12:00:00Z') }, 8, paris);
  assert.equal(week.step_ms, DAY);
  assert.ok(week.at.every((ms) => (ms + paris(ms)) % DAY === 0) && week.at.length === 8);
});
