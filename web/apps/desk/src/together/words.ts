/** What a notice says, in the words of the person. */
import type { Raised } from '@garance/client';
import { clockTime, t, term } from '@garance/kit';

export function noticeWords({ kind, words, at_ms }: Raised): string {
  if (kind === 'level') return t('notices.level', { word: term('level', words) });
  if (kind === 'closed') return t('notices.closed');
  if (kind === 'rights') return t('notices.rights', { role: term('role', words), at: clockTime(at_ms) });
  if (kind === 'conflict') return words ? t('notices.conflict-line', { text: words }) : t('notices.conflict');
  if (kind === 'stuck') return t('notices.stuck', { text: words });
  return words;
}

