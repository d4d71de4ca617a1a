/** Who is signed in on this browser, and in which role they act. */
import { Api, Refusal, Unreachable, type Grant, type Session, type SituationSummary, type Territory } from '@garance/client';
import { legal } from '@garance/kit';
import { Casting } from './casting.svelte.ts';
import { Device, within } from './device.ts';
import { keptCard } from './ground.svelte.ts';

const KEPT_ROLE = 'garance.role';

export const siteRoot = new URL('./', document.baseURI).href;

/** Set while a sign-out made without the network has not been told to the server. */
const LEAVING = `garance.leaving ${siteRoot}`;
/** With a copy at hand, a server that does not answer by then is done without. */
const PATIENCE_MS = 4_000;

export class Account {
  readonly api = new Api(siteRoot);
  readonly casting = new Casting(this);
  session = $state.raw<Session | null>(null);
  unreachable = $state(false);
  /** The session shown is the one kept on this device: the server has not said yet whether it still holds. */
  remembered = $state(false);
  /** Signed out on this device while the server could not be told. */
  left = $state(false);
  /** The card of the territory in use is the one kept on this device. */
  groundRecalled = false;
  readonly device = new Device(siteRoot);
  #role = $state(sessionStorage.getItem(KEPT_ROLE) ?? '');

  /** Who, whatever else the server says again about their session. */
  readonly person: string = $derived(this.session?.person?.id ?? '');

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

  /** Signed out in another page of this browser: this one shows nothing more. */
  constructor() {
    addEventListener('storage', ({ key, newValue }) => {
      if (key === LEAVING && newValue !== null) void this.open();
    });
  }

  /** Who is signed in: the server's word; without it, that of this device. */
  async open(): Promise<void> {
    this.left = !(await this.#haveLeft());
    if (this.left) {
      this.session = null;
      this.unreachable = true;
      return;
    }
    const kept = await this.device.cards();
    const late = Symbol();
    const asked = this.#try(() => this.api.session());
    const answer = kept ? await within<unknown>(asked, late, PATIENCE_MS) : await asked;
    if (!kept || (answer !== late && !this.unreachable)) return;
    this.session = kept.session;
    this.remembered = this.unreachable = true;
    legal.choose(kept.session.time_zone);
  }

  /** Asks again who is signed in, after a cut. The person on screen is never replaced under their hands. */
  async renew(): Promise<'same' | 'other' | 'unknown'> {
    const before = this.person;
    let session: Session;
    try {
      session = await this.api.session();
    } catch {
      return 'unknown';
    }
    await this.device.enter(session);
    if (!session.signed_in || session.person?.id !== before) return 'other';
    this.#welcome(session);
    return 'same';
  }

  /** The situations this person may see, or those seen last. */
  async situations(): Promise<SituationSummary[]> {
    const kept = (await this.device.cards())?.situations ?? null;
    return this.#orKept(this.api.situations(), kept, (situations) => this.device.keepCards({ situations }));
  }

  /** The card of the territory, or the one seen last. */
  async territory(): Promise<Territory> {
    const kept = (await keptCard()) ?? (await this.device.cards())?.territory ?? null;
    const shown = await this.#orKept(this.api.territory(), kept, (territory) => this.device.keepCards({ territory }));
    this.groundRecalled = shown === kept;
    return shown;
  }

  async #orKept<T>(asked: Promise<T>, kept: T | null, keep: (value: T) => Promise<void>): Promise<T> {
    const answered = asked.then((value) => {
      void keep(value);
      return value;
    });
    if (kept === null) return answered;
    const late = new Promise<T>((resolve) => setTimeout(() => resolve(kept), PATIENCE_MS));
    return Promise.race([late, answered.catch((error: unknown) => {
      if (error instanceof Unreachable) return kept;
      throw error;
    })]);
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

  /** Leaves this device at once, whatever the network; the server is told now, or as soon as it answers. */
  async signOut(): Promise<void> {
    await this.device.forgetAll();
    localStorage.setItem(LEAVING, '1');
    await this.open();
  }

  /** Tells the server of a sign-out it has not heard; false while it cannot be told. */
  async #haveLeft(): Promise<boolean> {
    if (localStorage.getItem(LEAVING) === null) return true;
    try {
      if ((await this.api.session()).signed_in) await this.api.signOut();
    } catch (error) {
      if (error instanceof Unreachable || (error instanceof Refusal && error.status >= 429)) return false;
      if (!(error instanceof Refusal)) throw error;
    }
    localStorage.removeItem(LEAVING);
    return true;
  }

  #welcome(session: Session): void {
    this.session = session;
    this.unreachable = this.remembered = false;
    legal.choose(session.time_zone);
  }

  async #try(ask: () => Promise<Session>): Promise<Refusal | null> {
    try {
      const session = await ask();
      await this.device.enter(session);
      this.#welcome(session);
      return null;
    } catch (error) {
      if (error instanceof Refusal) return error;
      if (!(error instanceof Unreachable)) throw error;
      this.unreachable = true;
      return null;
    }
  }
}
