/** Everything of the picture that has a place or a name, in one form: for search, lists, and what is selected together. */
import type { Geometry, Position } from '@garance/client';
import { clockTime, term } from '@garance/kit';
import { parseInstant } from '@garance/client';
import { placeOfThing, type GroupId, type Selection } from '@garance/map';
import { isMatter, stateWords, titleOf, whatWords } from '../boards/matters.ts';
import type { Desk } from '../state/desk.svelte.ts';

/** `what` and `state` are in words. */
export type Thing = Selection & { name: string; what: string; state: string; geometry: Geometry | null };

const NAME_LETTERS = 90;

export function thingsOf(desk: Desk): Thing[] {
  const { picture, units, readings } = desk;
  const placed = new Map(units.map(({ resource, position }) => [resource.id, position]));
  const point = (position: Position | undefined): Geometry | null => (position ? { type: 'Point', coordinates: position } : null);
  return [
    ...picture.resources.map(({ id, name, kind, state }): Thing => ({ kind: 'resource', id, name, what: term('resource-kind', kind), state: term('resource-state', state), geometry: point(placed.get(id)) })),
    ...picture.things.flatMap((thing): Thing[] => (isMatter(thing) ? [{ kind: thing.kind, id: thing.id, name: titleOf(thing), what: whatWords(thing), state: stateWords(thing), geometry: placeOfThing(thing, picture) }] : [])),
    ...picture.shapes.map(({ id, name, kind, state, geometry }): Thing => ({ kind: 'shape', id, name, what: term('shape-kind', kind), state: term('shape-state', state), geometry })),
    ...readings.map(({ series, severity }): Thing => ({ kind: 'series', id: series.id, name: series.name, what: term('object', 'series'), state: term('severity', severity), geometry: series.geometry })),
    ...picture.entries.filter(({ struck }) => struck.length === 0).toReversed().map((entry): Thing => ({
      kind: 'entry', id: entry.entry, name: (entry.text ?? '').slice(0, NAME_LETTERS), what: clockTime(parseInstant(entry.occurred_at)),
      state: entry.category ? term('category', entry.category) : '', geometry: entry.geometry,
    })),
  ];
}

/** The layer that shows or hides each kind of thing. */
export const GROUP_OF: Record<Selection['kind'], GroupId> = {
  resource: 'resources', shape: 'shapes', series: 'sensors', entry: 'entries',
  incident: 'incidents', outage: 'incidents', zone: 'incidents', centre: 'incidents', mission: 'incidents', demand: 'incidents', sheet: 'incidents', order: 'incidents',
};
