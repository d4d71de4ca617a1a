/** The wall turns by a clock that the test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cycle, HELD_MS, stopsOf, type Stop } from '../src/index.ts';

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
