/** The devices of a connection that enrols: who is invited, who came in, who is kept out. Read while somebody looks. */
import { Refusal, type Api } from '@garance/client';
import { refusalWords, t } from '@garance/kit';
import { download } from './downloading.ts';

export const CLIENTS = ['atak', 'itak', 'wintak'] as const;
export type Client = (typeof CLIENTS)[number];
export type Invitation = { id: string; name: string; groups: string[]; uses: number; made_at: string; ends_at: string };
export type Device = {
  serial: string; name: string; groups: string[]; how: 'enrolment' | 'package'; enrolled_at: string; ends_at: string; revoked_at: string | null; connected: boolean;
};
/** An invitation and its word of passage, which the node tells this once. */
export type Invited = { invitation: Invitation; token: string; host: string; enrol_port: number; link: string; link_drawing: string; itak: string; itak_drawing: string };
export type ToInvite = { name: string; groups?: string[]; uses: number; hours: number };
export type ToEquip = { name: string; groups?: string[]; client: Client };

const EVERY_MS = 3_000;

/** Why the node says no: what the keeper of the node must write is said in full. */
export function deviceWords(problem: unknown): string {
  if (!(problem instanceof Refusal)) return t('tak.out-of-reach');
  if (problem.code !== 'connector-setting-missing') return refusalWords(problem.code, problem.detail);
  return problem.field === 'names' ? t('tak.no-name') : t('tak.no-port', { setting: problem.field ?? '?' });
}

export class Devices {
  items = $state.raw<Device[]>([]);
  invitations = $state.raw<Invitation[]>([]);
  read_once = $state(false);
  lost = $state(false);
  readonly #api: Api;
  readonly #path: string;

  constructor(api: Api, connection: string) {
    this.#api = api;
    this.#path = `connections/${connection}`;
  }

  /** Reads them now and then until told to stop. */
  follow(): () => void {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async (): Promise<void> => {
      await this.read();
      if (!stopped) timer = setTimeout(() => void again(), EVERY_MS);
    };
    void again();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }

  async read(): Promise<void> {
    try {
      const [devices, invitations] = await Promise.all([
        this.#api.ask<{ items: Device[] }>('GET', `${this.#path}/devices`),
        this.#api.ask<{ items: Invitation[] }>('GET', `${this.#path}/invitations`),
      ]);
      [this.items, this.invitations, this.lost, this.read_once] = [devices.items, invitations.items, false, true];
    } catch {
      this.lost = true;
    }
  }

  async invite(body: ToInvite): Promise<Invited> {
    const made = await this.#api.ask<Invited>('POST', `${this.#path}/invitations`, body);
    void this.read();
    return made;
  }

  async withdraw({ id }: Invitation): Promise<void> {
    await this.#api.ask('DELETE', `${this.#path}/invitations/${id}`);
    await this.read();
  }

  async revoke({ serial }: Device): Promise<void> {
    await this.#api.ask('POST', `${this.#path}/devices/${serial}/revocation`);
    await this.read();
  }

  /** A package without secret: the application trusts this node, then asks for the name and the word. */
  trust(client: Client): Promise<string> {
    return download(this.#api, `${this.#path}/trust-package?client=${client}`, `${client}.zip`);
  }

  /** A package with a certificate and its key: whoever holds it is that device. */
  async equip(body: ToEquip): Promise<string> {
    const name = await download(this.#api, `${this.#path}/devices`, `${body.client}.zip`, body);
    void this.read();
    return name;
  }
}
