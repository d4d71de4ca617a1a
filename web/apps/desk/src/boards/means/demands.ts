/** Demands for means in words: where one stands, how long it has waited, and the message ready to be sent. */
import { parseInstant, type Directory, type Party, type Thing } from '@garance/client';
import { clockTime, dateTime, t, term } from '@garance/kit';
import { numberOf, partyWords, textOf, told } from '../things.ts';

/** A demand nobody answered for this long is shown as such. */
export const UNANSWERED_MS = 30 * 60_000;
export const ANSWERS = ['accepted', 'refused', 'in-transit', 'arrived', 'cancelled'] as const;

export const demandState = (demand: Thing): string => textOf(told(demand, 'state'), 'state') || 'asked';

/** « Accordé en partie (2 sur 3) » */
export function stateWords(demand: Thing): string {
  const [state, granted, quantity] = [demandState(demand), numberOf(told(demand, 'state'), 'granted'), numberOf(told(demand, 'description'), 'quantity') ?? 0];
  if (state === 'accepted' && granted !== null && granted < quantity) return t('means.partly', { n: granted, all: quantity });
  const words = term('demand-state', state);
  return granted !== null && granted !== quantity && state !== 'asked' && state !== 'refused' ? `${words} (${t('resource.listed', { n: granted, all: quantity })})` : words;
}

export const askedAt = (demand: Thing): number => parseInstant(demand.began_at);

/** Those without an answer first, the oldest on top; then those on their way; what is over last. */
export function inOrder(demands: readonly Thing[]): Thing[] {
  const ranks: Record<string, number> = { asked: 0, accepted: 1, 'in-transit': 1, arrived: 2, refused: 2, cancelled: 3 };
  const rank = (demand: Thing): number => ranks[demandState(demand)] ?? 1;
  return demands.toSorted((a, b) => rank(a) - rank(b) || askedAt(a) - askedAt(b));
}

type Frame = { situation: string; exercise: string; from: string; now_ms: number };

/** The message frame « demande de moyens », to be read aloud, sent or pasted. */
export function messageOf(demand: Thing, directory: Directory, { situation, exercise, from }: Frame): string {
  const wanted = told(demand, 'description');
  const needed = textOf(wanted, 'needed_at');
  const lines: [string, string][] = [
    [t('means.message-from'), from],
    [t('means.message-to'), partyWords(directory, wanted['to'] as Party | undefined)],
    [t('means.message-at'), dateTime(askedAt(demand))],
    [t('means.message-situation'), situation],
    [t('means.message-what'), `${numberOf(wanted, 'quantity') ?? ''} × ${textOf(wanted, 'what')} (${term('resource-kind', textOf(wanted, 'kind'))})`],
    [t('means.message-capability'), textOf(wanted, 'capability')],
    [t('means.message-reason'), textOf(wanted, 'reason')],
    [t('means.message-needed'), needed ? dateTime(parseInstant(needed)) : t('means.at-once')],
    [t('means.message-place'), textOf(wanted, 'place')],
    [t('means.message-state'), stateWords(demand)],
  ];
  const body = lines.filter(([, value]) => value !== '').map(([name, value]) => `${name} : ${value}`);
  return [exercise, t('means.message-title'), ...body, exercise].filter(Boolean).join('\n');
}

export const hour = (at: string): string => clockTime(parseInstant(at));
