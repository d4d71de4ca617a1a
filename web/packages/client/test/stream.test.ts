import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SILENCE_MS, Stream, waitBefore, type LinkState, type ServerFrame } from '../src/index.ts';

type FakeSocket = { address: string; readyState: number; sent: string[]; send(text: string): void; close(): void; onopen: (() => void) | null; onmessage: ((m: { data: unknown }) => void) | null; onclose: (() => void) | null };

/** A world with its own time: nothing waits for real. */
function world() {
  const sockets: FakeSocket[] = [];
  const states: LinkState[] = [];
  const frames: ServerFrame[] = [];
  let refusals = 0;
  let tasks: { delay_ms: number; task: () => void }[] = [];
  const stream = new Stream((cursor) => `ws://desk?after=${cursor ?? ''}`, { frame: (frame) => frames.push(frame), link: (state) => states.push(state), refused: () => (refusals += 1) }, {
    connect: (address) => {
      const socket: FakeSocket = { address, readyState: 1, sent: [], send: (text) => socket.sent.push(text), close: () => (socket.readyState = 3), onopen: null, onmessage: null, onclose: null };
      sockets.push(socket);
      return socket;
    },
    after: (delay_ms, task) => {
      const entry = { delay_ms, task };
      tasks.push(entry);
      return () => (tasks = tasks.filter((other) => other !== entry));
    },
    random: () => 0.5,
  });
  const say = (frame: object): void => sockets.at(-1)!.onmessage!({ data: JSON.stringify(frame) });
  const elapse = (delay_ms: number): void => {
    const due = tasks.filter((entry) => entry.delay_ms === delay_ms);
    tasks = tasks.filter((entry) => entry.delay_ms !== delay_ms);
    for (const { task } of due) task();
  };
  return { stream, sockets, states, frames, say, elapse, pending: () => tasks.map(({ delay_ms }) => delay_ms), refusals: () => refusals };
}

test('it catches up, goes live, and resumes from its last cursor after a cut', () => {
  const { stream, sockets, states, frames, say, elapse, pending } = world();
  stream.start();
  assert.equal(sockets[0]!.address, 'ws://desk?after=');
  sockets[0]!.onopen!();
  say({ type: 'welcome', now: '2026-11-23T20:00:00Z', cursor: 'c0', node: 'n' });
  say({ type: 'facts', facts: [], cursor: 'c7' });
  say({ type: 'live' });
  assert.equal(states.at(-1), 'live');
  assert.equal(frames.length, 3);
  sockets[0]!.onclose!();
  assert.equal(states.at(-1), 'cut');
  assert.deepEqual(pending(), [waitBefore(0, 0.5)]);
  elapse(waitBefore(0, 0.5));
  assert.equal(sockets[1]!.address, 'ws://desk?after=c7');
});

test('waits grow to a limit and are spread', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 20].map((attempt) => waitBefore(attempt, 1));
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  assert.equal(waitBefore(6, 0), 7500);
});

test('silence is a cut even when the socket looks open', () => {
  const { stream, sockets, states, say, elapse } = world();
  stream.start();
  say({ type: 'live' });
  elapse(SILENCE_MS);
  assert.equal(states.at(-1), 'cut');
  assert.equal(sockets[0]!.readyState, 3);
});

test('told goodbye, it does not come back; told the server stops, it does', () => {
  const ended = world();
  ended.stream.start();
  ended.say({ type: 'bye', code: 'rights-ended' });
  assert.equal(ended.states.at(-1), 'ended');
  assert.deepEqual(ended.pending(), []);
  const stopping = world();
  stopping.stream.start();
  stopping.say({ type: 'bye', code: 'server-stopping' });
  stopping.sockets[0]!.onclose!();
  assert.equal(stopping.states.at(-1), 'cut');
});

test('the network back, it tries at once', () => {
  const { stream, sockets } = world();
  stream.start();
  stream.hurry();
  assert.equal(sockets.length, 1);
  stream.cut();
  stream.hurry();
  assert.equal(sockets.length, 2);
});

test('it resumes from a kept cursor; refused before it opens, it says so and can begin again from the first fact', () => {
  const { stream, sockets, refusals } = world();
  stream.start('kept');
  assert.equal(sockets[0]!.address, 'ws://desk?after=kept');
  sockets[0]!.onclose!();
  assert.equal(refusals(), 1);
  stream.restart();
  assert.equal(sockets[1]!.address, 'ws://desk?after=');
  sockets[1]!.onopen!();
  sockets[1]!.onclose!();
  assert.equal(refusals(), 1, 'a link that breaks once open is a cut, not a refusal');
});
