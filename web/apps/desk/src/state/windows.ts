/** The words of the windows of time. */
import { clockTime, dayDate, t } from '@garance/kit';
import { DAY, HOUR, MINUTE } from '@garance/time/axis.ts';
import type { Lens } from '@garance/time/lens.ts';

/** 30 min, 3 h */
export function lasting(ms: number): string {
  return ms % HOUR === 0 ? t('lasting.hours', { n: ms / HOUR }) : t('lasting.minutes', { n: Math.round(ms / MINUTE) });
}

/** 02:00–03:00, with the days when they are not one. */
export function spanning(from_ms: number, to_ms: number): string {
  const said = (ms: number): string => (to_ms - from_ms >= DAY || dayDate(from_ms) !== dayDate(to_ms) ? `${dayDate(ms)} ${clockTime(ms)}` : clockTime(ms));
  return `${said(from_ms)}–${said(to_ms)}`;
}

/** What is let through, in words; empty when everything is. */
export function lensWords(lens: Lens, shown_ms: number): string {
  if (lens.kind === 'whole') return '';
  if (lens.kind === 'between') return t('window.fixed', { span: spanning(lens.from_ms, lens.to_ms) });
  return t('window.moving', { width: lasting(lens.width_ms), span: spanning(shown_ms - lens.width_ms, shown_ms) });
}
