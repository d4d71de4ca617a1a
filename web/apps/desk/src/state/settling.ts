/** Settling a conflict: saying again the value to keep, knowing of all the others. */
import { TELLINGS, type Conflict, type Figure, type Version } from '@garance/client';
import { titleOf } from '../boards/matters.ts';
import type { Desk } from './desk.svelte.ts';

export type Settling = { command: string; ability: string; body: Record<string, unknown>; follows: string[] };

/**
 * The command that keeps one of the values; null when no single command can (an end against a change, a name).
 * An outline keeps the `figure` it was said with; a validity that is over at `now_ms` is not said again.
 */
export function settle({ thing, id, aspect, versions }: Conflict, { value }: Version, figure: Figure | null = null, now_ms = 0): Settling | null {
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
    default:
      return settleTold(thing, id, aspect, value as Record<string, unknown>, by);
  }
}

/** What is told aspect by aspect: the command that says each, without which nothing settles it. */
const TOLD: Record<string, string> = {
  'incident description': 'incidents.describe', 'incident evolution': 'incidents.evolve', 'outage description': 'incidents.describe-outage', 'outage state': 'incidents.set-outage-state',
  'zone description': 'population.describe-zone', 'zone state': 'population.set-zone-state', 'centre description': 'population.describe-centre', 'centre state': 'population.set-centre-state',
  'centre occupancy': 'population.count-centre', 'toll stated': 'population.state-toll', 'toll settled': 'population.settle-toll',
};

type By = (command: string, ability: string, body: Record<string, unknown>) => Settling;

function settleTold(kind: string, id: string, aspect: string, value: Record<string, unknown>, by: By): Settling | null {
  const [part] = aspect.split('|');
  const command = TOLD[`${kind} ${part}`];
  const told = Object.values(TELLINGS).find((one) => one.kind === kind && one.aspect === part);
  return command && told ? by(command, 'operation.follow', { [told.thing]: id, ...value }) : null;
}

const lasting = ({ valid_until, ...rest }: { valid_until: string | null }, now_ms: number): object =>
  valid_until !== null && Date.parse(valid_until) > now_ms ? { ...rest, valid_until } : rest;

/** What the conflict is about, by its name. */
export function nameOf(desk: Desk, { thing, id }: Conflict): string {
  if (thing === 'situation') return desk.current?.title ?? '';
  const told = desk.picture.things.find((one) => one.id === id && titleOf(one) !== '');
  if (told) return titleOf(told);
  if (id === desk.id) return desk.current?.title ?? '';
  const { resources, shapes, ended, grids, saved_views } = desk.picture;
  return [...resources, ...shapes, ...ended, ...grids, ...saved_views].find((one) => one.id === id)?.name ?? id.slice(0, 8);
}
