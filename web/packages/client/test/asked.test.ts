/** Who is asked to acknowledge a line, when, and who answered in time; and how lines are numbered for who reads them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  askedOf, askingOf, deviceName, foldPicture, formatInstant, isParty, numberOf, numbersSought, provisionalNumber, stageOf,
  type Author, type Entry, type Fact, type Label, type Party, type Wanted,
} from '../src/index.ts';

const START_MS = Date.UTC(2026, 10, 27, 3, 0);
const at = (minute: number): number => START_MS + minute * 60_000;
const MAYOR: Author = { person: 'mayor', role: 'dos', organisation: 'commune' };
const LOGISTICS: Author = { person: 'lea', role: 'cell-head', organisation: 'commune', cell: 'logistique' };
const SECRETARY: Author = { person: 'hugo', role: 'logbook-secretary', organisation: 'commune' };
const WANTED: Wanted = { of: [{ role: 'dos' }, { cell: 'logistique' }, { name: 'Astreinte Enedis' }], within_min: 10 };
let made = 0;

function fact(name: string, minute: number, author: Author, body: Record<string, unknown>, label: Label = { audience: 'partners', sensitivity: 'ordinary' }): Fact {
  made += 1;
  return {
    position: made, id: `w-${made}`, name, situation: 's', mode: 'exercise', occurred_at: formatInstant(at(minute)), recorded_at: formatInstant(at(minute)), tick: made,
    author, label, refs: [], command: null, body,
  };
}

/** The line of the secretary at minute 0, with those who say to have read it. */
function line(given: [Author, number][] = [], wanted: Wanted = WANTED): Entry {
  const written = fact('entry.written.v2', 0, SECRETARY, { text: 'La digue cède.', category: 'information', wanted });
  const read = given.map(([author, minute]) => fact('acknowledgement.given.v1', minute, author, { fact: written.id }));
  return foldPicture([written, ...read], Infinity, 'recorded').entries[0]!;
}

const names = (parties: readonly { party: Party }[]): string[] => parties.map(({ party }) => party.role ?? party.cell ?? party.name ?? '');

test('each is asked in turn, and those asked before still are', () => {
  const asked = (minute: number): string[] => names(askingOf(line(), at(minute))!.asked);
  assert.deepEqual(asked(-1), ['dos']);
  assert.deepEqual(asked(9), ['dos']);
  assert.deepEqual(asked(10), ['dos', 'logistique']);
  assert.deepEqual(asked(25), ['dos', 'logistique', 'Astreinte Enedis']);
  assert.deepEqual([askingOf(line(), at(0))!.left, askingOf(line(), at(25))!.left], [2, 0]);
  assert.deepEqual([askingOf(line(), at(29))!.unanswered, askingOf(line(), at(30))!.unanswered], [false, true]);
});

test('a reminder at half the time, another at its end', () => {
  const [first] = askingOf(line(), at(0))!.asked;
  assert.deepEqual([0, 4, 5, 9, 10, 60].map((minute) => stageOf(first!, at(minute))), ['first', 'first', 'half', 'half', 'over', 'over']);
});

test('one answer ends it: who, how late, and nobody more is asked', () => {
  const asking = askingOf(line([[LOGISTICS, 17]]), at(40))!;
  assert.deepEqual(names(asking.asked), ['dos', 'logistique']);
  assert.equal(asking.answer?.author.person, 'lea');
  assert.equal(asking.late_ms, 7 * 60_000);
  assert.equal(asking.unanswered, false);
  assert.equal(askingOf(line([[MAYOR, 3]]), at(40))!.late_ms, 0);
});

test('whoever is not asked answers for nobody; the author answers for a name that has no desk', () => {
  const stranger: Author = { person: 'x', role: 'observer', organisation: 'press' };
  assert.equal(askingOf(line([[stranger, 1]]), at(2))!.answer, null);
  assert.equal(askingOf(line([[SECRETARY, 1]], { of: [{ role: 'dos' }], within_min: 5 }), at(2))!.answer, null);
  assert.equal(askingOf(line([[SECRETARY, 26]]), at(27))!.answer?.author.person, 'hugo');
});

test('I am asked by the role I hold now, from my turn on, until somebody answered', () => {
  const head = { role: 'cell-head', organisation: 'commune', cell: 'logistique' };
  assert.equal(askedOf(askingOf(line(), at(5))!, 'lea', head), null);
  assert.equal(askedOf(askingOf(line(), at(12))!, 'lea', head)?.due_ms, at(20));
  assert.equal(askedOf(askingOf(line(), at(12))!, 'lea', { role: 'observer', organisation: 'commune' }), null);
  assert.equal(askedOf(askingOf(line([[MAYOR, 11]]), at(12))!, 'lea', head), null);
});

test('a party is all that it says', () => {
  assert.ok(isParty({ role: 'cell-head', cell: 'logistique' }, LOGISTICS));
  assert.ok(!isParty({ role: 'cell-head', cell: 'population' }, LOGISTICS));
  assert.ok(!isParty({ organisation: 'sdis' }, MAYOR));
  assert.ok(!isParty({ name: 'Mairie' }, MAYOR) && !isParty({}, MAYOR));
});

test('a line without such a wish, or struck out, asks nobody', () => {
  const written = fact('entry.written.v2', 0, SECRETARY, { text: 'Erreur', category: 'order', wanted: WANTED });
  const struck = fact('entry.struck.v1', 1, SECRETARY, { entry: written.id, reason: 'doublon' });
  assert.equal(askingOf(foldPicture([written, { ...struck, refs: [{ rel: 'strikes', fact: written.id }] }], Infinity, 'recorded').entries[0]!, at(5)), null);
  const plain = fact('entry.written.v2', 0, SECRETARY, { text: 'Simple', category: 'order' });
  assert.equal(askingOf(foldPicture([plain], Infinity, 'recorded').entries[0]!, at(5)), null);
});

type NumberCase = { name: string; number: number; provisional: string | null; organisation: string; own: string | null; audience: Label['audience']; sensitivity: Label['sensitivity']; expect: unknown };
const numbers = JSON.parse(readFileSync(new URL('../../../../tests/support/number_cases.json', import.meta.url), 'utf8')) as NumberCase[];

for (const { name, number, provisional, organisation, own, audience, sensitivity, expect } of numbers) {
  test(`what a line is called: ${name}`, () => {
    assert.deepEqual(numberOf({ number, provisional, author: { ...MAYOR, organisation }, label: { audience, sensitivity } }, own), expect);
  });
}

test('numbers are sought as they are written', () => {
  assert.deepEqual(numbersSought('#13'), { from: 13, to: 13, rest: '' });
  assert.deepEqual(numbersSought('digue n° 20-13 sdis'), { from: 13, to: 20, rest: 'digue  sdis' });
  for (const words of ['13', 'rue 13', '#', 'a#3b', '']) assert.equal(numbersSought(words), null, words);
});

test('a provisional number has the form that the server takes', () => {
  for (const random of [0, 0.5, 0.999999]) assert.match(provisionalNumber(deviceName(() => random), 1), /^[A-Z0-9]{1,6}-[1-9][0-9]{0,5}$/);
  assert.match(provisionalNumber('ABC', 1_000_000), /^[A-Z0-9]{1,6}-[1-9][0-9]{0,5}$/);
});
