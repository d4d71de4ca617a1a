/** Names of people and organisations from the directory; a short part of the identifier until it is known. */
import type { Author, Directory, Territory } from '@garance/client';
import { t, term } from '@garance/kit';
import { namedThings } from '../boards/things.ts';
import type { Desk } from './desk.svelte.ts';

export const personName = (directory: Directory, id: string): string => directory.people[id]?.display_name ?? id.slice(0, 8);

export const organisationName = (directory: Directory, id: string): string => directory.organisations[id]?.name ?? id.slice(0, 8);

/** What the node says by itself, from a connection. */
const NODE_ROLE = 'node';

/** « Claire Morin, secrétaire de main courante »; the node itself for what came by a connection. */
export const authorName = (directory: Directory, author: Author): string =>
  author.role === NODE_ROLE ? t('author.node') : `${personName(directory, author.person)}, ${term('role', author.role)}`;

/** A made-up territory says so, once. */
export const territoryName = ({ name, fictitious }: Territory): string =>
  fictitious && !/fictif|fictitious/i.test(name) ? `${name} (${t('territory.fictitious')})` : name;

/** What is selected, when it is something lines can speak of. */
export function nameOfSelected({ selection, picture }: Desk): { id: string; name: string } | null {
  if (!selection || selection.kind === 'entry') return null;
  const found = [...namedThings(picture), ...picture.series].find(({ id }) => id === selection.id);
  return found ? { id: found.id, name: found.name } : null;
}
