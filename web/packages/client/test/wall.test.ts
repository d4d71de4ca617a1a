/** The wall turns by a clock that the test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cycle, HELD_MS, LED_MS, ledAmong, stopsOf, type Stop, type Thing } from '../src/index.ts';

class FakeTime {
  now_ms = 0;
  readonly #tasks: { at_ms: number; task: () => void }[] = [];

  after = (delay_ms: number, task: () => void): (() => void) => {
    const waiting = { at_ms: this.now_ms + delay_ms, task };
    this.#tasks.push(waiting);
    return () => {
      const index = this.#tasks.indexOf(waiting);
      if (index >= 0) this.#tasks.splice(index, 1);
    };
  };

  pass(ms: number): void {
    const end_ms = this.now_ms + ms;
    for (;;) {
      const next = this.#tasks.filter(({ at_ms }) => at_ms <= end_ms).sort((a, b) => a.at_ms - b.at_ms)[0];
      if (!next) break;
      this.#tasks.splice(this.#tasks.indexOf(next), 1);
      this.now_ms = next.at_ms;
      next.task();
    }
    this.now_ms = end_ms;
  }

  get waiting(): number {
    return this.#tasks.length;
  }
}

function wall(stops: Stop[]) {
  const time = new FakeTime();
  const shown: string[] = [];
  const cycle = new Cycle((id) => shown.push(`${id}@${time.now_ms / 1000}`), time.after);
  cycle.follow(stops);
  return { time, shown, cycle };
}

const A = { id: 'a', dwell_s: 20 };
const B = { id: 'b', dwell_s: 10 };
const C = { id: 'c', dwell_s: 5 };

test('each view stays as long as it asks, and the round begins again', () => {
  const { time, shown } = wall([A, B]);
  time.pass(65_000);
  assert.deepEqual(shown, ['a@0', 'b@20', 'a@30', 'b@50', 'a@60']);
});

test('somebody in front of it holds the view; it goes on after a while without them', () => {
  const { time, shown, cycle } = wall([A, B]);
  time.pass(15_000);
  cycle.touch();
  time.pass(10_000);
  cycle.touch();
  time.pass(HELD_MS - 1);
  assert.equal(cycle.held, true);
  assert.deepEqual(shown, ['a@0']);
  time.pass(1);
  assert.equal(cycle.held, false);
  time.pass(20_000);
  assert.deepEqual(shown, ['a@0', 'b@75']);
});

test('one view alone stays, and nothing waits', () => {
  const { time, shown } = wall([A]);
  time.pass(3_600_000);
  assert.deepEqual(shown, ['a@0']);
  assert.equal(time.waiting, 0);
});

test('views saved, moved or removed meanwhile are followed without a jump', () => {
  const { time, shown, cycle } = wall([A, B]);
  time.pass(20_000);
  cycle.follow([A, B, C]);
  time.pass(10_000);
  assert.deepEqual(shown, ['a@0', 'b@20', 'c@30']);
  cycle.follow([A, B]);
  assert.equal(cycle.current, 'a');
  cycle.follow([]);
  assert.equal(cycle.current, null);
  assert.equal(time.waiting, 0);
  cycle.follow([B]);
  assert.equal(cycle.current, 'b');
});

test('a wall of twelve hours leaves one thing waiting, whatever is touched', () => {
  const { time, cycle } = wall([A, B, C]);
  for (let hour = 0; hour < 12; hour += 1) {
    time.pass(3_600_000);
    cycle.touch();
    cycle.touch();
    assert.equal(time.waiting, 1);
  }
});

test('the address says which views: one, some in that order, all; unknown ones are passed over', () => {
  const ids = (query: string): string => stopsOf(new URLSearchParams(query), [A, B, C]).map(({ id }) => id).join('');
  assert.equal(ids('kiosk'), 'abc');
  assert.equal(ids('kiosk=c,a'), 'ca');
  assert.equal(ids('kiosk&view=b'), 'b');
  assert.equal(ids('kiosk=gone,b'), 'b');
});

test('a briefing leads the wall: its view at once, no round, no hold; then the round goes on', () => {
  const { time, shown, cycle } = wall([A, B]);
  time.pass(5_000);
  cycle.touch();
  cycle.lead('c');
  assert.equal(cycle.held, false);
  cycle.touch();
  cycle.follow([A, B, C]);
  time.pass(600_000);
  cycle.lead('b');
  cycle.lead('b');
  assert.deepEqual(shown, ['a@0', 'c@5', 'b@605']);
  assert.equal(time.waiting, 0);
  cycle.lead(null);
  time.pass(10_000);
  assert.deepEqual(shown, ['a@0', 'c@5', 'b@605', 'c@615']);
});

test('led by a view that is not of its round, the wall comes back to its first', () => {
  const { shown, cycle } = wall([A, B]);
  cycle.lead('z');
  cycle.lead(null);
  assert.deepEqual(shown, ['a@0', 'z@0', 'a@0']);
});

test('of several briefings the one moved last leads; one that is over or left for an hour does not', () => {
  const briefing = (id: string, minute: number, ended = false): Thing => {
    const at = `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
    const author = { person: id, organisation: 'o', role: 'dos' };
    const step = { fact: `f-${id}`, value: { view: `view of ${id}` }, author, occurred_at: at, recorded_at: at, answers: [] };
    return { kind: 'briefing', id, began_at: at, changed_at: at, author, label: { audience: 'partners', sensitivity: 'ordinary' }, said: { view: step }, gathered: {}, ended, follows: [], conflict: false };
  };
  const now_ms = Date.parse('2026-01-01T00:40:00Z');
  assert.equal(ledAmong([], now_ms), null);
  const led = ledAmong([briefing('one', 10), briefing('two', 30), briefing('over', 35, true)], now_ms);
  assert.deepEqual([led?.briefing, led?.view, led?.author.person], ['two', 'view of two', 'two']);
  assert.equal(ledAmong([briefing('two', 30)], Date.parse('2026-01-01T00:30:00Z') + LED_MS), null);
});
