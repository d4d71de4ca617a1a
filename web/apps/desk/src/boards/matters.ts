/** Incidents, networks down, zones, centres and missions in words: the same on the map, in lists, in search. */
import { balance, parseInstant, type Balance, type Picture, type Tally, type Thing } from '@garance/client';
import { clockTime, decimal, t, term, words } from '@garance/kit';
import { MATTER_KINDS, matterState, natureOf, type Nature, type Telling, type ThingKind } from '@garance/map';
import type { Desk } from '../state/desk.svelte.ts';
import { numberOf, textOf, told } from './things.ts';

export type MatterThing = Thing & { kind: ThingKind };

export const isMatter = (thing: Thing): thing is MatterThing => (MATTER_KINDS as readonly string[]).includes(thing.kind);

export const titleOf = (thing: Thing): string => textOf(told(thing, 'description'), 'title') || textOf(told(thing, 'description'), 'name');

export const natureName = (nature: Nature): string => nature[words.language];

/** Its nature, network, measure or role. */
export function whatWords(thing: Thing): string {
  const said = told(thing, 'description');
  if (thing.kind === 'incident') return natureName(natureOf(textOf(said, 'nature')));
  if (thing.kind === 'outage') return term('network', textOf(said, 'network'));
  if (thing.kind === 'zone') return term('measure', textOf(said, 'measure'));
  if (thing.kind === 'centre') return term('centre-role', textOf(said, 'role'));
  return term('object', thing.kind);
}

const STATE_WORDS: Partial<Record<ThingKind, (state: string) => string>> = {
  incident: (state) => term('evolution', state), outage: (state) => term('outage-state', state), zone: (state) => term('zone-state', state),
  centre: (state) => term('centre-state', state), mission: (state) => term('mission-state', state),
};

export const stateWord = (kind: string, state: string): string => STATE_WORDS[kind as ThingKind]?.(state) ?? state;

export const stateWords = (thing: Thing): string => stateWord(thing.kind, matterState(thing));

const many = (n: number): string => decimal(n, 0);

/** 52, or 45–50 */
export const rangeWords = (low: number, high: number): string => (low === high ? many(low) : `${many(low)}–${many(high)}`);

/** How many people a zone has, as estimated; null when nobody said. */
export function estimated(zone: Thing): { low: number; high: number } | null {
  const said = told(zone, 'description');
  const [low, high] = [numberOf(said, 'people_low'), numberOf(said, 'people_high')];
  return low === null && high === null ? null : { low: low ?? high!, high: high ?? low! };
}

/** One balance for each picture, whoever asks. */
const kept = new WeakMap<Picture, Balance>();

export function balanceOf(desk: Desk): Balance {
  const { picture } = desk;
  const found = kept.get(picture) ?? balance(desk.id, picture.things);
  kept.set(picture, found);
  return found;
}

export const tallyOf = ({ tallies }: Balance, about: string, category: string): Tally | undefined =>
  tallies.find((tally) => tally.about === about && tally.category === category);

/** 48 sur 120 ; how far an evacuation is. */
export function progressWords(desk: Desk, zone: Thing): string {
  const [gone, all] = [tallyOf(balanceOf(desk), zone.id, 'evacuated'), estimated(zone)];
  if (!all) return gone ? rangeWords(gone.low, gone.high) : '';
  return t('zone.progress', { gone: gone ? rangeWords(gone.low, gone.high) : many(0), all: rangeWords(all.low, all.high) });
}

export type Room = { present: number | null; capacity: number; left: number | null; share: number };

export function roomOf(centre: Thing): Room {
  const capacity = numberOf(told(centre, 'description'), 'capacity') ?? 0;
  const present = numberOf(told(centre, 'occupancy'), 'present');
  return { present, capacity, left: present === null ? null : capacity - present, share: present === null || capacity === 0 ? 0 : present / capacity };
}

export const backWords = (outage: Thing): string => {
  const at = textOf(told(outage, 'description'), 'back_at');
  return at ? t('outage.back', { at: clockTime(parseInstant(at)) }) : '';
};

/** What each says under its name on the map. */
export function matterWords(desk: Desk): Telling {
  const known = new Map(desk.picture.things.filter(isMatter).map((thing) => [thing.id, thing]));
  return ({ id, kind, state }) => {
    const thing = known.get(id);
    if (!thing) return '';
    const room = roomOf(thing);
    const more = kind === 'zone' ? progressWords(desk, thing) : kind === 'outage' ? backWords(thing) : kind === 'centre' && room.present !== null ? t('centre.present-of', { present: many(room.present), capacity: many(room.capacity) }) : '';
    return [stateWord(kind, state), more].filter(Boolean).join(' · ');
  };
}
