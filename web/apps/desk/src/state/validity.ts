/** Until when a drawing is vouched for, as a person chooses it: nothing, some hours, or an hour on the wall. */
import { legal, nextAt } from '@garance/kit';

export const SPANS = ['none', 'hour', 'three-hours', 'until'] as const;
export type Span = (typeof SPANS)[number] | 'kept';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The instant chosen, in the time of the situation; null for no end; undefined when the hour typed cannot be read. */
export function validUntil(span: Span, typed: string, now_ms: number, kept_ms: number | null): number | null | undefined {
  if (span === 'none') return null;
  if (span === 'kept') return kept_ms;
  if (span === 'hour' || span === 'three-hours') return Math.ceil((now_ms + (span === 'hour' ? 1 : 3) * HOUR_MS) / MINUTE_MS) * MINUTE_MS;
  const [hours, minutes] = typed.split(':').map(Number);
  return hours === undefined || minutes === undefined || typed === '' ? undefined : nextAt(hours, minutes, now_ms, legal.zone);
}
