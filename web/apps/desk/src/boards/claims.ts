/** What two people said differently of something told aspect by aspect, in words. */
import { t, term } from '@garance/kit';
import { natureName, rangeWords, stateWord } from './matters.ts';
import { natureOf } from '@garance/map';

type Said = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const DESCRIBED: Record<string, (said: Said) => string[]> = {
  incident: (said) => [text(said['title']), natureName(natureOf(text(said['nature']))), typeof said['severity'] === 'number' ? t('gravity.of-five', { n: said['severity'] }) : ''],
  outage: (said) => [text(said['name']), term('network', text(said['network'])), text(said['operator'])],
  zone: (said) => [text(said['name']), term('measure', text(said['measure']))],
  centre: (said) => [text(said['name']), term('centre-role', text(said['role'])), t('centre.capacity-of', { n: Number(said['capacity']) })],
  toll: (said) => [rangeWords(Number(said['low']), Number(said['high'])), text(said['source']) || text(said['reason'])],
};

/** The kinds whose claims are said here. */
export const KINDS_TOLD: Readonly<Record<string, unknown>> = DESCRIBED;

/** `stated|evacuated|SDIS`: what it is about, then the words that tell it apart. */
export function aspectWords(aspect: string): string {
  const [part = '', category, source] = aspect.split('|');
  return [term('aspect', part), part === 'stated' || part === 'settled' ? term('toll', category!) : '', source ?? ''].filter(Boolean).join(' · ');
}

export function saidOf(kind: string, aspect: string, said: Said): string {
  const [part] = aspect.split('|');
  if (part === 'state' || part === 'evolution') return [stateWord(kind, text(said[part])), text(said['note'])].filter(Boolean).join(' · ');
  if (part === 'occupancy') return t('centre.counted', { n: Number(said['present']) });
  return DESCRIBED[kind]!(said).filter(Boolean).join(' · ');
}
