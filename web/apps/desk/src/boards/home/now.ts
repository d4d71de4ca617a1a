/** What one person should do now, in order: a reading of what is due, of what must be read and of their role. */
import { isMine, missionState, parseInstant, stepsOf, type Due, type Gravity, type Party, type Raised, type Thing } from '@garance/client';
import { t, term } from '@garance/kit';
import type { Desk } from '../../state/desk.svelte.ts';
import type { Workbench } from '../../state/workbench.svelte.ts';
import { noticeTitle } from '../../together/calling.svelte.ts';
import { textOf, thingsOf, told } from '../things.ts';
import { elapsed, towards } from '../missions/words.ts';

export type Task = { key: string; gravity: Gravity | 'normal'; what: string; title: string; when: string; open: () => void };

const RECENT_MS = 60 * 60_000;
const SORT_MS = 2 * RECENT_MS;
/** What must be read and waits for a word of this person; levels and gauges have the bar. */
const ANSWERED: readonly string[] = ['order', 'decision', 'request', 'public-message', 'urgent', 'conflict'];

const ofRaised = (bench: Workbench, raised: Raised): Task => ({
  key: `raised ${raised.id}`, gravity: raised.gravity, what: noticeTitle(raised), title: raised.words, when: '', open: () => bench.mustRead.open(raised),
});

function ofDue(bench: Workbench, { id, kind, thing, title, due_ms, gravity, late }: Due): Task {
  const now_ms = bench.tasks.hour_ms;
  const words = kind === 'point' ? title || t('cycle.point') : title;
  return { key: id, gravity, what: term('due-kind', kind === 'mission-asked' && late ? 'mission-unanswered' : kind), title: words, when: towards(due_ms, now_ms), open: () => bench.tasks.open(`${thing.kind} ${thing.id}`) };
}

/** The next step of each sheet that is mine, unless a step of it is late and told already. */
function steps(desk: Desk, bench: Workbench): Task[] {
  return thingsOf(desk.picture, 'sheet').filter((sheet) => !sheet.ended && isMine(told(sheet, 'sheet')['owner'] as Party, desk.me)).flatMap((sheet) => {
    const all = stepsOf(sheet, bench.tasks.hour_ms);
    const next = all.find(({ state }) => state === 'to-do');
    if (!next || all.some(({ late }) => late)) return [];
    return [{ key: `step ${sheet.id}`, gravity: 'normal' as const, what: textOf(told(sheet, 'sheet'), 'title'), title: next.title, when: '', open: () => bench.tasks.open(`sheet ${sheet.id}`) }];
  });
}

/** Missions that this person asked for and that came back. */
function returned(desk: Desk, bench: Workbench): Task[] {
  const now_ms = bench.tasks.hour_ms;
  return thingsOf(desk.picture, 'mission').filter((mission) => mission.author.person === desk.me.person && ['refused', 'failed'].includes(missionState(mission)))
    .filter(({ changed_at }) => now_ms - parseInstant(changed_at) < RECENT_MS)
    .map((mission): Task => ({
      key: `returned ${mission.id}`, gravity: 'serious', what: term('mission-state', missionState(mission)), when: t('due.since', { age: elapsed(now_ms - parseInstant(mission.changed_at)) }),
      title: [textOf(told(mission, 'description'), 'title'), textOf(told(mission, 'state'), 'note')].filter(Boolean).join(' : '), open: () => bench.tasks.open(`mission ${mission.id}`),
    }));
}

/** Missions of mine under way: what I am doing. */
const running = (desk: Desk, bench: Workbench, told_already: ReadonlySet<string>): Task[] =>
  thingsOf(desk.picture, 'mission').filter((mission) => ['accepted', 'under-way'].includes(missionState(mission)) && isMine(told(mission, 'description')['owner'] as Party, desk.me) && !told_already.has(mission.id))
    .map((mission): Task => ({
      key: `running ${mission.id}`, gravity: 'normal', what: term('mission-state', missionState(mission)), title: textOf(told(mission, 'description'), 'title'), when: '',
      open: () => bench.tasks.open(`mission ${mission.id}`),
    }));

/** For the secretary: requests that nobody has sorted yet. */
function toSort(desk: Desk, bench: Workbench): Task[] {
  const sorted = new Set(thingsOf(desk.picture, 'entry').filter((line) => told(line, 'mark|triage')['state'] !== undefined && told(line, 'mark|triage')['state'] !== 'to-do').map(({ id }) => id));
  const left = desk.picture.entries.filter(({ entry, category, struck, occurred_at }) =>
    category === 'request' && struck.length === 0 && !sorted.has(entry) && bench.tasks.hour_ms - parseInstant(occurred_at) < SORT_MS);
  const last = left.at(-1);
  if (!last) return [];
  return [{ key: 'sort', gravity: 'caution', what: t('home.to-sort', { n: left.length }), title: last.text ?? '', when: '', open: () => desk.select({ kind: 'entry', id: last.entry }) }];
}

/** For whoever grants means: demands that nobody has answered. */
const demands = (desk: Desk, bench: Workbench): Task[] =>
  thingsOf(desk.picture, 'demand').filter((demand) => !demand.said['state'] && !demand.ended).map((demand: Thing): Task => ({
    key: `demand ${demand.id}`, gravity: 'serious', what: t('home.demand'), title: textOf(told(demand, 'description'), 'what'),
    when: towards(parseInstant(demand.began_at), bench.tasks.hour_ms), open: () => desk.select({ kind: 'demand', id: demand.id }),
  }));

/** Everything, in order: what is grave, what is due, what waits for a word, then what one is at. */
export function nowFor(desk: Desk, bench: Workbench): Task[] {
  const { mine } = bench.tasks;
  const read = desk.conductor.live ? bench.mustRead.list.filter(({ kind }) => ANSWERED.includes(kind)) : [];
  const role = desk.me.role;
  const pressing = [
    ...read.map((raised) => ofRaised(bench, raised)), ...mine.map((due) => ofDue(bench, due)), ...returned(desk, bench),
    ...(role === 'logbook-secretary' ? toSort(desk, bench) : []), ...(role === 'prefecture-duty-officer' ? demands(desk, bench) : []),
  ];
  const rank = ({ gravity }: Task): number => ['critical', 'serious', 'caution', 'normal'].indexOf(gravity);
  return [...pressing.toSorted((a, b) => rank(a) - rank(b)), ...steps(desk, bench), ...running(desk, bench, new Set(mine.map(({ thing }) => thing.id)))];
}
