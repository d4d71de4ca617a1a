/** Keeping a node, and one's own account: what the server says of people and accounts, and what may be asked of it. */
import type { Api } from './api.ts';

export type GrantKept = {
  id: string;
  role: string;
  organisation: string;
  cell: string | null;
  situation: string | null;
  not_before: string | null;
  not_after: string | null;
};

export type AccountKept = { login: string | null; second_factor: boolean; linked: boolean; closed: boolean; invited_until: string | null };

export type PersonKept = { id: string; display_name: string | null; email: string | null; erased: boolean; grants: GrantKept[]; account: AccountKept };
export type OrganisationKept = { id: string; name: string; level: string; above: string | null };
export type WallKept = { id: string; situation: string; organisation: string; title: string; ends_at: string };
export type InvitationMade = { person: string; address: string; ends_at: string };
export type InvitationShown = { display_name: string | null; login: string | null; ends_at: string };
export type FactorShown = { login: string | null; in_use: boolean; recovery_codes: number };
export type SessionKept = { session: string; kind: string; opened_at: string; seen_at: string; current: boolean };

export class Keeping {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  async people(): Promise<PersonKept[]> {
    const all: PersonKept[] = [];
    let after = '';
    do {
      const page = await this.#api.ask<{ items: PersonKept[]; next: string | null }>('GET', `people?limit=500${after && `&after=${after}`}`);
      all.push(...page.items);
      after = page.next ?? '';
    } while (after);
    return all;
  }

  person(person: string): Promise<PersonKept> {
    return this.#api.ask('GET', `people/${person}`);
  }

  async organisations(): Promise<OrganisationKept[]> {
    return (await this.#api.ask<{ items: OrganisationKept[] }>('GET', 'organisations')).items;
  }

  /** `drop_second_factor`: the phone was lost; the old second factor ends with the old password. */
  invite(person: string, drop_second_factor: boolean): Promise<InvitationMade> {
    return this.#api.ask('POST', 'invitations', { person, drop_second_factor });
  }

  close(person: string): Promise<void> {
    return this.#api.ask('POST', `people/${person}/disable`);
  }

  reopen(person: string): Promise<void> {
    return this.#api.ask('POST', `people/${person}/enable`);
  }

  async walls(): Promise<WallKept[]> {
    return (await this.#api.ask<{ items: WallKept[] }>('GET', 'walls')).items;
  }

  makeWall(wall: { situation: string; organisation: string; title: string }): Promise<{ id: string; token: string; ends_at: string }> {
    return this.#api.ask('POST', 'walls', wall);
  }

  endWall(wall: string): Promise<void> {
    return this.#api.ask('DELETE', `walls/${wall}`);
  }
}

/** What the holder of an invitation may ask, signed in or not. */
export class Invitation {
  readonly #api: Api;
  readonly #token: string;

  constructor(api: Api, token: string) {
    this.#api = api;
    this.#token = token;
  }

  read(): Promise<InvitationShown> {
    return this.#api.ask('POST', 'invitations/read', { token: this.#token });
  }

  accept(login: string, password: string): Promise<void> {
    return this.#api.ask('POST', 'invitations/accept', { token: this.#token, login, password });
  }
}

/** One's own password, second factor and sessions. */
export class OwnAccount {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  changePassword(old: string, wanted: string): Promise<void> {
    return this.#api.ask('POST', 'password', { old, new: wanted });
  }

  factor(): Promise<FactorShown> {
    return this.#api.ask('GET', 'second-factor');
  }

  proposeFactor(password: string): Promise<{ address: string; image: string }> {
    return this.#api.ask('POST', 'second-factor', { password });
  }

  async confirmFactor(code: string): Promise<string[]> {
    return (await this.#api.ask<{ codes: string[] }>('POST', 'second-factor/confirm', { code })).codes;
  }

  dropFactor(password: string): Promise<void> {
    return this.#api.ask('POST', 'second-factor/drop', { password });
  }

  async sessions(): Promise<SessionKept[]> {
    return (await this.#api.ask<{ items: SessionKept[] }>('GET', 'sessions')).items;
  }

  endSession(session: string): Promise<void> {
    return this.#api.ask('DELETE', `sessions/${session}`);
  }
}
