/** Numbers of people as they are typed: what is plainly one is read, anything else is not guessed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRange } from '../src/index.ts';

test('a number, or two, is read as people write them', () => {
  for (const [typed, low, high] of [['52', 52, 52], [' 45-50 ', 45, 50], ['45 – 50', 45, 50], ['45 à 50', 45, 50], ['entre 45 et 50', 45, 50], ['between 45 and 50', 45, 50], ['1 200', 1200, 1200], ['1\u202f200-1\u202f300', 1200, 1300], ['0', 0, 0]] as const) {
    assert.deepEqual(readRange(typed), { low, high }, typed);
  }
});

test('what is no number of people is nothing', () => {
  for (const typed of ['', '~50', 'une cinquantaine', '50-45', '-3', '4.5', '99999999999', '20000000', '5 6', '1 2 3']) assert.equal(readRange(typed), null, typed);
});

test('whatever is typed, what is read is in order and within what may be sent', () => {
  let seed = 7;
  const next = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  const letters = [...'0123456789 -–àet.+~'];
  for (let turn = 0; turn < 5000; turn += 1) {
    const typed = Array.from({ length: next(12) }, () => letters[next(letters.length)]).join('');
    const read = readRange(typed);
    assert.ok(read === null || (Number.isInteger(read.low) && read.low >= 0 && read.low <= read.high && read.high <= 10_000_000), typed);
  }
});
