/** What is due, to whom and since when: pure functions of the picture and the hour. Nothing here asks the server. */
import type { Gravity, Raised } from './notices.ts';
import { parseInstant } from './instant.ts';
import type { Party, Picture } from './shown.ts';
import type { Body, Thing } from './things.ts';

/** Who looks: a person in the role they act by. */
export type Me = { person: string; role?: string | undefined; cell?: string | null | undefined; organisation?: string | undefined };

export const MISSION_STATES = ['requested', 'accepted', 'under-way', 'done', 'refused', 'failed', 'cancelled'] as const;
export type MissionState = (typeof MISSION_STATES)[number];

/** Where a mission may go from where it stands: the same table as the rule of the domain. */
export const MISSION_NEXT: Record<MissionState, readonly MissionState[]> = {
  requested: ['accepted', 'under-way', 'refused', 'cancelled'],
  accepted: ['under-way', 'done', 'failed', 'cancelled'],
  'under-way': ['done', 'failed', 'cancelled'],
  done: ['under-way'],
  failed: ['under-way', 'requested'],
  refused: ['requested'],
  cancelled: ['requested'],
};
/** What is only said with its reason. */
export const MISSION_EXPLAINED: readonly MissionState[] = ['refused', 'failed', 'cancelled'];
const OVER: readonly string[] = ['done', 'refused', 'failed', 'cancelled'];

const MINUTE = 60_000;
/** A request nobody answered for so long is said so, by its urgency. */
const ANSWER_MIN: Record<string, number> = { flash: 5, urgent: 15, routine: 45 };
const REMIND_MIN = 15;
const POINT_SOON_MIN = 15;
const RELIEF_SOON_MIN = 30;

export type Standing = 'late' | 'soon' | 'unanswered' | 'waiting' | 'running' | 'over';
export type DueKind = 'mission-late' | 'mission-soon' | 'mission-asked' | 'step-late' | 'handover' | 'decision' | 'point' | 'relief';
/** `at_ms`: since when it calls for attention; `due_ms`: the hour itself, or when it was asked. */
export type Due = { id: string; kind: DueKind; thing: { kind: string; id: string }; title: string; at_ms: number; due_ms: number; gravity: Gravity; to: Party[]; late: boolean };

const said = (thing: Thing, aspect: string): Body => thing.said[aspect]?.value ?? {};
const text = (body: Body, member: string): string => (typeof body[member] === 'string' ? body[member] : '');
const instant = (body: Body, member: string): number | null => (typeof body[member] === 'string' ? parseInstant(body[member]) : null);
const parties = (...given: unknown[]): Party[] => given.filter((one): one is Party => typeof one === 'object' && one !== null);

/** Whether that post is this reader's: every member it names is theirs. A mere name is nobody's. */
export function isMine(party: Party | undefined, me: Me): boolean {
  if (!party) return false;
  const named = (['role', 'cell', 'organisation', 'person'] as const).filter((member) => party[member] !== undefined);
  return named.length > 0 && named.every((member) => party[member] === me[member]);
}

export function missionState(mission: Thing): MissionState {
  const state = text(said(mission, 'state'), 'state');
  return (MISSION_STATES as readonly string[]).includes(state) ? (state as MissionState) : 'requested';
}

/** Whether nothing more is expected of it. */
export const missionOver = (mission: Thing): boolean => OVER.includes(missionState(mission));

/** Where a mission stands for whoever waits for it. */
export function missionStanding(mission: Thing, now_ms: number): Standing {
  const [state, body] = [missionState(mission), said(mission, 'description')];
  if (OVER.includes(state)) return 'over';
  const deadline_ms = instant(body, 'deadline');
  const remind_ms = (typeof body['remind_min'] === 'number' ? body['remind_min'] : REMIND_MIN) * MINUTE;
  if (deadline_ms !== null && now_ms > deadline_ms) return 'late';
  if (state === 'requested' && now_ms - askedAt(mission) > answerWithin(body)) return 'unanswered';
  if (deadline_ms !== null && now_ms >= deadline_ms - remind_ms) return 'soon';
  return state === 'requested' ? 'waiting' : 'running';
}

const answerWithin = (body: Body): number => (ANSWER_MIN[text(body, 'urgency')] ?? ANSWER_MIN['routine']!) * MINUTE;

/** Since when it waits for an answer: since it was asked, or asked again. */
const askedAt = (mission: Thing): number => parseInstant(mission.said['state']?.occurred_at ?? mission.began_at);

const URGENT: Record<string, Gravity> = { flash: 'critical', urgent: 'serious' };

function ofMission(mission: Thing, now_ms: number): Due[] {
  const standing = missionStanding(mission, now_ms);
  const body = said(mission, 'description');
  const deadline_ms = instant(body, 'deadline') ?? 0;
  const remind_ms = (typeof body['remind_min'] === 'number' ? body['remind_min'] : REMIND_MIN) * MINUTE;
  const urgency = URGENT[text(body, 'urgency')];
  const made = (kind: DueKind, at_ms: number, gravity: Gravity): Due[] => [{
    id: `${kind} ${mission.id} ${at_ms}`, kind, thing: { kind: 'mission', id: mission.id }, title: text(body, 'title'), at_ms, gravity,
    due_ms: kind === 'mission-soon' ? deadline_ms : at_ms, to: parties(body['owner'], body['deputy']), late: standing === 'late' || standing === 'unanswered',
  }];
  if (standing === 'late') return made('mission-late', deadline_ms, urgency === 'critical' ? 'critical' : 'serious');
  if (standing === 'unanswered' || standing === 'waiting') return made('mission-asked', askedAt(mission), urgency ?? 'caution');
  return standing === 'soon' ? made('mission-soon', deadline_ms - remind_ms, 'caution') : [];
}

export type StepShown = { id: string; title: string; hint: string; within_min: number | null; state: string; by: string; note: string; at_ms: number | null; late: boolean; fact: string | null };

/** The steps of a sheet as they stand, in its order. */
export function stepsOf(sheet: Thing, now_ms: number): StepShown[] {
  const began_ms = parseInstant(sheet.began_at);
  const steps = (said(sheet, 'sheet')['steps'] ?? []) as { id: string; title: string; hint?: string; within_min?: number }[];
  return steps.map(({ id, title, hint = '', within_min }) => {
    const statement = sheet.said[`step|${id}`];
    const state = text(statement?.value ?? {}, 'state') || 'to-do';
    return {
      id, title, hint, within_min: within_min ?? null, state, by: text(statement?.value ?? {}, 'by'), note: text(statement?.value ?? {}, 'note'),
      at_ms: statement ? parseInstant(statement.occurred_at) : null, fact: statement?.fact ?? null,
      late: state === 'to-do' && !sheet.ended && within_min !== undefined && now_ms > began_ms + within_min * MINUTE,
    };
  });
}

/** The first step of a sheet that is late, and how many are. */
function ofSheet(sheet: Thing, now_ms: number): Due[] {
  const late = stepsOf(sheet, now_ms).filter((step) => step.late);
  const [first] = late;
  if (!first) return [];
  const body = said(sheet, 'sheet');
  const at_ms = parseInstant(sheet.began_at) + first.within_min! * MINUTE;
  return [{
    id: `step-late ${sheet.id} ${first.id}`, kind: 'step-late', thing: { kind: 'sheet', id: sheet.id }, title: `${text(body, 'title')} · ${first.title}`, at_ms, due_ms: at_ms,
    gravity: 'caution', to: parties(body['owner']), late: true,
  }];
}

function ofHandover(handover: Thing): Due[] {
  const body = said(handover, 'text');
  return [{
    id: `handover ${handover.id}`, kind: 'handover', thing: { kind: 'handover', id: handover.id }, title: text(body, 'summary'), at_ms: parseInstant(handover.began_at), due_ms: parseInstant(handover.began_at),
    gravity: 'caution', to: parties(body['post']), late: false,
  }];
}

/** A line that waits for a decision. Whoever directs answers for it. */
function ofLine(line: Thing, picture: Picture): Due[] {
  const mark = line.said['mark|decision'];
  const entry = picture.entries.find((one) => one.entry === line.id);
  if (!mark || text(mark.value, 'state') !== 'to-do' || !entry || entry.struck.length > 0 || entry.withheld) return [];
  return [{
    id: `decision ${line.id}`, kind: 'decision', thing: { kind: 'entry', id: line.id }, title: entry.text ?? '', at_ms: parseInstant(mark.occurred_at), due_ms: parseInstant(mark.occurred_at), gravity: 'serious',
    to: [{ role: 'dos' }, { role: 'rac' }], late: false,
  }];
}

function ofCycle(cycle: Thing, now_ms: number): Due[] {
  const body = said(cycle, 'cycle');
  const next_ms = instant(body, 'next_at');
  if (next_ms === null || now_ms < next_ms - POINT_SOON_MIN * MINUTE) return [];
  return [{
    id: `point ${cycle.id} ${next_ms}`, kind: 'point', thing: { kind: 'cycle', id: cycle.id }, title: text(body, 'subject'), at_ms: next_ms - POINT_SOON_MIN * MINUTE, due_ms: next_ms,
    gravity: 'caution', to: [], late: now_ms > next_ms,
  }];
}

function ofPost(post: Thing, now_ms: number): Due[] {
  const body = said(post, 'holder');
  const until_ms = instant(body, 'until');
  if (until_ms === null || now_ms < until_ms - RELIEF_SOON_MIN * MINUTE) return [];
  const holder = text(body, 'holder');
  return [{
    id: `relief ${post.id} ${until_ms}`, kind: 'relief', thing: { kind: 'post', id: post.id }, title: text(body, 'title'), at_ms: until_ms - RELIEF_SOON_MIN * MINUTE, due_ms: until_ms,
    gravity: 'caution', to: [...(holder ? [{ person: holder }] : []), { role: 'rac' }], late: now_ms > until_ms,
  }];
}

const RANK: Record<Gravity, number> = { critical: 0, serious: 1, caution: 2 };

/** The gravest first; then what is late; then what has waited longest. */
const byPressure = (a: Due, b: Due): number =>
  RANK[a.gravity] - RANK[b.gravity] || Number(b.late) - Number(a.late) || a.at_ms - b.at_ms || (a.id < b.id ? -1 : 1);

/** Everything that waits for somebody at that hour. */
export function dueOf(picture: Picture, now_ms: number): Due[] {
  const found = picture.things.flatMap((thing): Due[] => {
    if (thing.kind === 'entry') return ofLine(thing, picture);
    if (thing.ended) return [];
    if (thing.kind === 'mission') return ofMission(thing, now_ms);
    if (thing.kind === 'sheet') return ofSheet(thing, now_ms);
    if (thing.kind === 'handover') return ofHandover(thing);
    if (thing.kind === 'cycle') return ofCycle(thing, now_ms);
    return thing.kind === 'post' ? ofPost(thing, now_ms) : [];
  });
  return found.sort(byPressure);
}

/** What waits for that reader: what is asked of their post, and what concerns everybody. */
export const dueTo = (due: readonly Due[], me: Me): Due[] => due.filter(({ to }) => to.length === 0 || to.some((party) => isMine(party, me)));

/** What of it calls for attention: it fell due since the reader began to look, by the clock of the situation. */
export function raisedByDue(due: readonly Due[], me: Me, from_ms: number, seen: ReadonlySet<string>): Raised[] {
  return dueTo(due, me).filter(({ id, kind, at_ms }) => at_ms >= from_ms && kind !== 'decision' && !seen.has(id)).map(({ id, kind, thing, title, at_ms, due_ms, gravity }) => ({
    id, kind: kind as Exclude<DueKind, 'decision'>, gravity, urgent: gravity === 'critical', at_ms, hour_ms: due_ms, author: null, words: title, fact: null, about: `${thing.kind} ${thing.id}`,
  }));
}
