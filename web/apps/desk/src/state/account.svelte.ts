/** Who is signed in on this browser, and in which role they act. */
import { Api, Refusal, Unreachable, type Grant, type Session } from '@garance/client';
import { legal } from '@garance/kit';

const KEPT_ROLE = 'garance.role';

export const siteRoot = new URL('./', document.baseURI).href;

export class Account {
  readonly api = new Api(siteRoot);
  session = $state.raw<Session | null>(null);
  unreachable = $state(false);
  #role = $state(sessionStorage.getItem(KEPT_ROLE) ?? '');

  get person(): string {
    return this.session?.person?.id ?? '';
  }

  get readOnly(): boolean {
    return this.session?.read_only ?? false;
  }

  /** The grants that hold for a situation: those given for it, and those given for all. */
  grantsFor(situation: string | null): Grant[] {
    return (this.session?.grants ?? []).filter((grant) => !grant.situation || grant.situation === situation);
  }

  /** The role the person acts in; their first one until they choose. */
  grantIn(situation: string | null): Grant | null {
    const grants = this.grantsFor(situation);
    return grants.find((grant) => grant.id === this.#role) ?? grants[0] ?? null;
  }

  /** A role held now that allows this: the one the person acts in, if it does. */
  able(ability: string, situation: string | null): Grant | null {
    const now_ms = Date.now();
    const allows = (grant: Grant | null): boolean => grant !== null && grant.abilities.includes(ability) && (!grant.not_before || Date.parse(grant.not_before) <= now_ms);
    const chosen = this.grantIn(situation);
    return allows(chosen) ? chosen : this.grantsFor(situation).find(allows) ?? null;
  }

  /** Whether the person keeps this node: its people, roles and accounts. */
  get keeps(): boolean {
    return !this.readOnly && this.able('people.manage', null) !== null;
  }

  choose(grant: string): void {
    this.#role = grant;
    sessionStorage.setItem(KEPT_ROLE, grant);
  }

  async open(): Promise<void> {
    await this.#try(() => this.api.session());
  }

  async signIn(login: string, password: string, code: string): Promise<Refusal | null> {
    return this.#try(() => this.api.signIn(login, password, code || undefined));
  }

  async enterDemo(role: string): Promise<Refusal | null> {
    return this.#try(() => this.api.enterDemo(role));
  }

  async enterWall(token: string): Promise<Refusal | null> {
    return this.#try(() => this.api.enterWall(token));
  }

  async signOut(): Promise<void> {
    await this.api.signOut().catch(() => undefined);
    await this.open();
  }

  async #try(ask: () => Promise<Session>): Promise<Refusal | null> {
    try {
      this.session = await ask();
      legal.choose(this.session.time_zone);
      this.unreachable = false;
      return null;
    } catch (error) {
      if (error instanceof Refusal) return error;
      if (!(error instanceof Unreachable)) throw error;
      this.unreachable = true;
      return null;
    }
  }
}
