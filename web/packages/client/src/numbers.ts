/** The number of a line, as its reader calls it. Pure. */
import type { Entry } from './shown.ts';

/** Which register of an organisation: one for each set of people who may read the very same lines. */
export type RegisterName = 'cell' | 'organisation' | 'level-above' | 'public' | 'personal' | 'health' | 'restricted';

export type Numbered = {
  number: number | null;
  /** What the device called it before the server had it. */
  provisional: string | null;
  /** Whose register, when it is not the reader's own organisation. */
  organisation: string | null;
  /** Null for the register that all partners of the situation read. */
  register: RegisterName | null;
};

/** A number alone is that of the reader's organisation, in the register that all partners read. */
export function numberOf({ number, provisional, author, label }: Pick<Entry, 'number' | 'provisional' | 'author' | 'label'>, own: string | null): Numbered {
  const register = label.sensitivity !== 'ordinary' ? label.sensitivity : label.audience === 'partners' ? null : label.audience;
  return { number, provisional, organisation: author.organisation === own ? null : author.organisation, register };
}

/** « #13 », « n° 13 », « 13-20 » among words sought: the numbers wanted, and the other words. */
export function numbersSought(words: string): { from: number; to: number; rest: string } | null {
  const found = /(?:^|\s)(?:#|n°\s?|no\s)(\d{1,6})(?:\s?[-–]\s?#?(\d{1,6}))?(?=\s|$)/iu.exec(words);
  if (!found) return null;
  const [first, last] = [Number(found[1]), Number(found[2] ?? found[1])];
  return { from: Math.min(first, last), to: Math.max(first, last), rest: `${words.slice(0, found.index)} ${words.slice(found.index + found[0].length)}`.trim() };
}

/** Made of letters and figures that are not taken for one another when read aloud. */
const LETTERS = 'ACDEFHJKLMNPRTUVWXY';

/** A name for a device, by which its provisional numbers are told from those of others. */
export const deviceName = (random: () => number): string => Array.from({ length: 3 }, () => LETTERS[Math.floor(random() * LETTERS.length) % LETTERS.length]!).join('');

const MOST = 999_999;
export const provisionalNumber = (device: string, count: number): string => `${device}-${((count - 1) % MOST) + 1}`;
