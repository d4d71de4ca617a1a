/** The picture as a file for other programs: of which kind, of which moment; named and kept by the browser as any file. */
import { formatInstant, Refusal } from '@garance/client';
import { refusalWords, t, words } from '@garance/kit';
import type { Desk } from '../state/desk.svelte.ts';
import { download } from '../state/downloading.ts';

export type Offered = { kind: string; media_type: string; suffix: string };

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

  get asked(): string {
    const { conductor, grant } = this.desk;
    const query = new URLSearchParams({ language: words.language, ...(grant ? { role: grant.id } : {}) });
    if (!conductor.live && !this.now) {
      query.set('at', formatInstant(Math.round(conductor.shown_ms)));
      query.set('by', conductor.by);
    }
    return `${this.#path}/${this.kind}?${query}`;
  }

  /** Fetches the file and hands it to the browser under the name that the node gives it. */
  async give(): Promise<void> {
    this.busy = true;
    this.problem = this.given = '';
    try {
      this.given = await download(this.desk.account.api, this.asked, `garance.${this.kind}`);
    } catch (error) {
      this.problem = wordsOf(error);
    }
    this.busy = false;
  }
}

const wordsOf = (error: unknown): string => (error instanceof Refusal ? refusalWords(error.code, error.detail) : t('give.out-of-reach'));
