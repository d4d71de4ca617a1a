/** What whoever keeps the node has before them: people, organisations, situations, wall screens; and how to change them. */
import { formatInstant, Keeping, Refusal, Unreachable, type InvitationMade, type OrganisationKept, type PersonKept, type SituationSummary, type WallKept } from '@garance/client';
import { legal, offsetAt, refusalWords, t } from '@garance/kit';
import type { Account } from '../state/account.svelte.ts';

export const ROLES = ['dos', 'rac', 'cell-head', 'logbook-secretary', 'sdis-officer', 'prefecture-duty-officer', 'observer', 'partner', 'administrator'];
export const LEVELS = ['commune', 'epci', 'departement', 'zone', 'nation', 'partner'];

export type Wanted = { role: string; organisation: string; situation: string; cell: string; from: string; until: string };

/** A failure in words for the person, whoever failed. */
export const inWords = (error: unknown): string => {
  if (error instanceof Refusal) return refusalWords(error.code, error.detail);
  if (error instanceof Unreachable) return t('boot.unreachable');
  throw error;
};

export class Register {
  readonly account: Account;
  readonly keeping: Keeping;
  people = $state.raw<PersonKept[]>([]);
  organisations = $state.raw<OrganisationKept[]>([]);
  situations = $state.raw<SituationSummary[]>([]);
  walls = $state.raw<WallKept[]>([]);
  opened = $state(false);
  problem = $state('');
  /** What was just done, in words: said aloud by screen readers. */
  done = $state('');

  constructor(account: Account) {
    this.account = account;
    this.keeping = new Keeping(account.api);
  }

  /** The organisation for which the node is kept. */
  get home(): string {
    return this.account.able('people.manage', null)?.organisation ?? '';
  }

  get open(): SituationSummary[] {
    return this.situations.filter((situation) => situation.status !== 'closed');
  }

  organisationName(id: string): string {
    return this.organisations.find((organisation) => organisation.id === id)?.name ?? id.slice(0, 8);
  }

  situationTitle(id: string): string {
    return this.situations.find((situation) => situation.id === id)?.title ?? id.slice(0, 8);
  }

  async read(): Promise<void> {
    await this.attempt(async () => {
      const { keeping, account } = this;
      [this.organisations, this.situations, this.walls] = await Promise.all([keeping.organisations(), account.api.situations(), keeping.walls()]);
      this.people = inOrder(await keeping.people());
      this.opened = true;
    });
  }

  /** Does something; when it is refused, says why and answers false. */
  async attempt(act: () => Promise<unknown>, done = ''): Promise<boolean> {
    this.problem = '';
    this.done = '';
    try {
      await act();
      this.done = done;
      return true;
    } catch (error) {
      this.problem = inWords(error);
      return false;
    }
  }

  async command(name: string, body: Record<string, unknown>, ability = 'people.manage', situation: string | null = null): Promise<void> {
    const grant = this.account.able(ability, situation);
    if (!grant) throw new Refusal('not-allowed', 403);
    await this.account.api.command(name, { id: crypto.randomUUID(), situation, role: grant.id, body });
  }

  async enrol(display_name: string, email: string): Promise<string> {
    const person = crypto.randomUUID();
    await this.command('people.enrol', { person, display_name, ...(email.trim() && { email }) });
    return person;
  }

  async grant(person: string, { role, organisation, situation, cell, from, until }: Wanted): Promise<void> {
    await this.command('people.grant-role', {
      grant: crypto.randomUUID(), person, role, organisation,
      ...(situation && { situation }), ...(cell.trim() && { cell: cell.trim() }), ...(from && { not_before: instantOf(from) }), ...(until && { not_after: instantOf(until) }),
    });
  }

  /** Reads one person again, and one's own rights when it is oneself: reading everybody would be recorded for nothing. */
  async renew(person: string): Promise<void> {
    const renewed = await this.keeping.person(person);
    this.people = inOrder([...this.people.filter(({ id }) => id !== person), renewed]);
    if (person === this.account.person) await this.account.open();
  }

  invite(person: string, lost: boolean): Promise<InvitationMade> {
    return this.keeping.invite(person, lost);
  }
}

/** Attached to the first field of a form that opens: what was asked for is ready to be typed. */
export const focused = (field: HTMLElement): void => field.focus();

export const blank = (organisation: string): Wanted => ({ role: '', organisation, situation: '', cell: '', from: '', until: '' });

/** The hour typed is legal time, wherever the screen is. */
function instantOf(typed: string): string {
  const wall = Date.parse(`${typed}Z`);
  const ahead = offsetAt(wall, legal.zone);
  return formatInstant(wall - offsetAt(wall - ahead, legal.zone));
}

/** By name; the erased, who have none, last. */
const inOrder = (people: PersonKept[]): PersonKept[] =>
  [...people].sort((one, other) => Number(one.erased) - Number(other.erased) || (one.display_name ?? '').localeCompare(other.display_name ?? ''));
