/** The marks of a line: what a press of its key says next. */
import type { Visa } from '@garance/client';

const AFTER: Record<string, string> = { none: 'to-do', 'to-do': 'done', done: 'needless', needless: 'to-do' };

/** Sorting is done at the first press: a line that comes in is to be sorted without anybody saying so. */
export const markNext = (mark: Visa, now: string): string => (mark === 'triage' && now === 'none' ? 'done' : AFTER[now] ?? 'to-do');
