/** Reading the logbook: finding lines, knowing what is new, hearing what a line says of its hour and place. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AWAY_MS, DWELL_MS, EVERYTHING, foldPicture, freshness, inForce, Looking, names, readFrom, saidHour, saidPlaces, seeking, unread,
  type Entry, type Fact, type Sight, type Sought, type Thing,
} from '../src/index.ts';

const AT = Date.parse('2026-11-23T10:00:00Z');
let position = 0;

function fact(name: string, body: Record<string, unknown>, { person = 'claire', minutes = 0, refs = [] as Fact['refs'] } = {}): Fact {
  position += 1;
  const at = new Date(AT + minutes * 60_000).toISOString();
  return {
    position, id: `w-${position}`, name, situation: 's', mode: 'actual', occurred_at: at, recorded_at: at, tick: position, author: { person, role: 'dos', organisation: `org-${person}` },
    label: { audience: 'partners', sensitivity: 'ordinary' }, refs, command: null, body,
  };
}

const written = (text: string, more: Record<string, unknown> = {}, said: Parameters<typeof fact>[2] = {}): Fact => fact('entry.written.v2', { text, category: 'information', ...more }, said);
const entriesOf = (facts: Fact[]): Entry[] => foldPicture(facts, Infinity, 'occurred').entries;

const flood = written('L’eau monte rue de la Forêt, près de l’École Jules-Ferry', { sender: 'Police municipale', geometry: { type: 'Point', coordinates: [1, 46] } });
const closed = written('Pont fermé', { category: 'decision', about: 'unit-1' }, { person: 'hugo', minutes: 30 });
const mended = written('12 personnes à la sale', {}, { minutes: 50 });
const mending = fact('entry.corrected.v1', { entry: mended.id, text: '12 personnes à la salle', reason: 'faute' }, { person: 'hugo', minutes: 55, refs: [{ rel: 'corrects', fact: mended.id }] });
const entries = entriesOf([flood, closed, mended, mending]);
const found = (sought: Partial<Sought>, around = {}): string[] =>
  entries.filter(seeking({ ...EVERYTHING, ...sought }, { now_ms: AT + 60 * 60_000, box: null, unread: new Set([closed.id]), ...around })).map(({ entry }) => entry);

test('words are found without their accents, all of them, in any order, in what was said before a correction too', () => {
  assert.deepEqual(found({ words: 'foret EAU' }), [flood.id]);
  assert.deepEqual(found({ words: 'police ferry' }), [flood.id]);
  assert.deepEqual(found({ words: 'eau pont' }), []);
  assert.deepEqual(found({ words: 'sale' }), [mended.id]);
  assert.deepEqual(found({ words: '   ' }).length, 3);
});

test('each restriction keeps what it says, and they add up', () => {
  assert.deepEqual(found({ category: 'decision' }), [closed.id]);
  assert.deepEqual(found({ author: 'hugo' }), [closed.id]);
  assert.deepEqual(found({ author: 'org-claire' }), [flood.id, mended.id]);
  assert.deepEqual(found({ placed: true }), [flood.id]);
  assert.deepEqual(found({ amended: true }), [mended.id]);
  assert.deepEqual(found({ unread: true }), [closed.id]);
  assert.deepEqual(found({ minutes: 30 }), [closed.id, mended.id]);
  assert.deepEqual(found({ author: 'claire', minutes: 30 }), [mended.id]);
});

test('by number, importance, file, wanted acknowledgement, and what is still to be done with it', () => {
  const [one, two, three] = [
    written('Digue', { number: 12, importance: 'vital', attachments: [{ sha256: 'a'.repeat(64), name: 'Brèche.jpg', kind: 'image/jpeg', size_bytes: 9 }] }),
    written('Ordre', { category: 'order', number: 13, wanted: { of: [{ role: 'dos' }], within_min: 5 } }), written('Sacs', { number: 14, sheet: 'Feuille 3', links: ['m-1'] }),
  ];
  const mark = (entry: string, name: string, state: string): Fact => fact('entry.marked.v1', { entry, mark: name, state }, { minutes: 5 });
  const picture = foldPicture([one!, two!, three!, mark(one!.id, 'triage', 'done'), mark(two!.id, 'decision', 'to-do')], Infinity, 'occurred');
  const told = (entry: string) => picture.things.find(({ kind, id }) => kind === 'entry' && id === entry);
  const seen = (sought: Partial<Sought>): string[] =>
    picture.entries.filter(seeking({ ...EVERYTHING, ...sought }, { now_ms: AT, box: null, unread: new Set(), told })).map(({ text }) => text!);
  assert.deepEqual(seen({ words: '#13' }), ['Ordre']);
  assert.deepEqual(seen({ words: '#13-20' }), ['Ordre', 'Sacs']);
  assert.deepEqual(seen({ words: 'n° 12 digue' }), ['Digue']);
  assert.deepEqual(seen({ words: 'breche' }), ['Digue']);
  assert.deepEqual(seen({ words: 'feuille 3' }), ['Sacs']);
  assert.deepEqual([seen({ importance: 'vital' }), seen({ filed: true }), seen({ asked: true })], [['Digue'], ['Digue'], ['Ordre']]);
  assert.deepEqual([seen({ due: 'triage' }), seen({ due: 'decision' }), seen({ due: 'map' })], [['Sacs'], ['Ordre'], []]);
  assert.deepEqual(seen({ about: { id: 'm-1', name: 'Évacuer' } }), ['Sacs']);
  const from = (entry: string) => (entry === two!.id ? [{ id: 'm-2' }] : []);
  const came = picture.entries.filter(seeking({ ...EVERYTHING, about: { id: 'm-2', name: 'Barrer' } }, { now_ms: AT, box: null, unread: new Set(), from }));
  assert.deepEqual(came.map(({ text }) => text), ['Ordre']);
});

test('in the view of the map: what has a place there', () => {
  assert.deepEqual(found({ inView: true }, { box: [0, 45, 2, 47] }), [flood.id]);
  assert.deepEqual(found({ inView: true }, { box: [3, 45, 4, 47] }), []);
});

test('about a thing: lines attached to it, and lines that name it', () => {
  assert.deepEqual(found({ about: { id: 'unit-1', name: 'FPT 1' } }), [closed.id]);
  assert.deepEqual(found({ about: { id: 'x', name: 'École Jules-Ferry' } }), [flood.id]);
});

test('what is in force is told', () => {
  assert.deepEqual(inForce(EVERYTHING), []);
  assert.deepEqual(inForce({ ...EVERYTHING, words: ' ', placed: true, minutes: 15 }), ['placed', 'minutes']);
});

const NOW = 1_000_000;
const sight = (change: Partial<Sight> = {}): Sight => ({ now_ms: NOW, at_ms: AT, newest: 'w-10', seen: true, ...change });

function looked(): Looking {
  const looking = new Looking({ fact: 'w-4', at_ms: AT });
  looking.sign(NOW);
  looking.look(sight());
  return looking;
}

test('a glance is not a look: the mark moves after a moment at the top of a visible page, with someone there', () => {
  const looking = looked();
  assert.equal(looking.kept!.fact, 'w-4');
  assert.equal(looking.look(sight({ now_ms: NOW + DWELL_MS })), true);
  assert.deepEqual(looking.kept, { fact: 'w-10', at_ms: AT });
  assert.equal(looking.look(sight({ now_ms: NOW + DWELL_MS + 1 })), false, 'nothing newer, nothing to keep');
});

test('hidden, scrolled away or deserted, nothing is taken as seen', () => {
  const looking = looked();
  assert.equal(looking.look(sight({ now_ms: NOW + DWELL_MS, seen: false })), false);
  assert.equal(looking.look(sight({ now_ms: NOW + DWELL_MS + 1 })), false, 'the moment begins again');
  const deserted = looked();
  assert.equal(deserted.look(sight({ now_ms: NOW + AWAY_MS + 1, newest: 'w-20' })), false);
  assert.equal(deserted.kept!.fact, 'w-4');
});

test('the line stays where the visit began, until the next visit or until all is said to be seen', () => {
  const looking = looked();
  looking.look(sight({ now_ms: NOW + DWELL_MS }));
  assert.equal(looking.line!.fact, 'w-4');
  looking.sign(NOW + AWAY_MS);
  assert.equal(looking.line!.fact, 'w-4', 'still the same visit');
  looking.sign(NOW + 3 * AWAY_MS);
  assert.equal(looking.line!.fact, 'w-10', 'back after an absence');
  looking.allSeen({ newest: 'w-30', at_ms: AT });
  assert.deepEqual([looking.kept!.fact, looking.line!.fact], ['w-30', 'w-30']);
});

test('who never looked has nothing new and no line, and begins to be followed', () => {
  const looking = new Looking(null);
  looking.sign(NOW);
  looking.look(sight());
  looking.look(sight({ now_ms: NOW + DWELL_MS }));
  assert.equal(looking.line, null);
  assert.equal(looking.kept!.fact, 'w-10');
  assert.equal(unread(entries, null, 'x', () => 99).size, 0);
});

test('new is what others wrote or changed beyond the mark, in the order of arrival and not of its date', () => {
  const rankOf = (id: string): number => Number(id.slice(2));
  const mark = { fact: mended.id, at_ms: AT };
  assert.deepEqual([...unread(entries, mark, 'claire', rankOf)], [mended.id], 'corrected by another since');
  assert.deepEqual([...unread(entries, mark, 'hugo', rankOf)], [], 'one’s own words are not news');
  const marked = (id: string): Thing | undefined => (id === flood.id ? { said: { 'mark|triage': { fact: 'w-90', author: { person: 'hugo' } } } } as unknown as Thing : undefined);
  assert.ok(unread(entries, mark, 'claire', rankOf, marked).has(flood.id), 'sorted by another since');
  assert.ok(!unread(entries, mark, 'hugo', rankOf, marked).has(flood.id), 'one’s own visa is not news');
  const late = written('Dit tard', {}, { person: 'hugo', minutes: -600 });
  assert.ok(unread(entriesOf([flood, late]), mark, 'claire', rankOf).has(late.id), 'an old date written just now is new');
});

test('the line stands before the first line there was, when something new is above it', () => {
  const rankOf = (id: string): number => Number(id.slice(2));
  const newestFirst = entries.toReversed();
  const [top, middle, bottom] = newestFirst.map(({ entry }) => entry) as [string, string, string];
  const mark = { fact: middle, at_ms: AT };
  assert.equal(readFrom(newestFirst, new Set([top]), mark, rankOf), middle);
  assert.equal(readFrom(newestFirst, new Set(), mark, rankOf), null, 'only one’s own above');
  assert.equal(readFrom(newestFirst, new Set([bottom]), { fact: 'w-999', at_ms: AT }, rankOf), null);
  assert.equal(readFrom(newestFirst, new Set([top]), null, rankOf), null);
  assert.equal(readFrom(newestFirst, new Set([top]), mark, () => null), null, 'the facts are still coming');
});

test('freshness fades by quarters in an hour', () => {
  assert.deepEqual([0, 16, 31, 46, 61, 600].map((minutes) => freshness(minutes * 60_000)), [1, 0.75, 0.5, 0.25, 0, 0]);
  assert.equal(freshness(-5), 1);
});

test('the hour a line begins with is heard, and no other number is taken for one', () => {
  assert.deepEqual(saidHour('14h32 : eau rue du Port'), { hours: 14, minutes: 32 });
  assert.deepEqual(saidHour('à 9 h, appel du maire'), { hours: 9, minutes: 0 });
  assert.deepEqual(saidHour('Vers 03:05 chute d’arbre'), { hours: 3, minutes: 5 });
  assert.deepEqual(saidHour('7h05 relève'), { hours: 7, minutes: 5 });
  for (const text of ['14 hommes engagés', '25h12', '3 habitants isolés', 'Le 14h32', '12:7 dilution', '1412h', '']) assert.equal(saidHour(text), null, text);
});

test('phrases that may name a place are heard, and a name must be in the text whole', () => {
  assert.ok(saidPlaces('Eau devant le 12 rue du Port, deux riverains')[0]!.startsWith('12 rue du port'));
  assert.deepEqual(saidPlaces('Renfort demandé par la préfecture'), []);
  assert.deepEqual(saidPlaces('Il approuve'), [], 'a word that ends like a street is not one');
  assert.ok(names('eau rue du Port devant le 12', 'Rue du Port'));
  assert.ok(names("l'école des Embruns ouvre", 'École des Embruns'));
  assert.ok(!names('eau rue du Portail', 'Rue du Port'));
  assert.ok(!names('le PC', 'PC'), 'two letters name nothing');
});
