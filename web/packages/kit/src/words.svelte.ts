/** The words on screen, in the language of the person. Keys are stable; the catalogues are data. */
import en from '../../../i18n/en.json';
import fr from '../../../i18n/fr.json';
import refusals from '../../../i18n/refusals.json';
import { legal } from './zone.svelte.ts';

export type Language = 'fr' | 'en';
export type Key = keyof typeof fr;

const CATALOGUES: Record<Language, Record<string, string>> = { fr, en };
const KEPT = 'garance.language';

class Words {
  language = $state<Language>(localStorage.getItem(KEPT) === 'en' ? 'en' : 'fr');

  choose(language: Language): void {
    this.language = language;
    localStorage.setItem(KEPT, language);
    document.documentElement.lang = language;
  }
}

export const words = new Words();

/** The sentence for that key, its `{places}` filled. */
export function t(key: Key, places: Record<string, string | number> = {}): string {
  return fill(CATALOGUES[words.language][key] ?? key, places);
}

function fill(sentence: string, places: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, place: string) => String(places[place] ?? whole));
}

/** The word for one value of a closed list, such as `category.order`; the value itself when the list is open. */
export function term(list: string, value: string): string {
  return CATALOGUES[words.language][`${list}.${value}`] ?? value.replaceAll('-', ' ');
}

/** Singular or plural, by the number: French counts 0 and 1 as one. */
export function count(key: 'entries' | 'facts' | 'resources' | 'unsent' | 'conflicts' | 'people' | 'to-read' | 'earlier' | 'aside' | 'refused' | `file-${'aside' | 'mended' | 'said' | 'written' | 'already' | 'refused' | 'point' | 'line' | 'area'}`, n: number): string {
  const form = new Intl.PluralRules(words.language).select(n) === 'one' ? 'one' : 'other';
  return t(`count.${key}.${form}` as Key, { n: decimal(n, 0) });
}

/** Why the server said no, in words a tired person understands. */
export function refusalWords(code: string, detail: Record<string, unknown> = {}): string {
  const sentences: Record<string, string> = refusals[words.language];
  const sentence = sentences[code];
  if (sentence === undefined) return t('refusal.unknown-code', { code });
  return fill(sentence, Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, String(value)])));
}

export function decimal(value: number, digits: number): string {
  return new Intl.NumberFormat(words.language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** Every hour and every day is written in the legal time of the situation (`legal.zone`), never in that of the computer. */
const formats = new Map<string, Intl.DateTimeFormat>();

function write(ms: number, options: Intl.DateTimeFormatOptions): string {
  const key = `${words.language} ${legal.zone} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(words.language === 'fr' ? 'fr-FR' : 'en-GB', { ...options, timeZone: legal.zone });
    formats.set(key, format);
  }
  return format.format(ms);
}

/** 02:14 */
export const clockTime = (ms: number): string => write(ms, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
/** 02:14:09 */
export const clockSeconds = (ms: number): string =>
  write(ms, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
/** 28 févr. 2010 */
export const shortDate = (ms: number): string => write(ms, { day: 'numeric', month: 'short', year: 'numeric' });
/** dim. 28 févr. */
export const dayDate = (ms: number): string => write(ms, { weekday: 'short', day: 'numeric', month: 'short' });
/** dim. 28 févr. 2010 à 02:14 */
export const dateTime = (ms: number): string => t('time.date-at', { date: `${dayDate(ms)} ${write(ms, { year: 'numeric' })}`, time: clockTime(ms) });

/** How long ago, short: `à l'instant`, `12 min`, `3 h`, `2 j`. */
export function age(ms: number): string {
  if (ms < 60_000) return t('age.now');
  if (ms < 3_600_000) return t('age.minutes', { n: Math.floor(ms / 60_000) });
  if (ms < 86_400_000) return t('age.hours', { n: Math.floor(ms / 3_600_000) });
  return t('age.days', { n: Math.floor(ms / 86_400_000) });
}
