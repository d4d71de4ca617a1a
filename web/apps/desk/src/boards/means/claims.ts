/** What people said differently of means, in words. */
import { parseInstant, type Body, type Conflict, type Party, type Version } from '@garance/client';
import { clockTime, dateTime, t, term } from '@garance/kit';
import type { Desk } from '../../state/desk.svelte.ts';
import { numberOf, partyWords, textOf, told } from '../things.ts';

const OF_MEANS = new Set(['resource assignment', 'resource details', 'resource relief', 'demand state', 'demand description']);

/** A value of a conflict about means, in words; null when it is not about means. */
export function meansClaim(desk: Desk, { thing, aspect }: Conflict, version: Version): string | null {
  if (!OF_MEANS.has(`${thing} ${aspect}`)) return null;
  const value = version.value as Body;
  const name = (id: string): string => {
    const { resources, shapes, ended, things } = desk.picture;
    const found = [...resources, ...shapes, ...ended].find((one) => one.id === id)?.name;
    return found ?? (textOf(told(things.find((one) => one.id === id && one.kind !== 'resource'), 'description'), 'title') || id.slice(0, 8));
  };
  const at = (member: string): string => (textOf(value, member) ? clockTime(parseInstant(textOf(value, member))) : '');
  switch (aspect) {
    case 'assignment':
      return ['mission', 'sector', 'incident'].map((member) => textOf(value, member)).filter(Boolean).map(name).join(' · ') || t('means.free-word');
    case 'relief':
      return [at('at'), textOf(value, 'by') ? t('means.relief-by', { name: name(textOf(value, 'by')) }) : ''].filter(Boolean).join(' ');
    case 'details':
      return [term('resource-level', textOf(value, 'level') || 'vehicle'), textOf(value, 'call_sign'), textOf(value, 'crew_detail') || String(numberOf(value, 'crew') ?? ''), textOf(value, 'part_of') ? t('means.in-group', { name: name(textOf(value, 'part_of')) }) : '', textOf(value, 'capability')].filter(Boolean).join(' · ');
    case 'state':
      return [term('demand-state', textOf(value, 'state')), numberOf(value, 'granted') ?? '', at('expected_at'), textOf(value, 'note')].filter((one) => one !== '').join(' · ');
    default:
      return [`${numberOf(value, 'quantity') ?? ''} × ${textOf(value, 'what')}`, partyWords(desk.directory, value['to'] as Party | undefined), textOf(value, 'needed_at') ? dateTime(parseInstant(textOf(value, 'needed_at'))) : ''].filter(Boolean).join(' · ');
  }
}
