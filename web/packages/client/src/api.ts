/** One door to the HTTP interface. Refusals keep their code: words are chosen on screen. */
import type { Command, CommandAnswer, DemoRole, Directory, Geometry, Inside, Polygon, SamplePage, Session, SituationSummary, Territory } from './wire.ts';

/** The server said no, and the person must know why. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly code: string;
  readonly status: number;
  readonly field: string | null;
  readonly detail: Record<string, unknown>;

  constructor(code: string, status: number, field: string | null = null, detail: Record<string, unknown> = {}) {
    super(code);
    this.code = code;
    this.status = status;
    this.field = field;
    this.detail = detail;
  }
}

/** The server could not be reached, or answered like something that is not Garance: try again later. */
export class Unreachable extends Error {
  override name = 'Unreachable';
  readonly status: number;

  constructor(status = 0) {
    super('unreachable');
    this.status = status;
  }
}

/** A server that has not answered by then is taken for unreachable: what waits is tried again. */
const PATIENCE_MS = 30_000;

type Options = { method?: string; body?: unknown };

export class Api {
  csrf: string | null = null;
  /** What this device can answer by itself when the server is out of reach: undefined for what it cannot. */
  withoutNetwork: (path: string) => Promise<unknown> = async () => undefined;
  readonly #root: string;
  readonly #fetcher: typeof fetch;

  /** `root` is the address of the site, with its closing slash. */
  constructor(root: string, fetcher: typeof fetch = (...args) => globalThis.fetch(...args)) {
    this.#root = root;
    this.#fetcher = fetcher;
  }

  address(path: string): string {
    return new URL(path.replace(/^\//, ''), this.#root).href;
  }

  async #call<T>(path: string, { method = 'GET', body }: Options = {}): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (method !== 'GET' && this.csrf) headers['X-Garance-CSRF'] = this.csrf;
    let response: Response;
    try {
      response = await this.#fetcher(this.address(path), {
        method,
        headers,
        credentials: 'same-origin',
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      const held = method === 'GET' ? await this.withoutNetwork(path) : undefined;
      if (held !== undefined) return held as T;
      throw new Unreachable();
    }
    if (response.status === 204) return undefined as T;
    const type = response.headers.get('Content-Type') ?? '';
    if (response.ok && type.includes('json')) return (await response.json()) as T;
    throw await refusalOf(response, type);
  }

  /** Any address of the interface, by its name below `api/v1/`. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.#call(`api/v1/${path}`, { method, body });
  }

  /** Sends bytes as they are, with all the time that a slow link takes: `signal` says when to give up. */
  async give<T>(path: string, bytes: Blob, signal: AbortSignal): Promise<T> {
    const headers = { Accept: 'application/json', 'Content-Type': 'application/octet-stream', ...(this.csrf ? { 'X-Garance-CSRF': this.csrf } : {}) };
    let response: Response;
    try {
      response = await this.#fetcher(this.address(`api/v1/${path}`), { method: 'POST', headers, credentials: 'same-origin', signal, body: bytes });
    } catch {
      throw new Unreachable();
    }
    const type = response.headers.get('Content-Type') ?? '';
    if (response.ok && type.includes('json')) return (await response.json()) as T;
    throw await refusalOf(response, type);
  }

  async session(): Promise<Session> {
    return this.#enter(await this.#call<Session>('api/v1/session'));
  }

  async signIn(login: string, password: string, code?: string): Promise<Session> {
    const body = code ? { login, password, code } : { login, password };
    return this.#enter(await this.#call<Session>('api/v1/session', { method: 'POST', body }));
  }

  async enterWall(token: string): Promise<Session> {
    return this.#enter(await this.#call<Session>('api/v1/session/wall', { method: 'POST', body: { token } }));
  }

  async enterDemo(role: string): Promise<Session> {
    return this.#enter(await this.#call<Session>('api/v1/session/demo', { method: 'POST', body: { role } }));
  }

  demoRoles(): Promise<DemoRole[]> {
    return this.#call('api/v1/session/demo');
  }

  signOut(): Promise<void> {
    return this.#call('api/v1/session', { method: 'DELETE' });
  }

  createFirstAdministrator(body: { token: string; login: string; display_name: string; password: string }): Promise<unknown> {
    return this.#call('api/v1/first-administrator', { method: 'POST', body });
  }

  command(name: string, command: Command): Promise<CommandAnswer> {
    return this.#call(`api/v1/commands/${name}`, { method: 'POST', body: command });
  }

  async situations(): Promise<SituationSummary[]> {
    const all: SituationSummary[] = [];
    let after = '';
    do {
      const page = await this.#call<{ items: SituationSummary[]; next: string | null }>(
        `api/v1/situations?limit=100${after ? `&after=${encodeURIComponent(after)}` : ''}`,
      );
      all.push(...page.items);
      after = page.next ?? '';
    } while (after);
    return all;
  }

  samples(situation: string, query: Record<string, string>): Promise<SamplePage> {
    return this.#call(`api/v1/situations/${situation}/samples?${new URLSearchParams(query)}`);
  }

  directory(situation: string): Promise<Directory> {
    return this.#call(`api/v1/directory?situation=${situation}`);
  }

  territory(): Promise<Territory> {
    return this.#call('api/v1/territory');
  }

  /** What is known of a place, told as a person would. For a line or a zone, the place of its first vertex. */
  here(geometry: Geometry): Promise<{ phrase: { fr: string; en: string }; commune: string | null }> {
    const [lon, lat] = geometry.coordinates.flat(2) as number[];
    return this.#call(`api/v1/territory/here?lon=${lon}&lat=${lat}`);
  }

  /** How many people live in a zone, with the range, and what else it holds. */
  inside(geometry: Polygon): Promise<Inside> {
    return this.#call('api/v1/territory/inside', { method: 'POST', body: { geometry } });
  }

  #enter(session: Session): Session {
    this.csrf = session.csrf ?? null;
    return session;
  }
}

async function refusalOf(response: Response, type: string): Promise<Error> {
  if (!type.includes('problem+json')) return new Unreachable(response.status);
  const problem = (await response.json()) as { code?: string; field?: string; detail?: Record<string, unknown> };
  const detail = { ...(problem.detail ?? {}) };
  const wait = response.headers.get('Retry-After');
  if (wait) detail['retry_after_s'] = Number(wait);
  return new Refusal(problem.code ?? 'unknown', response.status, problem.field ?? null, detail);
}
