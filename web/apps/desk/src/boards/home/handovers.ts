/** What a post leaves open when it is handed over, gathered from the picture. */
import { isMine, missionState, type Me, type Party, type Picture, type Thing } from '@garance/client';
import { clockTime, t } from '@garance/kit';
import { numberOf, textOf, thingOf, thingsOf, told } from '../things.ts';

export type Open = { id: string; kind: string; title: string };

const RUNNING = ['requested', 'accepted', 'under-way'];
const CLOSED = ['arrived', 'refused', 'cancelled'];
const MOST = 100;
const WATCH = 12;

const open = (thing: Thing, title: string): Open => ({ id: thing.id, kind: thing.kind, title });

/** Missions and sheets of that post, missions it asked for, and demands nobody has closed. */
export function openOf(picture: Picture, me: Me): Open[] {
  const mine = (...parties: unknown[]): boolean => parties.some((party) => isMine(party as Party | undefined, me));
  const missions = thingsOf(picture, 'mission').filter((mission) => RUNNING.includes(missionState(mission)))
    .filter((mission) => mission.author.person === me.person || mine(told(mission, 'description')['owner'], told(mission, 'description')['deputy']));
  const sheets = thingsOf(picture, 'sheet').filter((sheet) => !sheet.ended && mine(told(sheet, 'sheet')['owner'], told(sheet, 'sheet')['deputy']));
  const demands = thingsOf(picture, 'demand').filter((demand) => !demand.ended && demand.author.person === me.person && !CLOSED.includes(textOf(told(demand, 'state'), 'state')));
  return [
    ...missions.map((one) => open(one, textOf(told(one, 'description'), 'title'))), ...sheets.map((one) => open(one, textOf(told(one, 'sheet'), 'title'))),
    ...demands.map((one) => open(one, [numberOf(told(one, 'description'), 'quantity') ?? '', textOf(told(one, 'description'), 'what')].filter(Boolean).join(' '))),
  ].slice(0, MOST);
}

/** What to watch: what nobody acknowledged, decisions to take, the next point. */
export function watchOf(picture: Picture, me: Me): string[] {
  const asked = picture.entries.filter(({ wanted, acknowledged, author, struck }) => wanted && acknowledged.length === 0 && struck.length === 0 && author.person === me.person)
    .map(({ text }) => t('handover.unanswered', { words: (text ?? '').slice(0, 120) }));
  const decisions = thingsOf(picture, 'entry').filter((line) => told(line, 'mark|decision')['state'] === 'to-do')
    .flatMap((line) => picture.entries.find(({ entry }) => entry === line.id)?.text ?? []).map((text) => t('handover.to-decide', { words: text.slice(0, 120) }));
  const next = textOf(told(thingOf(picture, 'cycle', picture.situation?.id ?? ''), 'cycle'), 'next_at');
  return [...(next ? [t('handover.next-point', { at: clockTime(Date.parse(next)) })] : []), ...decisions, ...asked].slice(0, WATCH);
}
