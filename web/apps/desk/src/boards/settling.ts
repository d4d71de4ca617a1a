/** Things told aspect by aspect, when two people said different things of one: what keeps a version, and its words. */
import { TELLINGS, type Body, type Conflict, type Party, type Version } from '@garance/client';
import { clockTime, t, term } from '@garance/kit';
import type { Desk } from '../state/desk.svelte.ts';
import type { Settling } from '../state/settling.ts';
import { KINDS_TOLD, saidOf } from './claims.ts';
import { meansClaim } from './means/claims.ts';
import { partyWords, thingOf, told } from './things.ts';

/** The command that says each aspect again, and what it needs. An end is not said again. */
const COMMANDS: Record<string, [command: string, ability: string]> = {
  'mission description': ['taskings.describe-mission', 'missions.request'],
  'mission state': ['taskings.set-mission-state', 'missions.carry'],
  'order text': ['taskings.give-order', 'orders.give'],
  'intent intent': ['taskings.set-intent', 'orders.give'],
  'sheet step': ['taskings.set-step', 'missions.carry'],
  'handover text': ['taskings.give-handover', 'missions.carry'],
  'post holder': ['posts.hold', 'operation.follow'],
  'cycle cycle': ['posts.set-cycle', 'operation.follow'],
  'briefing view': ['views.present', 'views.keep'],
  'incident description': ['incidents.describe', 'operation.follow'],
  'incident evolution': ['incidents.evolve', 'operation.follow'],
  'outage description': ['incidents.describe-outage', 'operation.follow'],
  'outage state': ['incidents.set-outage-state', 'operation.follow'],
  'zone description': ['population.describe-zone', 'operation.follow'],
  'zone state': ['population.set-zone-state', 'operation.follow'],
  'centre description': ['population.describe-centre', 'operation.follow'],
  'centre state': ['population.set-centre-state', 'operation.follow'],
  'centre occupancy': ['population.count-centre', 'operation.follow'],
  'toll stated': ['population.state-toll', 'operation.follow'],
  'toll settled': ['population.settle-toll', 'operation.follow'],
  'resource assignment': ['resources.assign', 'resources.command'],
  'resource details': ['resources.detail', 'resources.command'],
  'resource relief': ['resources.plan-relief', 'resources.command'],
  'demand state': ['resources.answer', 'resources.command'],
  'demand description': ['resources.ask', 'missions.request'],
};

/** The member that names a thing of that kind. */
const memberOf = (kind: string): string => Object.values(TELLINGS).find((told) => told.kind === kind)?.thing ?? kind;

export function settleThing(thing: string, id: string, aspect: string, value: unknown, follows: string[]): Settling | null {
  const found = COMMANDS[`${thing} ${aspect.split('|')[0]}`];
  if (!found) return null;
  const [command, ability] = found;
  return { command, ability, body: { [memberOf(thing)]: id, ...(value as Body) }, follows };
}

export function thingName(desk: Desk, kind: string, id: string): string | null {
  const thing = thingOf(desk.picture, kind, id);
  if (!thing) return null;
  if (kind === 'intent') return t('intent.title');
  if (kind === 'cycle') return t('cycle.title');
  if (kind === 'briefing') return t('briefing.title');
  if (id === desk.id) return desk.current?.title ?? '';
  const words = ['description', 'text', 'sheet', 'holder'].map((aspect) => told(thing, aspect)).map((body) => body['title'] ?? body['name'] ?? body['what'] ?? body['summary']);
  return (words.find((one) => typeof one === 'string') as string | undefined) ?? null;
}

/** What a version says, in a few words; null for what is not told aspect by aspect. */
export function statementWords(desk: Desk, conflict: Conflict, version: Version): string | null {
  const { thing, aspect } = conflict;
  if (thing in KINDS_TOLD) return saidOf(thing, aspect, version.value as Body);
  return meansClaim(desk, conflict, version) ?? taskWords(desk, thing, version);
}

function taskWords(desk: Desk, kind: string, { aspect, value }: Version): string | null {
  const body = value as Body;
  const [first] = aspect.split('|');
  const note = typeof body['note'] === 'string' ? ` (${body['note']})` : '';
  const hour = (member: string): string => (typeof body[member] === 'string' ? clockTime(Date.parse(body[member])) : '');
  switch (`${kind} ${first}`) {
    case 'mission state':
      return term('mission-state', String(body['state'])) + note;
    case 'mission description':
      return [body['title'], partyWords(desk.directory, body['owner'] as Party), hour('deadline')].filter(Boolean).join(' · ');
    case 'order text':
      return [body['title'], ...(body['objectives'] as string[])].join(' · ');
    case 'intent intent':
      return [...(body['objectives'] as string[]), ...((body['ideas'] as string[] | undefined) ?? [])].join(' · ');
    case 'sheet step':
      return term('step-state', String(body['state'])) + note;
    case 'post holder':
      return [body['title'], body['name'] ?? '', hour('since'), hour('until')].filter(Boolean).join(' · ');
    case 'cycle cycle':
      return [term('cycle-step', String(body['step'])), hour('next_at')].filter(Boolean).join(' · ');
    case 'briefing view':
      return desk.picture.saved_views.find(({ id }) => id === body['view'])?.name ?? '';
    case 'handover text':
      return String(body['summary']);
    default:
      return null;
  }
}
