/** What was sent to partners of an incident (envois): to whom, what, and what became of it. Pure. */
import type { Picture } from './shown.ts';
import type { Thing } from './things.ts';

/** Waiting to leave, gone, failed, or what the recipient last answered. */
export type DispatchState = 'waiting' | 'sent' | 'failed' | 'received' | 'integrated' | 'read' | 'removed' | 'refused';
/** `why`: the code of a failure, or the words of an answer. */
export type Dispatched = { id: string; feed: string; matter: string; to: string; at: string; state: DispatchState; why: string };

/** An answer that comes later in this list tells more than one before it. */
const ANSWERS = ['received', 'read', 'integrated', 'removed', 'refused'] as const;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function stateTo(thing: Thing, to: string): Pick<Dispatched, 'state' | 'why'> {
  const answer = ANSWERS.findLast((one) => thing.said[`answer|${to}|${one}`]);
  if (answer) return { state: answer, why: text(thing.said[`answer|${to}|${answer}`]!.value['text']) };
  const failed = thing.said[`failed|${to}`];
  if (failed) return { state: 'failed', why: text(failed.value['why']) };
  return { state: thing.said[`sent|${to}`] ? 'sent' : 'waiting', why: '' };
}

/** What was sent of that incident, one line for each recipient, the newest first. */
export function dispatchedOf(picture: Pick<Picture, 'things'>, incident: string): Dispatched[] {
  return picture.things
    .filter(({ kind, said }) => kind === 'dispatch' && said['order']?.value['incident'] === incident)
    .flatMap((thing) => {
      const { occurred_at: at, value } = thing.said['order']!;
      const recipients = Array.isArray(value['to']) ? value['to'].map(text) : [];
      return recipients.map((to): Dispatched => ({ id: thing.id, feed: text(value['feed']), matter: text(value['matter']), to, at, ...stateTo(thing, to) }));
    })
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** To whom something was sent before by that feed: what a person may send to again without typing it. */
export function recipientsOf(picture: Pick<Picture, 'things'>, feed: string): string[] {
  const orders = picture.things.filter(({ kind, said }) => kind === 'dispatch' && said['order']?.value['feed'] === feed);
  return [...new Set(orders.flatMap(({ said }) => (said['order']!.value['to'] as string[] | undefined) ?? []))].toSorted();
}
