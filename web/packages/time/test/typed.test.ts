import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAhead, readMoment } from '../src/typed.ts';

const zone = 'Europe/Paris';
const near_ms = Date.parse('2010-02-28T03:20:00Z');
const night = { near_ms, latest_ms: near_ms + 60 * 60_000, zone };
const read = (text: string, around = night): string => {
  const typed = readMoment(text, around);
  return 'problem' in typed ? typed.problem : new Date(typed.at_ms).toISOString().slice(0, 16);
};

test('an hour is the one nearest to what is shown, in legal time', () => {
  for (const typed of ['04h30', '4h30', '4:30', '0430', ' 04 H 30 ', '4 : 30']) assert.equal(read(typed), '2010-02-28T03:30', typed);
  assert.equal(read('23h10'), '2010-02-27T22:10');
  assert.equal(read('4h'), '2010-02-28T03:00');
});

test('a day is read with its hour, with or without its year', () => {
  for (const typed of ['28/02 4:30', '28/2 04h30', '28/02/2010 04:30', '28.02.2010 à 4h30', '28-02 4h30']) assert.equal(read(typed), '2010-02-28T03:30', typed);
  assert.equal(read('31/12 23h00', { near_ms: Date.parse('2026-01-01T02:00:00Z'), latest_ms: Infinity, zone }), '2025-12-31T22:00');
  assert.equal(read('29/02/2012 4h30', { ...night, latest_ms: Infinity }), '2012-02-29T03:30');
});

test('a shift is counted from what is shown', () => {
  assert.equal(read('-10'), '2010-02-28T03:10');
  assert.equal(read('- 90 min'), '2010-02-28T01:50');
  assert.equal(read('+1h'), '2010-02-28T04:20');
});

test('nonsense is refused by its own name', () => {
  for (const typed of ['', 'midi', '4', '4h3', '25:61:00', '28/02', '12345', '4h30 demain']) assert.equal(read(typed), 'unreadable', typed);
  for (const typed of ['25h00', '24:00', '12h75', '2860']) assert.equal(read(typed), 'no-such-hour', typed);
  for (const typed of ['31/02 4h', '0/1 4h', '12/13 4h', '29/02/2010 4h']) assert.equal(read(typed), 'no-such-day', typed);
  assert.equal(read('+2h'), 'later');
  assert.equal(read('28/02 23h00'), 'later');
  assert.equal(read('23h00'), '2010-02-27T22:00', 'an hour alone is never ahead of now: it is that of the day before');
});

test('the hour that spring skips does not exist; the one that autumn says twice is the nearer', () => {
  const spring = Date.parse('2026-03-29T04:00:00Z');
  assert.equal(read('29/03 02h30', { near_ms: spring, latest_ms: Infinity, zone }), 'no-such-hour');
  const autumn = { latest_ms: Infinity, zone };
  assert.equal(read('02h30', { ...autumn, near_ms: Date.parse('2026-10-25T00:10:00Z') }), '2026-10-25T00:30');
  assert.equal(read('02h30', { ...autumn, near_ms: Date.parse('2026-10-25T01:50:00Z') }), '2026-10-25T01:30');
});

test('a deadline is the next such hour, tomorrow when today has had it; a shift is counted from now', () => {
  const ahead = (text: string): string => {
    const typed = readAhead(text, near_ms, zone);
    return 'problem' in typed ? typed.problem : new Date(typed.at_ms).toISOString().slice(0, 16);
  };
  assert.equal(ahead('05h00'), '2010-02-28T04:00');
  assert.equal(ahead('0500'), '2010-02-28T04:00');
  assert.equal(ahead('02h00'), '2010-03-01T01:00');
  assert.equal(ahead('15h00'), '2010-02-28T14:00');
  assert.equal(ahead('04h15'), '2010-02-28T03:15', 'a few minutes ago is today, and told as past');
  assert.equal(ahead('+30'), '2010-02-28T03:50');
  assert.equal(ahead('+2 h'), '2010-02-28T05:20');
  assert.equal(ahead('1/3 8h00'), '2010-03-01T07:00');
  assert.equal(ahead('bientôt'), 'unreadable');
});
