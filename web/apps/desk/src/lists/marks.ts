/** The marks of a line: the key of each, and what a press of it says next. */
import type { Visa } from '@garance/client';

/** Capital letters, pressed with Shift on the chosen line. */
export const MARK_KEYS: Record<Visa, string> = { triage: 'T', decision: 'D', map: 'M' };

const AFTER: Record<string, string> = { none: 'to-do', 'to-do': 'done', done: 'needless', needless: 'to-do' };

/** Sorting is done at the first press: a line that comes in is to be sorted without anybody saying so. */
export const markNext = (mark: Visa, now: string): string => (mark === 'triage' && now === 'none' ? 'done' : AFTER[now] ?? 'to-do');
