/** What a line is called: « 13 », « interne 4 », « SDIS 13 », and what this device called it before. */
import { numberOf, type Entry } from '@garance/client';
import { t } from '@garance/kit';
import type { Desk } from '../state/desk.svelte.ts';
import { organisationName } from '../state/names.ts';

export function numberWords(desk: Desk, entry: Entry): string {
  const { number, provisional, organisation, register } = numberOf(entry, desk.grant?.organisation ?? null);
  if (number === null) return provisional ?? '';
  const n = register ? t(`register.${register}`, { n: number }) : String(number);
  const whole = organisation ? `${organisationName(desk.directory, organisation)} ${n}` : n;
  return provisional ? `${whole} (${provisional})` : whole;
}
