/** Whom a person may choose to ask or to charge, from what the situation knows. */
import type { Party } from '@garance/client';
import type { Desk } from '../state/desk.svelte.ts';
import { told } from './things.ts';

export type Choice = { key: string; party: Party; group: 'role' | 'cell' | 'organisation' | 'name' };

const ROLES = ['dos', 'rac', 'cell-head', 'logbook-secretary', 'sdis-officer', 'prefecture-duty-officer'];

/** One word for a post, whatever the order of its members. */
export const partyKey = (party: Party): string =>
  (['role', 'cell', 'organisation', 'person', 'name'] as const).map((member) => party[member] ?? '').join('|');

/** The cells that were heard of: of those who write or act, of those who were charged. */
function cellsOf(desk: Desk): string[] {
  const charged = desk.picture.things.flatMap((thing) => {
    const party = (told(thing, 'description')['owner'] ?? told(thing, 'sheet')['owner'] ?? told(thing, 'holder')['party']) as Party | undefined;
    return party?.cell ? [party.cell] : [];
  });
  const wrote = desk.picture.entries.flatMap(({ author }) => (author.cell ? [author.cell] : []));
  const acted = desk.picture.things.flatMap(({ author }) => (author.cell ? [author.cell] : []));
  const own = desk.grant?.cell ? [desk.grant.cell] : [];
  return [...new Set([...own, ...wrote, ...acted, ...charged])].sort((a, b) => a.localeCompare(b, 'fr'));
}

export function partiesOf(desk: Desk): Choice[] {
  const choice = (group: Choice['group'], party: Party): Choice => ({ key: partyKey(party), party, group });
  return [
    ...ROLES.map((role) => choice('role', { role })),
    ...cellsOf(desk).map((cell) => choice('cell', { cell })),
    ...Object.keys(desk.directory.organisations).map((organisation) => choice('organisation', { organisation })),
  ];
}
