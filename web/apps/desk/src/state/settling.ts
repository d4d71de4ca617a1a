/** Settling a conflict: saying again the value to keep, knowing of all the others. */
import type { Conflict, Figure, Version } from '@garance/client';
import { keepMeans } from '../boards/means/claims.ts';
import { namedThings } from '../boards/things.ts';
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
  const ofMeans = keepMeans(conflict, version);
  if (ofMeans) return { ...ofMeans, follows };
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
    default:
      return null;
  }
}

const lasting = ({ valid_until, ...rest }: { valid_until: string | null }, now_ms: number): object =>
  valid_until !== null && Date.parse(valid_until) > now_ms ? { ...rest, valid_until } : rest;

/** What the conflict is about, by its name. */
export function nameOf(desk: Desk, { thing, id }: Conflict): string {
  if (thing === 'situation') return desk.current?.title ?? '';
  const { ended, grids, saved_views } = desk.picture;
  return [...namedThings(desk.picture), ...ended, ...grids, ...saved_views].find((one) => one.id === id)?.name ?? id.slice(0, 8);
}
