/**
 * Legal time: the hour that holds where the situation is, whatever zone the computer is set to.
 * Instants are milliseconds since 1970 UTC; a zone is an IANA name (`Europe/Paris`).
 */

/** What a clock on the wall of that zone shows. `month` counts from 1. */
export type Wall = { year: number; month: number; day: number; hour: number; minute: number };

const QUARTER_MS = 900_000;
const MINUTE_MS = 60_000;
const MOST_KEPT = 20_000;

const readers = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

/** Whether the browser knows that zone. */
export function isZone(zone: string): boolean {
  try {
    return reader(zone) !== null;
  } catch {
    return false;
  }
}

function reader(zone: string): Intl.DateTimeFormat {
  let format = readers.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    readers.set(zone, format);
  }
  return format;
}

/** How far the zone is ahead of UTC at that instant, in milliseconds. Zones change on quarters of an hour only. */
export function offsetAt(ms: number, zone: string): number {
  const quarter = Math.floor(ms / QUARTER_MS);
  const key = `${zone} ${quarter}`;
  const kept = offsets.get(key);
  if (kept !== undefined) return kept;
  if (offsets.size > MOST_KEPT) offsets.clear();
  const at = quarter * QUARTER_MS;
  const said = Object.fromEntries(reader(zone).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const offset = Date.UTC(said['year']!, said['month']! - 1, said['day']!, said['hour']!, said['minute']!, said['second']!) - at;
  offsets.set(key, offset);
  return offset;
}

export function wallAt(ms: number, zone: string): Wall {
  const local = new Date(ms + offsetAt(ms, zone));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate(), hour: local.getUTCHours(), minute: local.getUTCMinutes() };
}

/**
 * The instants at which that wall clock is read, in order: one on most days, two in the hour that comes twice in
 * autumn. In the hour that does not exist in spring, the one instant that the old offset gives.
 */
export function instantsAt({ year, month, day, hour, minute }: Wall, zone: string): number[] {
  const read = Date.UTC(year, month - 1, day, hour, minute);
  const around = [read - 86_400_000, read + 86_400_000].map((ms) => offsetAt(ms, zone));
  const found = [...new Set(around.map((offset) => read - offset))].filter((ms) => offsetAt(ms, zone) === read - ms);
  return (found.length > 0 ? found : [read - around[0]!]).sort((a, b) => a - b);
}

/** The last instant, not later than `now_ms`, at which a clock showed that hour: today, or the day before. */
export function lastAt(hour: number, minute: number, now_ms: number, zone: string): number {
  const today = wallAt(now_ms, zone);
  for (const back of [0, 1, 2]) {
    const past = instantsAt({ ...today, day: today.day - back, hour, minute }, zone).findLast((ms) => ms <= now_ms);
    if (past !== undefined) return past;
  }
  return now_ms;
}

/** The first instant after `now_ms` at which a clock will show that hour: today, or the day after. */
export function nextAt(hour: number, minute: number, now_ms: number, zone: string): number {
  const today = wallAt(now_ms, zone);
  for (const ahead of [0, 1, 2]) {
    const coming = instantsAt({ ...today, day: today.day + ahead, hour, minute }, zone).find((ms) => ms > now_ms);
    if (coming !== undefined) return coming;
  }
  return now_ms + 86_400_000;
}

/** Whether that instant is midnight on the wall. */
export const isMidnight = (ms: number, zone: string): boolean => (((ms + offsetAt(ms, zone)) / MINUTE_MS) % 1440) === 0;
