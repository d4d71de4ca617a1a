/** Settling a conflict: saying again the value to keep, knowing of all the others. */
import type { Conflict, Version } from '@garance/client';
import type { Desk } from './desk.svelte.ts';

export type Settling = { command: string; ability: string; body: Record<string, unknown>; follows: string[] };

/** The command that keeps one of the values; null when no single command can (an end against a change, a name). */
export function settle({ thing, id, aspect, versions }: Conflict, { value }: Version): Settling | null {
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
      return by('drawings.reshape', 'drawings.draw', { shape: id, geometry: value });
    case 'shape description':
      return by('drawings.describe', 'drawings.draw', { shape: id, ...(value as object) });
    default:
      return null;
  }
}

/** What the conflict is about, by its name. */
export function nameOf(desk: Desk, { thing, id }: Conflict): string {
  if (thing === 'situation') return desk.current?.title ?? '';
  const { resources, shapes, ended } = desk.picture;
  return [...resources, ...shapes, ...ended].find((one) => one.id === id)?.name ?? id.slice(0, 8);
}
