/** An instant as people type it: 04h30, 4:30, 0430, 28/02 4h30, 28/02/2010 04:30, -10 min, +1 h. In legal time. */
import { instantsAt, wallAt, type Wall } from '@garance/kit/legal.ts';
import { DAY, HOUR, MINUTE } from './axis.ts';

export type Problem = 'unreadable' | 'no-such-day' | 'no-such-hour' | 'later';
export type Typed = { at_ms: number } | { problem: Problem };

/** `near_ms`: what an hour without a day, or a day without a year, is nearest to. Nothing later than `latest_ms`. */
export type Around = { near_ms: number; latest_ms: number; zone: string };

const MOMENT = /^(?:(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?[\s,àat]+)?(?:(\d{1,2})\s*[h:]\s*(\d{2})?|(\d{2})(\d{2}))$/;
const SHIFT = /^([+-])\s*(\d{1,4})\s*(h|min|mn|m)?$/;

export function readMoment(text: string, around: Around): Typed {
  const typed = text.trim().toLowerCase().replace('−', '-');
  const shift = SHIFT.exec(typed);
  if (shift) return notLater(around.near_ms + Number(`${shift[1]}${shift[2]}`) * (shift[3] === 'h' ? HOUR : MINUTE), around);
  const found = MOMENT.exec(typed);
  if (!found) return { problem: 'unreadable' };
  const [day, month, year] = [found[1], found[2], found[3]].map((part) => (part === undefined ? null : Number(part)));
  const [hour, minute] = [Number(found[4] ?? found[6]), Number(found[5] ?? found[7] ?? 0)];
  if (hour > 23 || minute > 59) return { problem: 'no-such-hour' };
  if (day == null || month == null) return onSomeDay(hour, minute, around);
  return onThatDay({ day, month, hour, minute }, year ?? null, around);
}

const notLater = (at_ms: number, { latest_ms }: Around): Typed => (at_ms > latest_ms ? { problem: 'later' } : { at_ms });

function onSomeDay(hour: number, minute: number, around: Around): Typed {
  const { near_ms, zone } = around;
  return nearest([-1, 0, 1].map((days) => ({ ...wallAt(near_ms + days * DAY, zone), hour, minute })), around, true);
}

function onThatDay(wall: Omit<Wall, 'year'>, year: number | null, around: Around): Typed {
  const years = year === null ? [-1, 0, 1].map((more) => wallAt(around.near_ms, around.zone).year + more) : [year];
  const real = years.filter((one) => isDay(one, wall.month, wall.day));
  return real.length === 0 ? { problem: 'no-such-day' } : nearest(real.map((one) => ({ ...wall, year: one })), around, false);
}

/** The nearest of these readings of the wall; `past` leaves out those still to come when others are not. */
function nearest(walls: readonly Wall[], around: Around, past: boolean): Typed {
  const { near_ms, latest_ms, zone } = around;
  const found = walls.flatMap((wall) => instantsAt(wall, zone).map((at_ms) => ({ at_ms, wall })));
  const before = past ? found.filter(({ at_ms }) => at_ms <= latest_ms) : found;
  const [best] = before.toSorted((a, b) => Math.abs(a.at_ms - near_ms) - Math.abs(b.at_ms - near_ms));
  if (!best) return { problem: 'later' };
  const read = wallAt(best.at_ms, zone);
  // In the hour that spring skips, the wall never shows what was typed.
  if (read.hour !== best.wall.hour || read.minute !== best.wall.minute) return { problem: 'no-such-hour' };
  return notLater(best.at_ms, around);
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** How far ahead an hour without a day is looked for; a little behind, it is today's, already past. */
const AHEAD_MS = 23 * HOUR;

/** An hour to come, as typed for a deadline: 14h32 is the next one, +30 is in half an hour. */
export function readAhead(text: string, now_ms: number, zone: string): Typed {
  const shifted = /^\s*\+/.test(text);
  return readMoment(text, { near_ms: shifted ? now_ms : now_ms + AHEAD_MS / 2, latest_ms: Infinity, zone });
}
