/** What boards read of things told aspect by aspect. Pure: the picture at the time shown is given. */
import type { Body, Directory, Party, Picture, Thing } from '@garance/client';
import { t, term } from '@garance/kit';
import { organisationName, personName } from '../state/names.ts';

export type Named = { id: string; kind: string; name: string };

export const thingsOf = (picture: Picture, ...kinds: string[]): Thing[] => picture.things.filter(({ kind }) => kinds.includes(kind));

export const thingOf = (picture: Picture, kind: string, id: string): Thing | undefined =>
  picture.things.find((thing) => thing.kind === kind && thing.id === id);

/** What holds of an aspect; nothing when it was never told. */
export const told = (thing: Thing | undefined, aspect: string): Body => thing?.said[aspect]?.value ?? {};

export const textOf = (body: Body, member: string): string => (typeof body[member] === 'string' ? body[member] : '');

export const numberOf = (body: Body, member: string): number | null => (typeof body[member] === 'number' ? body[member] : null);

/** The state a thing is in, and the one it is taken to be in before anything was said. */
export const stateOf = (thing: Thing | undefined, first: string, aspect = 'state', member = 'state'): string =>
  textOf(told(thing, aspect), member) || first;

/** The statements that stand side by side under one aspect: `step|call`, `stated|evacuated|SDIS`. */
export const under = (thing: Thing | undefined, aspect: string): Body[] =>
  Object.entries(thing?.said ?? {}).filter(([name]) => name.startsWith(`${aspect}|`)).map(([, { value }]) => value);

/** « Logistique » ; « Maire, commune de Rochefort » : a post in words. */
export function partyWords(directory: Directory, party: Party | undefined): string {
  if (!party) return '';
  const words = [
    party.name ?? '',
    party.person ? personName(directory, party.person) : '',
    party.role ? term('role', party.role) : '',
    party.cell ? t('party.cell', { cell: party.cell }) : '',
    party.organisation ? organisationName(directory, party.organisation) : '',
  ];
  return words.filter(Boolean).join(', ');
}

/** Whatever people may name in what they write: its kind and its name. */
export function namedThings(picture: Picture): Named[] {
  const titled = picture.things.flatMap((thing): Named[] => {
    const [body, order, sheet] = [told(thing, 'description'), told(thing, 'text'), told(thing, 'sheet')];
    const name = [textOf(body, 'title'), textOf(body, 'name'), textOf(body, 'what'), textOf(order, 'title'), textOf(sheet, 'title')].find(Boolean);
    return name ? [{ id: thing.id, kind: thing.kind, name }] : [];
  });
  return [
    ...titled,
    ...picture.resources.map(({ id, name }) => ({ id, kind: 'resource', name })),
    ...picture.shapes.map(({ id, name }) => ({ id, kind: 'shape', name })),
  ];
}
