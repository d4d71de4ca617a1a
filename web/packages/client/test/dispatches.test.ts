/** What became of what was sent to partners: one line for each recipient, the answer that tells most. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dispatchedOf, recipientsOf, type Statement, type Thing } from '../src/index.ts';

const statement = (value: Record<string, unknown>, occurred_at = '2026-01-14T02:00:00Z') => ({ value, occurred_at }) as Statement;
const dispatch = (id: string, said: Record<string, Statement>): Thing => ({ kind: 'dispatch', id, said }) as Thing;
const order = (to: string[], at?: string) => statement({ feed: 'hub', matter: 'incident', incident: 'fire', to }, at);

test('each recipient has its own state, and the answer that tells most holds', () => {
  const things = [dispatch('one', {
    'order': order(['samu', 'sis', 'nexsis', 'police']),
    'sent|samu': statement({}), 'answer|samu|integrated': statement({ text: 'pris' }), 'answer|samu|received': statement({}),
    'sent|sis': statement({}), 'failed|nexsis': statement({ why: 'hub-not-sent' }),
  })];
  assert.deepEqual(dispatchedOf({ things }, 'fire').map(({ to, state, why }) => [to, state, why]), [
    ['samu', 'integrated', 'pris'], ['sis', 'sent', ''], ['nexsis', 'failed', 'hub-not-sent'], ['police', 'waiting', ''],
  ]);
  assert.deepEqual(dispatchedOf({ things }, 'flood'), []);
  assert.deepEqual(recipientsOf({ things }, 'hub'), ['nexsis', 'police', 'samu', 'sis']);
});

test('the newest is told first', () => {
  const things = [dispatch('old', { order: order(['a']) }), dispatch('new', { order: order(['b'], '2026-01-14T03:00:00Z') })];
  assert.deepEqual(dispatchedOf({ things }, 'fire').map(({ id }) => id), ['new', 'old']);
});
