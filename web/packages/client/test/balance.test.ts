/** The cases shared with the server's rule: same things, same balance, whatever their order. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { balance, type Balance, type Statement, type Thing } from '../src/index.ts';

type Told = { kind: string; id: string; said: Record<string, Partial<Statement>> };
type Case = { name: string; situation: string; things: Told[]; expect: unknown };

const cases = JSON.parse(readFileSync(new URL('../../../../tests/support/balance_cases.json', import.meta.url), 'utf8')) as Case[];

const thing = ({ said, ...named }: Told): Thing =>
  ({ ...named, said: Object.fromEntries(Object.entries(said).map(([aspect, one]) => [aspect, { answers: [], ...one }])) }) as unknown as Thing;

/** The balance as the cases write it: what is null is not written. */
const told = ({ tallies, totals }: Balance): unknown => ({
  tallies: tallies.map(({ counts, settlement, ...tally }) => ({
    ...tally, counts: counts.map(({ statement, ...count }) => ({ ...count, fact: statement.fact })), ...(settlement ? { settled: settlement.fact } : {}),
  })),
  totals: totals.map((total) => Object.fromEntries(Object.entries(total).filter(([, value]) => value !== null))),
});

for (const { name, situation, things, expect } of cases) {
  test(`balance of people: ${name}`, () => {
    const all = things.map(thing);
    assert.deepEqual(told(balance(situation, all)), expect);
    assert.deepEqual(told(balance(situation, all.toReversed())), expect);
  });
}
