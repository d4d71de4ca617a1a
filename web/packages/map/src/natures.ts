/** The natures of incidents: the same file as the server's, so that a word, a sign and a gravity are one everywhere. */
import { plain, type Severity } from '@garance/client';
import list from '../../../../src/garance/domain/incidents/natures.json' with { type: 'json' };
import type { Place } from './kinds.ts';

export type Nature = { id: string; family: string; fr: string; en: string; on: Place[]; severity: number; emsi: string; path: string; words: string };

export const NATURES = list as readonly Nature[];

const KNOWN = new Map(NATURES.map((nature) => [nature.id, nature]));

/** The nature of that word; the plain one for a word of another version. */
export const natureOf = (word: string): Nature => KNOWN.get(word) ?? KNOWN.get('other')!;

const LEVELS = ['unknown', 'normal', 'caution', 'serious', 'critical', 'critical'] as const;

/** The shape and colour of a severity from 1 to 5; the two gravest share one, their number tells them apart. */
export const levelOf = (severity: number): Severity | 'normal' | 'unknown' => LEVELS[severity] ?? 'unknown';

/** The natures that what is typed may mean, the likeliest first; all of them before anything is typed. */
export function naturesFor(typed: string): readonly Nature[] {
  const parts = plain(typed).split(/\s+/).filter(Boolean);
  if (parts.length === 0) return NATURES;
  const rank = ({ fr, en, words }: Nature): number => {
    const [names, more] = [plain(`${fr} ${en}`), plain(words)];
    const all = `${names} ${more}`.split(/[\s,']+/);
    if (!parts.every((part) => all.some((word) => word.startsWith(part)))) return -1;
    return plain(fr).startsWith(parts[0]!) || plain(en).startsWith(parts[0]!) ? 2 : names.includes(parts[0]!) ? 1 : 0;
  };
  return NATURES.map((nature) => ({ nature, rank: rank(nature) })).filter((one) => one.rank >= 0).sort((a, b) => b.rank - a.rank).map(({ nature }) => nature);
}
