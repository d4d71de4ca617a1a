/** The cases shared with the server's rule: same means, same hour, same shortage. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { firstShortage, project, workBegan, type Shortage } from '../src/index.ts';

type Told = [string, string, number] | null;
type Written = Record<string, string | number | undefined>;
type Case = { name: string; units: Written[]; promises: Written[]; expect: { kind: string; shortage: Told; horizons: number[][] }[]; first: Told };
const file = JSON.parse(readFileSync(new URL('../../../../tests/support/potential_cases.json', import.meta.url), 'utf8')) as { at: string; cases: Case[]; began: { steps: [string, string][]; expect: string | null }[] };

const ms = (at: string | number | undefined): number | null => (typeof at === 'string' ? Date.parse(at) : null);
const told = (shortage: Shortage | null): Told => shortage && [shortage.kind, new Date(shortage.at_ms).toISOString().replace('.000Z', 'Z'), shortage.missing];

for (const { name, units, promises, expect, first } of file.cases) {
  test(`potential: ${name}`, () => {
    const crews = units.map((unit) => ({
      id: String(unit['id']), kind: String(unit['kind']), state: String(unit['state']), since_ms: ms(unit['since']), relief_at_ms: ms(unit['relief_at']),
      relief_after_h: (unit['relief_after_h'] as number | undefined) ?? null, relief_by: (unit['relief_by'] as string | undefined) ?? null,
    }));
    const promised = promises.map((one) => ({
      kind: String(one['kind']), state: String(one['state']), quantity: Number(one['quantity']), granted: (one['granted'] as number | undefined) ?? null,
      expected_at_ms: ms(one['expected_at']), came: Number(one['came'] ?? 0),
    }));
    const found = project(crews, promised, Date.parse(file.at));
    const written = found.map(({ horizons, shortage, ...rest }) => ({ ...rest, horizons: horizons.map(({ hours, due, arriving, ready }) => [hours, due, arriving, ready]), shortage: told(shortage) }));
    assert.deepEqual(written, expect);
    assert.deepEqual(told(firstShortage(found)), first);
  });
}

test('hours run from the first departure not yet given back', () => {
  for (const { steps, expect } of file.began) assert.equal(workBegan(steps.map(([at, state]) => ({ at_ms: Date.parse(at), state }))), ms(expect ?? undefined));
});
