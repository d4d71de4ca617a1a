/** What is typed of a resource's details, and what it says once read. */
import type { Body } from '@garance/client';
import { numberOf, textOf } from '../things.ts';
import { readCrew, readNumber } from './words.ts';

const MOST_EUR = 1_000_000;
const text = (value: number | null): string => (value === null ? '' : String(value).replace('.', ','));

export class DetailsTyped {
  level = $state('vehicle');
  part_of = $state('');
  call_sign = $state('');
  owner = $state('');
  crew = $state('');
  capability = $state('');
  quantity = $state('');
  relief_after = $state('');
  per_hour = $state('');
  per_km = $state('');
  note = $state('');

  constructor(details: Body = {}) {
    this.level = textOf(details, 'level') || 'vehicle';
    this.part_of = textOf(details, 'part_of');
    this.call_sign = textOf(details, 'call_sign');
    this.owner = textOf(details, 'owner');
    this.crew = textOf(details, 'crew_detail') || text(numberOf(details, 'crew'));
    this.capability = textOf(details, 'capability');
    this.quantity = text(numberOf(details, 'quantity'));
    this.relief_after = text(numberOf(details, 'relief_after_h'));
    this.per_hour = text(numberOf(details, 'cost_per_hour_eur'));
    this.per_km = text(numberOf(details, 'cost_per_km_eur'));
    this.note = textOf(details, 'note');
  }

  /** Which fields cannot be read, by name. */
  get unread(): Set<string> {
    const quantity = readNumber(this.quantity, 1_000_000);
    const bad = {
      crew: readCrew(this.crew) === null, quantity: quantity === null || (quantity !== undefined && !Number.isInteger(quantity)),
      relief_after: readNumber(this.relief_after, 168, 0.1) === null, per_hour: readNumber(this.per_hour, MOST_EUR) === null, per_km: readNumber(this.per_km, MOST_EUR) === null,
    };
    return new Set(Object.entries(bad).flatMap(([name, is]) => (is ? [name] : [])));
  }

  /** All of it as a statement says it; members that are empty are taken away from what was said before. */
  get change(): Body {
    const { crew, crew_detail } = readCrew(this.crew) ?? {};
    return {
      level: this.level, part_of: this.part_of || null, call_sign: this.call_sign.trim() || null, owner: this.owner.trim() || null, crew: crew ?? null, crew_detail: crew_detail ?? null,
      capability: this.capability.trim() || null, quantity: readNumber(this.quantity, 1_000_000) ?? null, relief_after_h: readNumber(this.relief_after, 168, 0.1) ?? null,
      cost_per_hour_eur: readNumber(this.per_hour, MOST_EUR) ?? null, cost_per_km_eur: readNumber(this.per_km, MOST_EUR) ?? null, note: this.note.trim() || null,
    };
  }

  get blank(): boolean {
    const { level, ...rest } = this.change;
    return level === 'vehicle' && Object.values(rest).every((value) => value === null);
  }
}
