/** Legal time: the hours of the territory, which the server names, wherever the screen is. */
import { DAY, HOUR, MINUTE } from './axis.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function partsIn(zone: string, ms: number): Record<string, number> {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
}

/** How far the clocks of that zone are ahead of UTC at an instant. */
export function aheadOfUtc(zone: string, ms: number): number {
  const { year, month, day, hour, minute, second } = partsIn(zone, ms) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
}

/** The last instant, not after `now_ms`, at which the clocks of that zone showed that hour. */
export function lastTimeAt(zone: string, hours: number, minutes: number, now_ms: number): number {
  const of = (day_ms: number): number => {
    const ahead = aheadOfUtc(zone, day_ms);
    const wall = Math.floor((day_ms + ahead) / DAY) * DAY + hours * HOUR + minutes * MINUTE;
    return wall - aheadOfUtc(zone, wall - ahead);
  };
  const today = of(now_ms);
  return today <= now_ms ? today : of(now_ms - DAY);
}
