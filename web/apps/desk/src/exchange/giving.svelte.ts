/** The picture as a file for other programs: of which kind, of which moment; named and kept by the browser as any file. */
import { formatInstant, Refusal, Unreachable } from '@garance/client';
import { refusalWords, t, words } from '@garance/kit';
import type { Desk } from '../state/desk.svelte.ts';

export type Offered = { kind: string; media_type: string; suffix: string };
const NAMED = /filename="([^"]+)"/;

export class Giving {
  readonly desk: Desk;
  offered = $state.raw<Offered[]>([]);
  kind = $state('');
  /** Of now, even while another moment is shown. */
  now = $state(false);
  busy = $state(false);
  problem = $state('');
  /** The name of the file last given. */
  given = $state('');

  constructor(desk: Desk) {
    this.desk = desk;
  }

  get #path(): string {
    return `situations/${this.desk.id}/exchange`;
  }

  async open(): Promise<void> {
    try {
      this.offered = (await this.desk.account.api.ask<{ items: Offered[] }>('GET', this.#path)).items;
      this.kind = this.offered[0]?.kind ?? '';
    } catch (error) {
      this.problem = wordsOf(error);
    }
  }

  get address(): string {
    const { conductor, grant, account } = this.desk;
    const query = new URLSearchParams({ language: words.language, ...(grant ? { role: grant.id } : {}) });
    if (!conductor.live && !this.now) {
      query.set('at', formatInstant(Math.round(conductor.shown_ms)));
      query.set('by', conductor.by);
    }
    return account.api.address(`api/v1/${this.#path}/${this.kind}?${query}`);
  }

  /** Fetches the file and hands it to the browser under the name that the node gives it. */
  async give(): Promise<void> {
    this.busy = true;
    this.problem = this.given = '';
    try {
      const answer = await fetched(this.address);
      const name = NAMED.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? `garance.${this.kind}`;
      keep(await answer.blob(), name);
      this.given = name;
    } catch (error) {
      this.problem = wordsOf(error);
    }
    this.busy = false;
  }
}

function keep(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function fetched(address: string): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address, { credentials: 'same-origin' });
  } catch {
    throw new Unreachable();
  }
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: Record<string, unknown> };
  throw problem.code ? new Refusal(problem.code, answer.status, null, problem.detail ?? {}) : new Unreachable(answer.status);
}

const wordsOf = (error: unknown): string => (error instanceof Refusal ? refusalWords(error.code, error.detail) : t('give.out-of-reach'));
