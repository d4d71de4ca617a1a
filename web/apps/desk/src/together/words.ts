/** What a notice says, in the words of the person. */
import type { Raised } from '@garance/client';
import { clockTime, t, term } from '@garance/kit';

export function noticeWords({ kind, words, at_ms, due_ms }: Raised): string {
  if (kind === 'asked') return t('notices.asked', { time: clockTime(due_ms ?? at_ms), text: words });
  if (kind === 'unanswered') return t('notices.unanswered', { text: words });
  if (kind === 'level') return t('notices.level', { word: term('level', words) });
  if (kind === 'closed') return t('notices.closed');
  if (kind === 'rights') return t('notices.rights', { role: term('role', words), at: clockTime(at_ms) });
  if (kind === 'conflict') return words ? t('notices.conflict-line', { text: words }) : t('notices.conflict');
  if (kind === 'stuck') return t('notices.stuck', { text: words });
  return words;
}

