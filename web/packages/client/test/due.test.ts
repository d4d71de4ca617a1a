/** What is due to whom, from real facts through the fold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  dueOf, dueTo, foldPicture, isMine, MISSION_NEXT, MISSION_STATES, missionStanding, missionState, raisedByDue, stepsOf, type Due, type Fact, type Me, type Picture,
} from '../src/index.ts';

const START_MS = Date.UTC(2026, 10, 27, 3, 0);
const at = (minute: number): number => START_MS + minute * 60_000;
const instant = (minute: number): string => new Date(at(minute)).toISOString();
let made = 0;

function fact(name: string, minute: number, body: Record<string, unknown>, person = 'rac'): Fact {
  made += 1;
  return {
    position: made, id: `w-${made}`, name, situation: 's', mode: 'exercise', occurred_at: instant(minute), recorded_at: instant(minute), tick: made,
    author: { person, role: 'rac', organisation: 'o' }, label: { audience: 'partners', sensitivity: 'ordinary' }, refs: [], command: null, body,
  };
}

const LOGISTICS: Me = { person: 'sonia', role: 'cell-head', cell: 'logistique', organisation: 'commune' };
const MAYOR: Me = { person: 'claire', role: 'dos', cell: null, organisation: 'commune' };
const picture = (facts: Fact[]): Picture => foldPicture(facts, Infinity, 'recorded');
const mission = (minute: number, more: Record<string, unknown> = {}): Fact =>
  fact('mission.described.v1', minute, { mission: 'm', title: 'Fermer le pont', owner: { cell: 'logistique' }, ...more });
const moved = (minute: number, state: string, note?: string): Fact => fact('mission.state-set.v1', minute, { mission: 'm', state, ...(note ? { note } : {}) });
const standing = (facts: Fact[], minute: number): string => missionStanding(picture(facts).things[0]!, at(minute));
const kinds = (due: readonly Due[]): string[] => due.map(({ kind }) => kind);

test('a mission waits, is unanswered, runs, is nearly due, is late, is over', () => {
  const asked = [mission(0, { deadline: instant(60), remind_min: 10, urgency: 'urgent' })];
  assert.equal(standing(asked, 1), 'waiting');
  assert.equal(standing(asked, 16), 'unanswered');
  const taken = [...asked, moved(16, 'accepted')];
  assert.equal(standing(taken, 49), 'running');
  assert.equal(standing(taken, 50), 'soon');
  assert.equal(standing(taken, 60), 'soon');
  assert.equal(standing(taken, 61), 'late');
  assert.equal(standing([...taken, moved(70, 'done')], 100), 'over');
  assert.equal(standing([...taken, moved(70, 'failed', 'engin en panne'), moved(71, 'requested')], 72), 'late');
});

test('how long a request may wait depends on its urgency, and starts again when it is asked again', () => {
  assert.equal(standing([mission(0, { urgency: 'flash' })], 6), 'unanswered');
  assert.equal(standing([mission(0)], 6), 'waiting');
  assert.equal(standing([mission(0)], 46), 'unanswered');
  assert.equal(standing([mission(0), moved(50, 'refused', 'non'), moved(60, 'requested')], 70), 'waiting');
});

test('a state that a later version made is read as a request', () => {
  assert.equal(missionState(picture([mission(0), moved(1, 'suspended')]).things[0]!), 'requested');
});

test('every state is left by some way, and what is said too soon is taken up again', () => {
  for (const state of MISSION_STATES) assert.ok(MISSION_NEXT[state].length > 0 && !MISSION_NEXT[state].includes(state));
});

test('a post is mine when all that it names is mine', () => {
  assert.ok(isMine({ cell: 'logistique' }, LOGISTICS));
  assert.ok(isMine({ role: 'cell-head', organisation: 'commune' }, LOGISTICS));
  assert.ok(!isMine({ role: 'cell-head', cell: 'population' }, LOGISTICS));
  assert.ok(!isMine({ name: 'Sonia' }, LOGISTICS));
  assert.ok(!isMine({ cell: 'logistique' }, MAYOR));
  assert.ok(!isMine(undefined, MAYOR));
});

test('what is asked of a cell is due to its head, not to the mayor; the deputy has it too', () => {
  const due = dueOf(picture([mission(0, { deputy: { role: 'dos' } })]), at(5));
  assert.deepEqual(kinds(dueTo(due, LOGISTICS)), ['mission-asked']);
  assert.deepEqual(kinds(dueTo(due, MAYOR)), ['mission-asked']);
  assert.deepEqual(kinds(dueTo(dueOf(picture([mission(0)]), at(5)), MAYOR)), []);
});

test('steps of a sheet are late by the minutes they were given, and no longer once said or closed', () => {
  const steps = [{ id: 'call', title: 'Appeler', within_min: 5 }, { id: 'look', title: 'Regarder' }, { id: 'open', title: 'Ouvrir', within_min: 10 }];
  const sheet = fact('sheet.started.v1', 0, { sheet: 'f', title: 'Ouvrir', owner: { role: 'dos' }, steps });
  const late = (facts: Fact[], minute: number): string[] => stepsOf(picture(facts).things[0]!, at(minute)).filter((step) => step.late).map(({ id }) => id);
  assert.deepEqual(late([sheet], 5), []);
  assert.deepEqual(late([sheet], 11), ['call', 'open']);
  const done = fact('sheet.step-set.v1', 6, { sheet: 'f', step: 'call', state: 'done', by: 'Hugo' });
  assert.deepEqual(late([sheet, done], 11), ['open']);
  const [due] = dueOf(picture([sheet, done]), at(11));
  assert.equal(due!.title, 'Ouvrir · Ouvrir');
  assert.deepEqual(kinds(dueOf(picture([sheet, done, fact('sheet.ended.v1', 9, { sheet: 'f', reason: 'fini' })]), at(11))), []);
});

test('the next point is told to everybody a quarter of an hour before; a relief to whoever holds the post', () => {
  const cycle = fact('cycle.set.v1', 0, { of: 's', step: 'decision', next_at: instant(60), subject: 'Point de 4 h' });
  assert.deepEqual(kinds(dueOf(picture([cycle]), at(44))), []);
  assert.deepEqual(kinds(dueTo(dueOf(picture([cycle]), at(45)), LOGISTICS)), ['point']);
  const post = fact('post.held.v1', 0, { post: 'p', title: 'Radio', party: { cell: 'secretariat' }, holder: 'sonia', since: instant(0), until: instant(60) });
  assert.deepEqual(kinds(dueTo(dueOf(picture([post]), at(35)), LOGISTICS)), ['relief']);
  assert.deepEqual(kinds(dueTo(dueOf(picture([post]), at(35)), MAYOR)), []);
});

test('a line that waits for a decision is due to whoever directs, until it is taken or struck', () => {
  const line = fact('entry.written.v2', 0, { text: 'Évacuer ?', category: 'request' });
  const asked = fact('entry.marked.v1', 1, { entry: line.id, mark: 'decision', state: 'to-do' });
  assert.deepEqual(kinds(dueTo(dueOf(picture([line, asked]), at(2)), MAYOR)), ['decision']);
  const taken = fact('entry.marked.v1', 3, { entry: line.id, mark: 'decision', state: 'done' });
  assert.deepEqual(dueOf(picture([line, asked, taken]), at(4)), []);
  assert.deepEqual(dueOf(picture([asked]), at(4)), []);
});

test('a handover waits for whoever takes the post', () => {
  const given = fact('handover.given.v1', 0, { handover: 'h', post: { role: 'dos' }, summary: 'Rien de neuf' });
  assert.deepEqual(kinds(dueTo(dueOf(picture([given]), at(1)), MAYOR)), ['handover']);
  assert.deepEqual(dueOf(picture([given, fact('handover.taken.v1', 2, { handover: 'h' })]), at(3)), []);
});

test('the gravest is first, then what is late, then what waits longest', () => {
  const facts = [
    mission(0, { mission: 'a', title: 'a' }), mission(1, { mission: 'b', title: 'b', urgency: 'flash' }),
    mission(2, { mission: 'c', title: 'c', deadline: instant(4) }), mission(0, { mission: 'd', title: 'd', deadline: instant(3), urgency: 'flash' }),
  ];
  assert.deepEqual(dueOf(picture(facts), at(5)).map(({ title }) => title), ['d', 'b', 'c', 'a']);
});

test('what fell due before one began to look is on the list, not in the bar; what was read is not raised again', () => {
  const due = dueOf(picture([mission(0, { deadline: instant(10) })]), at(11));
  assert.deepEqual(raisedByDue(due, LOGISTICS, at(10), new Set()).map(({ kind, about }) => `${kind} ${about}`), ['mission-late mission m']);
  assert.deepEqual(raisedByDue(due, LOGISTICS, at(11), new Set()), []);
  assert.deepEqual(raisedByDue(due, LOGISTICS, at(10), new Set(due.map(({ id }) => id))), []);
  assert.deepEqual(raisedByDue(due, MAYOR, at(10), new Set()), []);
});
