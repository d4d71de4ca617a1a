/** What is typed and read about means: crews, hours to come, durations, money. Pure but for the language. */
import { decimal, legal, t } from '@garance/kit';
import { readMoment, type Typed } from '@garance/time';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export type CrewTyped = { crew?: number; crew_detail?: string };

/** `1/2/6` is officers, leaders, crew: nine people. A plain number is their count. Null when it is neither. */
export function readCrew(typed: string): CrewTyped | null {
  const text = typed.replaceAll(/\s/g, '');
  if (text === '') return {};
  const parts = text.split('/');
  if (parts.length > 4 || parts.some((part) => !/^\d{1,4}$/.test(part))) return null;
  const crew = parts.reduce((sum, part) => sum + Number(part), 0);
  return crew > 10_000 ? null : parts.length === 1 ? { crew } : { crew, crew_detail: parts.join('/') };
}

/** A number as typed in French or English, within bounds; undefined when nothing is typed, null when it cannot be read. */
export function readNumber(typed: string, most: number, least = 0): number | undefined | null {
  const text = typed.replaceAll(/[\s  €]/g, '').replace(',', '.');
  if (text === '') return undefined;
  const value = Number(text);
  return /^\d+(\.\d+)?$/.test(text) && value >= least && value <= most ? value : null;
}

/** An hour to come, as typed: the next one of that name, or so long from now. */
export function readAhead(typed: string, now_ms: number): Typed {
  const shifted = /^[+-]/.test(typed.trim());
  return readMoment(typed, { near_ms: shifted ? now_ms : now_ms + DAY_MS / 2, latest_ms: now_ms + 30 * DAY_MS, zone: legal.zone });
}

/** 3 h 05 · 40 min */
export function duration(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  if (minutes < 60) return t('means.minutes', { n: minutes });
  return t('means.hours', { h: Math.floor(minutes / 60), m: String(minutes % 60).padStart(2, '0') });
}

export const euros = (value: number): string => t('means.euros', { n: decimal(value, 0) });

/** What a relief due at that time asks of a tired reader: nothing yet, soon (within the hour), or it is late. */
export type Urgency = 'later' | 'soon' | 'late';
export const urgencyOf = (due_ms: number, now_ms: number): Urgency => (due_ms < now_ms ? 'late' : due_ms - now_ms <= HOUR_MS ? 'soon' : 'later');
