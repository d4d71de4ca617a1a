/** What is proposed of the words of a line, and what becomes of what is taken: every one is confirmed or refused by hand. */
import { rangeWords } from '../boards/matters.ts';
import { names, type Party, type Position, type Sentence } from '@garance/client';
import { decimal, t, term } from '@garance/kit';
import { namedThings, type Named } from '../boards/things.ts';
import type { Desk } from '../state/desk.svelte.ts';
import type { Draft } from '../state/draft.svelte.ts';
import { organisationName } from '../state/names.ts';

/** `aside`: goes to the fields of the line at once. Otherwise it is a command of its own, given with the line. */
export type Proposal = { key: string; words: string; title?: string; aside?: () => void; shortcut?: string; then?: (line: LineGiven) => { name: string; body: Record<string, unknown> } };

/** What the commands that come from a line take from it. */
export type LineGiven = { geometry: { type: 'Point'; coordinates: Position } | null; place: string; owner: Party; links: string[] };

/** Whoever a proposed mission is charged to until somebody chooses: the one who conducts the action of the commune. */
export const FIRST_OWNER: Party = { role: 'rac' };

const MOST_LINKS = 4;
const LONG_PLACE = 200;

type Given = { desk: Desk; draft: Draft; sentence: Sentence; dated: (time: string) => string; resetText: (text: string) => void };

const two = (value: number): string => String(value).padStart(2, '0');
export const hourOf = ({ hour }: Sentence): string | null => (hour ? `${two(hour.hours)}:${two(hour.minutes)}` : null);


/** Who speaks to whom, by what way, at what hour: taken together, and out of the text. */
function heading({ draft, sentence, dated, resetText }: Given): Proposal[] {
  const { sender, recipient, channel, length } = sentence;
  const hour = draft.time ? null : hourOf(sentence);
  const who = draft.sender ? null : sender;
  const way = draft.channel ? null : channel;
  if (!who && !hour) return way ? [{ key: `way ${way}`, words: t('entry.propose-way', { way: term('channel', way) }), aside: () => void (draft.channel = way) }] : [];
  if (!who) return [{ key: `hour ${hour}`, words: t('entry.propose-hour', { time: dated(hour!) }), shortcut: 'Alt H', aside: () => void (draft.time = hour!) }];
  const words = [hour ? dated(hour) : '', recipient ? `${who} → ${recipient}` : who, way ? term('channel', way) : ''].filter(Boolean).join(' · ');
  const take = (): void => {
    if (hour) draft.time = hour;
    draft.sender = who;
    if (recipient && !draft.recipient) draft.recipient = recipient;
    if (way) draft.channel = way;
    resetText(draft.text.slice(length));
  };
  return [{ key: `head ${words}`, words: t('entry.propose-head', { words }), shortcut: 'Alt H', aside: take }];
}

function judged({ draft, sentence: { category, importance, certainty } }: Given, only: boolean): Proposal[] {
  const proposals: Proposal[] = [];
  if (category && category !== draft.category && !only && draft.category === 'information') proposals.push({ key: `category ${category}`, words: t('entry.propose-category', { category: term('category', category) }), aside: () => void (draft.category = category) });
  if (importance && draft.importance === 'ordinary') proposals.push({ key: `importance ${importance}`, words: t('entry.propose-importance', { importance: term('importance', importance) }), aside: () => void (draft.importance = importance) });
  if (certainty && !draft.certainty) proposals.push({ key: `certainty ${certainty}`, words: t('entry.propose-certainty', { certainty: term('certainty', certainty) }), aside: () => void (draft.certainty = certainty) });
  return proposals;
}

/** Units and things of the board that the text names. */
function links({ desk, draft, sentence }: Given): Proposal[] {
  const text = draft.text.slice(sentence.length);
  const known = namedThings(desk.picture).filter(({ id, name }) => !draft.links.includes(id) && name.length > 2 && names(text, name));
  return known.slice(0, MOST_LINKS).map(({ id, kind, name }) => ({
    key: `link ${id}`, words: t('entry.propose-link', { what: term('object', kind), name }), aside: () => void (draft.links = [...draft.links, id]),
  }));
}

function counts({ desk, draft, sentence }: Given): Proposal[] {
  if (!desk.can('operation.follow')) return [];
  const source = (draft.sender || sentence.sender || organisationName(desk.directory, desk.grant?.organisation ?? '')).slice(0, 200);
  return sentence.counts.map(({ category, low, high, phrase }) => ({
    key: `count ${category} ${low} ${high}`, words: t('entry.propose-count', { n: rangeWords(low, high), category: term('toll', category) }), title: t('entry.propose-count-title', { phrase, source }),
    then: ({ links: about }) => ({ name: 'population.state-toll', body: { about: incidentAmong(desk, about) ?? desk.id, category, low, high, source, note: phrase } }),
  }));
}

/** The one incident that the line is about, when there is one: counts are of it. */
function incidentAmong(desk: Desk, ids: readonly string[]): string | null {
  const found = ids.filter((id) => desk.picture.things.some((thing) => thing.kind === 'incident' && thing.id === id));
  return found.length === 1 ? found[0]! : null;
}

const placed = ({ geometry, place }: LineGiven): Record<string, unknown> => ({ ...(geometry ? { geometry } : {}), ...(place ? { place: place.slice(0, LONG_PLACE) } : {}) });

export const depthWords = (depth_m: number): string => (depth_m < 1 ? `${decimal(depth_m * 100, 0)}\u00a0cm` : `${decimal(depth_m, 2)}\u00a0m`);

function water({ desk, sentence: { depth_m } }: Given): Proposal[] {
  if (depth_m === null || !desk.can('operation.follow')) return [];
  const depth = depthWords(depth_m);
  return [{
    key: `water ${depth_m}`, words: t('entry.propose-water', { depth }),
    then: (line) => ({ name: 'incidents.describe', body: { incident: crypto.randomUUID(), nature: 'flooded-area', title: t('entry.water-title', { depth, place: line.place }).replace(/, $/, '').slice(0, LONG_PLACE), ...placed(line) } }),
  }];
}

function missions({ desk, draft, sentence }: Given): Proposal[] {
  if (!desk.can('missions.request')) return [];
  return sentence.missions.map((title) => ({
    key: `mission ${title}`, words: t('entry.propose-mission', { title }),
    then: (line) => ({
      name: 'taskings.describe-mission',
      body: { mission: crypto.randomUUID(), title, owner: line.owner, ...(draft.importance === 'ordinary' ? {} : { urgency: 'urgent' }), ...(line.links.length > 0 ? { links: line.links } : {}), ...placed(line) },
    }),
  }));
}

/** Everything proposed now, in the order of the keys, without what was refused. `place` comes from the names of the territory. */
export function proposalsOf(given: Given, place: Proposal | null, only: boolean): Proposal[] {
  const all = [...heading(given), ...(place ? [place] : []), ...judged(given, only), ...links(given), ...counts(given), ...water(given), ...missions(given)];
  return all.filter(({ key }) => !given.draft.refused.includes(key));
}

/** The names of what a line is linked to. */
export function linkNames(desk: Desk, ids: readonly string[]): Named[] {
  if (ids.length === 0) return [];
  const known = namedThings(desk.picture);
  return ids.map((id) => known.find((one) => one.id === id) ?? { id, kind: 'object', name: t('entry.link-hidden') });
}
