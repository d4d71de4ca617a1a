import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinkQuality } from '../src/index.ts';

/** Heartbeats every 5 s, each `late_ms` after the time it tells; answers the last instant. */
function beats(link: LinkQuality, from_ms: number, lateness: number[]): number {
  lateness.forEach((late_ms, at) => link.heard(from_ms + at * 5_000 + late_ms, from_ms + at * 5_000 - 60_000));
  return from_ms + (lateness.length - 1) * 5_000 + lateness.at(-1)!;
}

test('a steady link is good, whatever the difference between the clocks', () => {
  const link = new LinkQuality();
  const now = beats(link, 0, [40, 60, 45, 80, 50]);
  assert.equal(link.at(now), 'good');
  assert.ok(link.delay_ms(now)! < 50);
});

test('heartbeats that come later and later make a slow link, with no command given', () => {
  const link = new LinkQuality();
  const now = beats(link, 0, [50, 50, 3_000, 3_500, 4_000]);
  assert.equal(link.at(now), 'slow');
});

test('one late answer is not a slow link; three are', () => {
  const link = new LinkQuality();
  let now = beats(link, 0, [50, 50]);
  for (const [delay_ms, seen] of [[90, 'good'], [100, 'good'], [5_000, 'good'], [5_000, 'slow'], [5_000, 'slow']] as const) {
    link.answered((now += 10), delay_ms);
    assert.equal(link.at(now), seen);
  }
});

test('better is said only when it lasts', () => {
  const link = new LinkQuality();
  for (const delay_ms of [4_000, 4_000, 4_000]) link.answered(1_000, delay_ms);
  link.heard(1_000);
  assert.equal(link.at(1_000), 'slow');
  for (const delay_ms of [50, 50, 50, 50, 50]) link.answered(2_000, delay_ms);
  link.heard(2_000);
  assert.equal(link.at(2_000), 'slow');
  link.heard(9_000);
  assert.equal(link.at(9_000), 'slow');
  link.heard(12_500);
  assert.equal(link.at(12_500), 'good');
});

test('silence is said after two heartbeats missed, and ended by a word, which does not make the link good at once', () => {
  const link = new LinkQuality();
  link.heard(0);
  assert.equal(link.at(8_000), 'good');
  assert.equal(link.at(9_500), 'silent');
  link.heard(10_000);
  assert.equal(link.at(10_000), 'slow');
  link.heard(15_000);
  link.heard(20_000);
  assert.equal(link.at(20_001), 'good');
});

test('a new connection begins with a clean sheet, and old measures are forgotten', () => {
  const link = new LinkQuality();
  link.answered(0, 9_000);
  link.heard(0);
  assert.equal(link.at(0), 'slow');
  link.begin();
  link.heard(1);
  assert.equal(link.at(1), 'good');
  assert.equal(link.delay_ms(1), null);
  link.answered(1, 300);
  assert.equal(link.delay_ms(100_000), null);
});
