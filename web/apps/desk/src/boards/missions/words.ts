/** What is said of a mission besides its title: lateness in words, the keys that move it, the lines it comes from. */
import { missionStanding, missionState, parseInstant, type Entry, type MissionState, type Picture, type Standing, type Thing } from '@garance/client';
import { clockTime, dayDate, t } from '@garance/kit';
import { textOf, told } from '../things.ts';

/** One key moves a mission on, while its card has the focus. */
export const MOVE_KEYS: Record<MissionState, string> = {
  accepted: 'p', 'under-way': 's', done: 'f', refused: 'r', failed: 'k', cancelled: 'n', requested: 'd',
};

/** Columns of the board when it is wide; what is over stands together in the last. */
export const COLUMNS = ['requested', 'accepted', 'under-way', 'over'] as const;
export type Column = (typeof COLUMNS)[number];

/** Groups of the list when it is narrow, the most pressing first. */
export const GROUPS: readonly Standing[] = ['late', 'unanswered', 'soon', 'waiting', 'running', 'over'];

export function columnOf(mission: Thing): Column {
  const state = missionState(mission);
  return state === 'requested' || state === 'accepted' || state === 'under-way' ? state : 'over';
}

export const deadlineOf = (mission: Thing): number | null => {
  const deadline = textOf(told(mission, 'description'), 'deadline');
  return deadline ? parseInstant(deadline) : null;
};

/** « 14:30 », or with its day when it is another one. */
export const hourWords = (at_ms: number, now_ms: number): string =>
  dayDate(at_ms) === dayDate(now_ms) ? clockTime(at_ms) : `${dayDate(at_ms)} ${clockTime(at_ms)}`;

/** How long, in words: « 12 min », « 1 h 20 », « 3 j ». */
export function elapsed(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 60) return t('elapsed.minutes', { n: minutes });
  if (minutes < 24 * 60) return t('elapsed.hours', { h: Math.floor(minutes / 60), n: String(minutes % 60).padStart(2, '0') });
  return t('elapsed.days', { n: Math.floor(minutes / (24 * 60)) });
}

/** « dans 12 min », « depuis 12 min » ; nothing under a minute is counted. */
export const towards = (at_ms: number, now_ms: number): string =>
  Math.abs(at_ms - now_ms) < 60_000 ? t('due.now') : t(at_ms > now_ms ? 'due.in' : 'due.since', { age: elapsed(Math.abs(at_ms - now_ms)) });

/** When it is due and how late it is; or since when it waits for an answer. */
export function dueWords(mission: Thing, now_ms: number): string {
  const [standing, deadline_ms] = [missionStanding(mission, now_ms), deadlineOf(mission)];
  if (standing === 'over') return '';
  const words: string[] = [];
  if (deadline_ms !== null) {
    const hour = hourWords(deadline_ms, now_ms);
    words.push(standing === 'late' ? t('mission.late-by', { age: elapsed(now_ms - deadline_ms), hour }) : t('mission.for', { hour, towards: towards(deadline_ms, now_ms) }));
  }
  if (standing === 'unanswered' || standing === 'waiting') {
    const asked_ms = parseInstant(mission.said['state']?.occurred_at ?? mission.began_at);
    words.push(t(standing === 'waiting' ? 'mission.asked-since' : 'mission.unanswered-since', { age: elapsed(now_ms - asked_ms) }));
  }
  return words.join(' · ');
}

/** The most pressing first within a group or a column. */
export function inPressure(now_ms: number): (a: Thing, b: Thing) => number {
  const rank = (mission: Thing): number => GROUPS.indexOf(missionStanding(mission, now_ms));
  const urgency = (mission: Thing): number => ['flash', 'urgent'].indexOf(textOf(told(mission, 'description'), 'urgency')) >>> 0;
  const hour = (mission: Thing): number => deadlineOf(mission) ?? Infinity;
  return (a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    if (rank(a) === GROUPS.length - 1) return parseInstant(b.changed_at) - parseInstant(a.changed_at);
    return urgency(a) - urgency(b) || (hour(a) === hour(b) ? parseInstant(a.began_at) - parseInstant(b.began_at) : hour(a) - hour(b));
  };
}

/** The lines that speak of a thing: those it answers, those that name it. */
export function linesOf(picture: Picture, thing: Thing): Entry[] {
  const answered = new Set(Object.values(thing.said).flatMap(({ answers }) => answers));
  return picture.entries.filter((entry) => answered.has(entry.entry) || entry.links.includes(thing.id) || entry.about === thing.id);
}
