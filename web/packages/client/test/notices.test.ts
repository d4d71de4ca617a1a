/** What raises a notice, for whom, and until when; from real facts, through the fold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  byUrgency, foldPicture, GAUGE_QUIET_MS, isGrave, keepMarks, markGauge, raisedByAsking, raisedByFacts, raisedByGauges, raisedByParcels, raisedByRights, saysUrgent, STUCK_MS,
  type Fact, type GaugeRead, type Grant, type NoticeReader, type Parcel,
} from '../src/index.ts';

const START_MS = Date.UTC(2026, 10, 27, 3, 0);
const instant = (minute: number): string => new Date(START_MS + minute * 60_000).toISOString();
let made = 0;

function fact(name: string, minute: number, person: string, body: Record<string, unknown>, refs: Fact['refs'] = []): Fact {
  made += 1;
  return {
    position: made, id: `w-${made}`, name, situation: 's', mode: 'exercise', occurred_at: instant(minute), recorded_at: instant(minute), tick: made,
    author: { person, role: 'dos', organisation: 'o' }, label: { audience: 'partners', sensitivity: 'ordinary' }, refs, command: null, body,
  };
}

const opened = (): Fact => fact('situation.opened.v1', 0, 'mayor', { title: 'Nuit', kind: 'storm-surge' });
const line = (minute: number, person: string, category: string, text = 'Fermez le pont.'): Fact => fact('entry.written.v2', minute, person, { text, category });

function raised(facts: Fact[], reader: Partial<NoticeReader> = {}) {
  const picture = foldPicture(facts, Infinity, 'recorded');
  const closing = facts.find(({ name }) => name === 'situation.closed.v1');
  return raisedByFacts(picture, (id) => facts.find((one) => one.id === id), closing, { person: 'me', first_ms: START_MS, seen: new Set(), ...reader });
}

const kinds = (facts: Fact[], reader: Partial<NoticeReader> = {}): string[] => raised(facts, reader).raised.map(({ kind, gravity }) => `${kind} ${gravity}`);

test('orders, decisions, requests and messages to the public of others are raised; the rest and my own are not', () => {
  const facts = [opened(), ...['order', 'decision', 'request', 'public-message', 'information', 'report', 'rumour'].map((category, index) => line(index + 1, 'mayor', category)), line(9, 'me', 'order')];
  assert.deepEqual(kinds(facts), ['order serious', 'decision serious', 'request caution', 'public-message caution']);
});

test('a line that says it is urgent is raised whatever its kind, and comes first', () => {
  const facts = [opened(), line(1, 'mayor', 'order'), line(2, 'mayor', 'information', 'URGENT : brèche rue du Port')];
  assert.deepEqual(raised(facts).raised.sort(byUrgency).map(({ kind, urgent }) => [kind, urgent]), [['urgent', true], ['order', false]]);
  for (const text of ['urgent', 'Demande urgente de sacs', 'très URGENT !']) assert.equal(saysUrgent(text), true, text);
  for (const text of ['Non urgent : commander du café', 'pas urgent', 'les urgences sont pleines', 'un médecin urgentiste', 'Not urgent']) assert.equal(saysUrgent(text), false, text);
});

test('what I acknowledged, by a fact or on this device, is not raised again; what another acknowledged still is', () => {
  const order = line(1, 'mayor', 'order');
  const read = (person: string): Fact => fact('acknowledgement.given.v1', 2, person, { fact: order.id }, [{ rel: 'answers', fact: order.id }]);
  assert.deepEqual(kinds([opened(), order, read('officer')]), ['order serious']);
  assert.deepEqual(kinds([opened(), order, read('me')]), []);
  assert.deepEqual(kinds([opened(), order], { seen: new Set([order.id]) }), []);
});

test('a struck line is not to be read any more; a corrected one is, as corrected', () => {
  const order = line(1, 'mayor', 'order');
  assert.deepEqual(kinds([opened(), order, fact('entry.struck.v1', 2, 'mayor', { entry: order.id, reason: 'erreur' })]), []);
  const corrected = raised([opened(), order, fact('entry.corrected.v1', 2, 'mayor', { entry: order.id, text: 'Ouvrez le pont.', reason: 'erreur' })]).raised;
  assert.deepEqual(corrected.map(({ words }) => words), ['Ouvrez le pont.']);
});

test('only the level that holds is to be read, graver from alert up; mine raises nothing', () => {
  const level = (minute: number, person: string, value: number, after?: Fact): Fact =>
    fact('situation.level-set.v1', minute, person, { level: value }, after ? [{ rel: 'follows', fact: after.id }] : []);
  assert.deepEqual(kinds([opened(), level(1, 'mayor', 2)]), ['level serious']);
  const first = level(1, 'mayor', 2);
  const both = [opened(), first, level(2, 'mayor', 4, first)];
  assert.deepEqual(raised(both).raised.map(({ kind, gravity, words }) => [kind, gravity, words]), [['level', 'critical', '4']]);
  assert.deepEqual(kinds([opened(), first, level(2, 'me', 3, first)]), []);
  const answer = fact('acknowledgement.given.v1', 3, 'me', { fact: both[2]!.id });
  assert.deepEqual(kinds([...both, answer]), []);
});

test('closing the situation is told, and acknowledged on the device', () => {
  const closed = fact('situation.closed.v1', 5, 'mayor', {});
  assert.deepEqual(raised([opened(), closed]).raised.map(({ kind, fact: answered }) => [kind, answered]), [['closed', null]]);
  assert.deepEqual(kinds([opened(), closed], { seen: new Set([closed.id]) }), []);
});

test('what was said before I first looked is counted, not raised', () => {
  const facts = [opened(), line(1, 'mayor', 'order'), line(2, 'mayor', 'decision'), line(3, 'mayor', 'information'), line(10, 'mayor', 'order')];
  const { raised: after, before } = raised(facts, { first_ms: START_MS + 5 * 60_000 });
  assert.equal(before, 2);
  assert.equal(after.length, 1);
});

test('a contradiction is told to those it contradicts', () => {
  const declared = fact('resource.declared.v1', 1, 'mayor', { resource: 'r', name: 'VSAV 1', kind: 'ambulance' });
  const state = (person: string, value: string): Fact => fact('resource.state-set.v1', 2, person, { resource: 'r', state: value }, [{ rel: 'follows', fact: declared.id }]);
  const facts = [opened(), declared, state('me', 'engaged'), state('officer', 'available')];
  assert.deepEqual(raised(facts).raised.map(({ kind, about }) => [kind, about]), [['conflict', 'r']]);
  assert.deepEqual(kinds(facts, { person: 'somebody' }), []);
  assert.deepEqual(kinds(facts, { seen: new Set([raised(facts).raised[0]!.id]) }), []);
});

const gauge = (severity: string): GaugeRead => ({ series: { id: 'g', name: 'Marégraphe' }, value: 5, at_ms: START_MS, severity, threshold: 'cote rouge' });

test('a gauge past a serious threshold is raised, again when it gets worse, not at each measure', () => {
  assert.deepEqual(raisedByGauges([gauge('caution'), gauge('normal'), gauge('unknown')], {}), []);
  const [serious] = raisedByGauges([gauge('serious')], {});
  assert.equal(serious!.words, 'Marégraphe · cote rouge');
  const marks = markGauge({}, serious!, START_MS);
  assert.deepEqual(raisedByGauges([gauge('serious')], marks), []);
  assert.equal(raisedByGauges([gauge('critical')], marks)[0]!.gravity, 'critical');
});

test('a gauge that wavers around its threshold is told once; one that returns after a quiet while is told again', () => {
  const marks = markGauge({}, raisedByGauges([gauge('serious')], {})[0]!, START_MS);
  const wavering = keepMarks(keepMarks(marks, [gauge('caution')], START_MS + 60_000), [gauge('serious')], START_MS + 10 * 60_000);
  assert.deepEqual(raisedByGauges([gauge('serious')], wavering), []);
  assert.equal(keepMarks(wavering, [gauge('caution')], START_MS + 10 * 60_000 + GAUGE_QUIET_MS)['g']?.rank, 2);
  const quiet = keepMarks(wavering, [gauge('caution')], START_MS + 11 * 60_000 + GAUGE_QUIET_MS);
  assert.equal(raisedByGauges([gauge('serious')], quiet).length, 1);
});

test('my refused and stuck commands of this situation are told, until I have read it', () => {
  const parcel = (id: string, state: Parcel['state'], order: number, situation = 's'): Parcel =>
    ({ order, person: 'me', name: 'logbook.write', state, command: { id, situation, role: 'r', body: { text: `texte ${id}` } } });
  const parcels = [parcel('a', 'refused', START_MS), parcel('b', 'waiting', START_MS), parcel('c', 'waiting', START_MS + STUCK_MS), parcel('d', 'refused', START_MS, 'elsewhere')];
  const now_ms = START_MS + STUCK_MS + 1;
  assert.deepEqual(raisedByParcels(parcels, 's', now_ms, new Set()).map(({ kind, words }) => [kind, words]), [['refused', 'texte a'], ['stuck', 'texte b']]);
  assert.deepEqual(raisedByParcels(parcels, 's', now_ms, new Set(['refused a', 'waiting b'])), []);
});

test('rights that end within the hour are told, and no longer once ended', () => {
  const grant: Grant = { id: 'g', role: 'dos', organisation: 'o', organisation_name: 'Mairie', abilities: [], not_after: instant(60) };
  assert.equal(raisedByRights(grant, START_MS - 1, new Set()).length, 0);
  assert.equal(raisedByRights(grant, START_MS, new Set())[0]!.kind, 'rights');
  assert.equal(raisedByRights(grant, START_MS + 61 * 60_000, new Set()).length, 0);
  assert.equal(raisedByRights({ ...grant, not_after: null }, START_MS, new Set()).length, 0);
});

test('grave means serious or worse', () => {
  assert.deepEqual((['caution', 'serious', 'critical'] as const).map((gravity) => isGrave({ gravity })), [false, true, true]);
});

test('whoever is asked by name is called, then again at half the time and at its end, until somebody answers', () => {
  const wanted = { of: [{ role: 'dos' }, { cell: 'logistique' }], within_min: 10 };
  const asking = fact('entry.written.v2', 0, 'hugo', { text: 'Brèche', category: 'information', wanted });
  const grant = (role: string, cell?: string): Grant => ({ id: 'g', role, organisation: 'o', organisation_name: 'O', cell: cell ?? null, abilities: [] });
  const called = (minute: number, who: Grant | null, person = 'me', facts: Fact[] = [asking]): string[] =>
    raisedByAsking(foldPicture(facts, Infinity, 'recorded'), who, { now_ms: START_MS + minute * 60_000, story: null }, { person, first_ms: START_MS, seen: new Set() })
      .map(({ id, kind, gravity }) => `${kind} ${id.split(' ').at(-1)} ${gravity}`);
  assert.deepEqual(called(1, grant('dos')), ['asked first serious']);
  assert.deepEqual(called(6, grant('dos')), ['asked half serious']);
  assert.deepEqual(called(11, grant('dos')), ['asked over critical']);
  assert.deepEqual([called(1, grant('cell-head', 'logistique')), called(11, grant('cell-head', 'logistique'))], [[], ['asked first serious']]);
  assert.deepEqual([called(19, null, 'hugo').length, called(20, null, 'hugo').length], [0, 1]);
  const read = fact('acknowledgement.given.v1', 12, 'mayor', { fact: asking.id });
  assert.deepEqual(called(25, grant('cell-head', 'logistique'), 'me', [asking, read]), []);
  assert.deepEqual(called(25, null, 'hugo', [asking, read]), []);
});
