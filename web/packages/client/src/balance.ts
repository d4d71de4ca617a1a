/**
 * The balance of people: who counted whom, what is held to, what disagrees, and totals that hide neither. Counts of
 * different sources are never merged. Held, with `garance/views/balance.py`, to `tests/support/balance_cases.json`.
 */
import type { Statement, Thing } from './things.ts';

/** The categories as they are read aloud. */
export const TOLLS = ['killed', 'absolute-urgency', 'relative-urgency', 'involved', 'rescued', 'evacuated', 'sheltered', 'missing'] as const;
export type TollCategory = (typeof TOLLS)[number];

export type Agreement = 'settled' | 'to-review' | 'alone' | 'agreed' | 'open';
export type Count = { source: string; low: number; high: number; statement: Statement; weighed: boolean };
export type Tally = { about: string; category: TollCategory; low: number; high: number; agreement: Agreement; counts: Count[]; settlement: Statement | null };
export type Total = { category: TollCategory; low: number; high: number; firm: boolean; parts_low: number | null; parts_high: number | null };
export type Balance = { tallies: Tally[]; totals: Total[] };

type Range = { low: number; high: number };

export function balance(situation: string, things: readonly Thing[]): Balance {
  const tallies = things.filter(({ kind }) => kind === 'toll').flatMap(talliesOf)
    .sort((a, b) => compare(a.about, b.about) || TOLLS.indexOf(a.category) - TOLLS.indexOf(b.category));
  const kinds = new Map(things.filter(({ kind }) => kind !== 'toll').map(({ id, kind }) => [id, kind]));
  const parents = new Map(things.flatMap(({ kind, id, said }): [string, string][] => {
    const parent = kind === 'incident' ? said['description']?.value['parent'] : undefined;
    return typeof parent === 'string' ? [[id, parent]] : [];
  }));
  const totals = TOLLS.flatMap((category) => {
    const mine = tallies.filter((one) => one.category === category);
    return mine.length > 0 ? [totalOf(situation, category, mine, kinds, parents)] : [];
  });
  return { tallies, totals };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const rangeOf = ({ value }: Statement): Range => ({ low: Number(value['low']), high: Number(value['high']) });

function talliesOf({ id, said }: Thing): Tally[] {
  const under = (aspect: string): Statement[] => Object.entries(said).filter(([name]) => name.startsWith(`${aspect}|`)).map(([, one]) => one);
  const [stated, settled] = [under('stated'), under('settled')];
  return TOLLS.flatMap((category) => {
    const counts = stated.filter(({ value }) => value['category'] === category).sort((a, b) => compare(String(a.value['source']), String(b.value['source'])));
    const held = settled.find(({ value }) => value['category'] === category) ?? null;
    return counts.length > 0 || held ? [tallyOf(id, category, counts, held)] : [];
  });
}

function tallyOf(about: string, category: TollCategory, stated: readonly Statement[], settlement: Statement | null): Tally {
  const counts = stated.map((statement): Count =>
    ({ source: String(statement.value['source']), ...rangeOf(statement), statement, weighed: settlement !== null && weighed(statement, settlement) }));
  if (settlement) {
    const agreement = counts.every((count) => count.weighed) ? 'settled' : 'to-review';
    return { about, category, ...rangeOf(settlement), agreement, counts, settlement };
  }
  const [low, high] = [Math.min(...counts.map((count) => count.low)), Math.max(...counts.map((count) => count.high))];
  const same = counts.every((count) => count.low === low && count.high === high);
  return { about, category, low, high, agreement: counts.length === 1 ? 'alone' : same ? 'agreed' : 'open', counts, settlement };
}

/** Whether the settlement knew of that count: it names it, or names none and came after. */
const weighed = (count: Statement, held: Statement): boolean =>
  held.answers.length > 0 ? held.answers.includes(count.fact) : Date.parse(count.recorded_at) <= Date.parse(held.recorded_at);

function totalOf(situation: string, category: TollCategory, tallies: readonly Tally[], kinds: ReadonlyMap<string, string>, parents: ReadonlyMap<string, string>): Total {
  const whole = tallies.find(({ about }) => about === situation);
  const apart = tallies.filter(({ about }) => about !== situation);
  const counted = new Set(apart.map(({ about }) => about));
  const parts = apart.filter(({ about }) => !within(about, counted, parents));
  const sum = together(parts, kinds);
  if (!whole) return { category, ...sum, parts_low: null, parts_high: null };
  const beside = parts.length > 0 ? { parts_low: sum.low, parts_high: sum.high } : { parts_low: null, parts_high: null };
  return { category, low: whole.low, high: whole.high, firm: firm(whole), ...beside };
}

/** Whether an incident that holds this one is counted itself; one that would hold itself holds nothing. */
function within(about: string, counted: ReadonlySet<string>, parents: ReadonlyMap<string, string>): boolean {
  const seen = new Set<string>();
  let held = false;
  for (let above = parents.get(about); above !== undefined && !seen.has(above); above = parents.get(above)) {
    if (above === about) return false;
    held ||= counted.has(above);
    seen.add(above);
  }
  return held;
}

/**
 * Parts of one kind add up. Those of several (incidents, zones, centres) may be the same people: at least the greatest
 * of them, at most all of them, and that is not firm.
 */
function together(parts: readonly Tally[], kinds: ReadonlyMap<string, string>): Range & { firm: boolean } {
  const sums = new Map<string, Range>();
  for (const { about, low, high } of parts) {
    const kind = kinds.get(about) ?? '';
    const sum = sums.get(kind) ?? { low: 0, high: 0 };
    sums.set(kind, { low: sum.low + low, high: sum.high + high });
  }
  const ranges = [...sums.values()];
  return {
    low: Math.max(0, ...ranges.map(({ low }) => low)),
    high: ranges.reduce((all, { high }) => all + high, 0),
    firm: ranges.length <= 1 && parts.every(firm),
  };
}

const firm = ({ agreement }: Tally): boolean => agreement !== 'open' && agreement !== 'to-review';
