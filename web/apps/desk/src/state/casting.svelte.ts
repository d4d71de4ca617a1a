/** The people that a demonstration lets anyone be, and being another one. */
import type { DemoRole, Refusal } from '@garance/client';
import { t, words } from '@garance/kit';
import type { Account } from './account.svelte.ts';

export type Troupe = { organisation: string; roles: DemoRole[] };

/** The roles by organisation, both in the order they come. */
export function troupes(roles: DemoRole[]): Troupe[] {
  const found: Troupe[] = [];
  for (const role of roles) {
    const known = found.find(({ organisation }) => organisation === role.organisation_name);
    if (known) known.roles.push(role);
    else found.push({ organisation: role.organisation_name, roles: [role] });
  }
  return found;
}

export const titleOf = (role: DemoRole): string => (words.language === 'fr' ? role.title_fr : role.title_en);
export const doesOf = (role: DemoRole): string => (words.language === 'fr' ? role.does_fr : role.does_en);

export class Casting {
  readonly account: Account;
  roles = $state.raw<DemoRole[]>([]);
  open = $state(false);
  busy = $state(false);
  refusal = $state.raw<Refusal | null>(null);
  /** What the next desk says once: who the person has just become. */
  became = '';

  constructor(account: Account) {
    this.account = account;
  }

  get offered(): boolean {
    return this.account.session?.demo === true && !this.account.readOnly;
  }

  async load(): Promise<void> {
    if (this.roles.length === 0) this.roles = await this.account.api.demoRoles().catch(() => []);
  }

  show = (): void => {
    this.refusal = null;
    this.open = true;
    void this.load();
  };

  async be(role: DemoRole): Promise<void> {
    this.busy = true;
    this.became = t('casting.became', { name: role.display_name, title: titleOf(role) });
    this.refusal = await this.account.enterDemo(role.role);
    this.busy = false;
    if (this.refusal) this.became = '';
    else this.open = false;
  }

  /** The words for the desk that opens after a change of role, once. */
  greeting(): string {
    const said = this.became;
    this.became = '';
    return said;
  }
}
