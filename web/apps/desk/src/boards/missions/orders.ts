/** What an order begins from, and how it is read: the frame, in its order. Pure. */
import { missionState, parseInstant, type Body, type Directory, type Party, type Picture } from '@garance/client';
import { clockTime, t, term } from '@garance/kit';
import { partyWords, stateOf, textOf, thingsOf, told } from '../things.ts';

export type Line = { mission: string; unit?: string; means?: string };
export type Part = { letter: string; title: string; text: string; list: string[]; table: Line[] };

const LAST_LINES = 4;

/** The situation as the last facts have it: level, what is going on, what was decided or reported last. */
export function situationNow(picture: Picture, now_ms: number): string {
  const running = thingsOf(picture, 'incident').filter((one) => stateOf(one, 'reported', 'evolution', 'evolution') !== 'over').slice(0, 5)
    .map((one) => `${textOf(told(one, 'description'), 'title')} (${term('evolution', stateOf(one, 'reported', 'evolution', 'evolution')).toLocaleLowerCase()})`);
  const lines = picture.entries.filter(({ category, struck, withheld, label }) => ['report', 'decision', 'information'].includes(category ?? '') && struck.length === 0 && !withheld && label.sensitivity === 'ordinary')
    .filter(({ occurred_at }) => parseInstant(occurred_at) <= now_ms).toSorted((a, b) => parseInstant(b.occurred_at) - parseInstant(a.occurred_at)).slice(0, LAST_LINES).toReversed();
  return [
    picture.situation ? `${t('level.word', { n: picture.situation.level })} · ${term('level', String(picture.situation.level))}.` : '',
    running.length > 0 ? `${running.join(' ; ')}.` : '',
    ...lines.map(({ occurred_at, text }) => `${clockTime(parseInstant(occurred_at))} ${text ?? ''}`),
  ].filter(Boolean).join('\n').slice(0, 4000);
}

/** What is asked for and not done yet, as the execution of an order. */
export const executionNow = (picture: Picture, directory: Directory): Line[] =>
  thingsOf(picture, 'mission').filter((mission) => ['requested', 'accepted'].includes(missionState(mission))).slice(0, 6)
    .map((mission) => ({ mission: textOf(told(mission, 'description'), 'title'), unit: partyWords(directory, told(mission, 'description')['owner'] as Party) }));

/** The order as its frame has it: letter, title, then words, a list or a table. */
export function partsOf(body: Body): Part[] {
  const wide = body['frame'] === 'saoiecl';
  const part = (letter: string, name: string, more: Partial<Part>): Part => ({ letter, title: term('order-part', name), text: '', list: [], table: [], ...more });
  return [
    part('S', 'situation', { text: textOf(body, 'situation') }),
    ...(wide ? [part('A', 'anticipation', { text: textOf(body, 'anticipation') })] : []),
    part('O', 'objectives', { list: (body['objectives'] ?? []) as string[] }),
    part('I', 'ideas', { list: (body['ideas'] ?? []) as string[] }),
    part('E', 'execution', { table: (body['execution'] ?? []) as Line[] }),
    part('C', 'commanding', { text: textOf(body, 'commanding') }),
    ...(wide ? [part('L', 'logistics', { text: textOf(body, 'logistics') })] : []),
  ].filter(({ text, list, table }) => text !== '' || list.length > 0 || table.length > 0);
}

/** The order as one sentence after the other, to be read on the radio, or written in the logbook. */
export const aloud = (body: Body, to: string): string =>
  [t('order.to-words', { to, title: textOf(body, 'title') }), ...partsOf(body).map(({ title, text, list, table }) =>
    `${title} : ${[text, ...list, ...table.map(({ mission, unit, means }) => [unit, mission, means].filter(Boolean).join(', '))].filter(Boolean).join(' ; ')}`)].join('.\n');
