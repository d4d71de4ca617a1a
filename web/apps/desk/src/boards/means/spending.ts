/** What was spent, in figures and in words. */
import type { Body } from '@garance/client';
import { decimal, t } from '@garance/kit';
import { numberOf, textOf } from '../things.ts';
import type { Owed, Spent } from './book.svelte.ts';
import { duration, euros } from './words.ts';

export type Totals = { hours: number; kilometres: number; consumables: { name: string; unit: string; quantity: number }[]; cost: number; uncosted: number };

/** `uncosted`: statements of which nobody said the unit cost; they are in no sum of money. */
export function totalsOf(spent: readonly Spent[]): Totals {
  const totals: Totals = { hours: 0, kilometres: 0, consumables: [], cost: 0, uncosted: 0 };
  for (const { value, cost } of spent) {
    totals.hours += numberOf(value, 'hours') ?? 0;
    totals.kilometres += numberOf(value, 'kilometres') ?? 0;
    if (cost === null) totals.uncosted += 1;
    else totals.cost += cost;
    const [name, quantity, unit] = [textOf(value, 'consumable'), numberOf(value, 'quantity'), textOf(value, 'unit')];
    if (!name || quantity === null) continue;
    const same = totals.consumables.find((one) => one.name === name && one.unit === unit);
    if (same) same.quantity += quantity;
    else totals.consumables.push({ name, unit, quantity });
  }
  return totals;
}

/** 3,2 h · 12 km · 40 L gazole */
export function amountWords(value: Body): string {
  const [hours, kilometres, quantity] = [numberOf(value, 'hours'), numberOf(value, 'kilometres'), numberOf(value, 'quantity')];
  return [
    hours === null ? '' : `${decimal(hours, 1)} h`,
    kilometres === null ? '' : `${decimal(kilometres, 1)} km`,
    quantity === null ? '' : `${decimal(quantity, Number.isInteger(quantity) ? 0 : 1)} ${textOf(value, 'unit')} ${textOf(value, 'consumable')}`.replace('  ', ' '),
  ].filter(Boolean).join(' · ');
}

export function owedWords({ hours, kilometres }: Owed, details: Body): string {
  const [perHour, perKm] = [numberOf(details, 'cost_per_hour_eur'), numberOf(details, 'cost_per_km_eur')];
  const cost = (perHour === null ? 0 : perHour * hours) + (perKm === null || kilometres === null ? 0 : perKm * kilometres);
  return [duration(hours * 3_600_000), kilometres === null ? '' : t('resource.kilometres', { n: decimal(kilometres, 1) }), cost > 0 ? euros(cost) : ''].filter(Boolean).join(' · ');
}
