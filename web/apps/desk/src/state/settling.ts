/** Settling a conflict: saying again the value to keep, knowing of all the others. */
import type { Conflict, Figure, Version } from '@garance/client';
import { t } from '@garance/kit';
import { settleThing, thingName } from '../boards/settling.ts';
import type { Desk } from './desk.svelte.ts';

export type Settling = { command: string; ability: string; body: Record<string, unknown>; follows: string[] };

/**
 * The command that keeps one of the values; null when no single command can (an end against a change, a name).
 * An outline keeps the `figure` it was said with; a validity that is over at `now_ms` is not said again.
 */
export function settle(conflict: Conflict, version: Version, figure: Figure | null = null, now_ms = 0): Settling | null {
  const { thing, id, aspect, versions } = conflict;
  const { value } = version;
  const follows = versions.map(({ fact }) => fact);
  const by = (command: string, ability: string, body: Record<string, unknown>): Settling => ({ command, ability, body, follows });
  switch (`${thing} ${aspect}`) {
    case 'situation level':
      return by('situation.set-level', 'situation.steer', { level: value });
    case 'resource state':
      return by('resources.set-state', 'resources.command', { resource: id, state: value });
    case 'resource geometry':
      return by('resources.move', 'resources.command', { resource: id, geometry: value });
    case 'shape geometry':
      return by('drawings.reshape', 'drawings.draw', { shape: id, geometry: value, ...(figure ? { figure } : {}) });
    case 'shape description':
      return by('drawings.describe', 'drawings.draw', { shape: id, ...lasting(value as { valid_until: string | null }, now_ms) });
    case 'view view':
      return by('views.save', 'views.keep', value as Record<string, unknown>);
    case 'course chosen':
      return by('courses.choose', 'courses.choose', { course: value, reason: t('course.settled') });
    case 'course description':
      return by('courses.describe', 'drawings.draw', value as Record<string, unknown>);
    case 'signals-plan plan':
      return by('signals.set-plan', 'resources.command', value as Record<string, unknown>);
    default:
      return settleThing(thing, id, aspect, value, follows);
  }
}

const lasting = ({ valid_until, ...rest }: { valid_until: string | null }, now_ms: number): object =>
  valid_until !== null && Date.parse(valid_until) > now_ms ? { ...rest, valid_until } : rest;

/** What the conflict is about, by its name. */
export function nameOf(desk: Desk, { thing, id, aspect }: Conflict): string {
  if (aspect === 'chosen') return t('course.title');
  if (thing === 'situation') return desk.current?.title ?? '';
  const { resources, shapes, ended, grids, saved_views, courses, signals_plans } = desk.picture;
  return [...resources, ...shapes, ...ended, ...grids, ...saved_views, ...courses, ...signals_plans].find((one) => one.id === id)?.name ?? thingName(desk, thing, id) ?? id.slice(0, 8);
}
