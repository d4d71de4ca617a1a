/** The situation report in hand: begun from what the journal proposes, edited, kept as a draft, validated by a named person. */
import { formatInstant, type Author } from '@garance/client';
import { legal, nextAt, t, term, words } from '@garance/kit';
import type { Workbench } from '../state/workbench.svelte.ts';
import { wordsOf } from './printing.svelte.ts';

/** The parts of the template, in the order they are read. */
export const HEADINGS = ['situation', 'evolution', 'people', 'means', 'done', 'planned', 'difficulties', 'requests', 'communication'] as const;
export type Heading = (typeof HEADINGS)[number];
/** The balance of people, where nobody counted on the board: what is not known is left empty, which is not zero. */
export const BALANCE = ['killed', 'absolute-urgency', 'relative-urgency', 'involved', 'rescued', 'evacuated', 'sheltered', 'missing'] as const;

export type Figure = { figure: string; value: number; high?: number; name?: string; unit?: string; facts?: string[] };
type Proposed = Figure & { words: string; is_new: boolean; before?: number; before_high?: number };
type Proposal = {
  at: string; by: 'occurred' | 'recorded'; since: string | null; after: string | null;
  sections: { heading: Heading; text: string; lines: { text: string; facts: string[]; is_new: boolean }[] }[];
  figures: Proposed[];
  next_point_at: string | null;
};
export type Report = {
  id: string; at: string; by: 'occurred' | 'recorded'; sections: { heading: Heading; text: string }[]; figures: Figure[]; next_point_at?: string;
  supersedes?: string; superseded_by?: string; draft: string; drafted_by?: Author; number?: number; validated_at?: string; validated_by?: Author; follows: string[]; conflict: boolean;
};

export class Reporting {
  readonly #bench: Workbench;
  known = $state.raw<Report[]>([]);
  /** The report in hand: one that exists, or one to come. */
  id = $state('');
  at = $state('');
  by = $state<'occurred' | 'recorded'>('occurred');
  texts = $state<Record<string, string>>({});
  figures = $state<Proposed[]>([]);
  balance = $state<Record<string, number | null>>({});
  fresh = $state.raw<Set<string>>(new Set());
  /** The hour of the next point, as `HH:MM` in legal time. */
  next = $state('');
  problem = $state('');
  busy = $state(true);
  /** What was kept last, to know whether anything was changed since. */
  #kept = $state('');
  #supersedes: string | undefined;

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  /** The categories of people that no board counts: typed by hand, if somebody vouches for them. */
  get uncounted(): (typeof BALANCE)[number][] {
    return BALANCE.filter((category) => !this.figures.some(({ figure }) => figure === category));
  }

  get current(): Report | null {
    return this.known.find(({ id }) => id === this.id) ?? null;
  }

  get validated(): boolean {
    return this.current?.number !== undefined;
  }

  get changed(): boolean {
    return JSON.stringify(this.#body()) !== this.#kept;
  }

  get mayDraft(): boolean {
    return this.#bench.desk.can('reports.draft') && !this.validated;
  }

  get mayValidate(): boolean {
    return this.#bench.desk.can('reports.validate') && this.current !== null && !this.validated && !this.changed;
  }

  /** Reads the reports there are, and opens the draft in hand, or begins another. */
  start = async (): Promise<void> => {
    await this.#read();
    const draft = this.known.find(({ number }) => number === undefined);
    if (draft) this.open(draft);
    else await this.begin();
  };

  /** Begins a report from what the journal proposes at the moment shown. */
  begin = async (): Promise<void> => {
    const { desk } = this.#bench;
    const { conductor } = desk;
    const query = new URLSearchParams({ language: words.language });
    if (!conductor.live) {
      query.set('at', formatInstant(Math.round(conductor.shown_ms)));
      query.set('by', conductor.by);
    }
    await this.#doing(async () => {
      const proposal = await desk.account.api.ask<Proposal>('GET', `situations/${desk.id}/report-proposal?${query}`);
      Object.assign(this, { id: crypto.randomUUID(), at: proposal.at, by: proposal.by, next: proposal.next_point_at ? hourOf(Date.parse(proposal.next_point_at)) : '', balance: {} });
      this.#supersedes = undefined;
      this.texts = Object.fromEntries(proposal.sections.map(({ heading, text }) => [heading, text]));
      this.fresh = new Set(proposal.sections.filter(({ lines }) => lines.some(({ is_new }) => is_new)).map(({ heading }) => heading));
      this.figures = proposal.figures;
      this.#kept = '';
    });
  };

  open(report: Report): void {
    const balance = report.figures.filter(({ figure, facts }) => (BALANCE as readonly string[]).includes(figure) && !facts?.length);
    Object.assign(this, { id: report.id, at: report.at, by: report.by, next: report.next_point_at ? hourOf(Date.parse(report.next_point_at)) : '' });
    this.#supersedes = report.supersedes;
    this.texts = Object.fromEntries(report.sections.map(({ heading, text }) => [heading, text]));
    this.fresh = new Set();
    this.figures = report.figures.filter((figure) => !balance.includes(figure)).map((figure) => ({ ...figure, words: figureWords(figure), is_new: false }));
    this.balance = Object.fromEntries(balance.map(({ figure, value }) => [figure, value]));
    this.#kept = JSON.stringify(this.#body());
  }

  /** Another report in the place of one that was validated: the same words, to be corrected. */
  replace(report: Report): void {
    this.open(report);
    this.id = crypto.randomUUID();
    this.#supersedes = report.id;
    this.#kept = '';
  }

  keep = async (): Promise<void> => {
    const body = this.#body();
    const saying = this.current ? { follows: this.current.follows } : {};
    this.busy = true;
    if (await this.#bench.give('reports.draft', body, saying)) {
      this.#kept = JSON.stringify(body);
      await this.#read();
    }
    this.busy = false;
  };

  validate = async (): Promise<void> => {
    const report = this.current;
    if (!report) return;
    this.busy = true;
    if (await this.#bench.give('reports.validate', { report: report.id, draft: report.draft }, { follows: report.follows })) await this.#read();
    this.busy = false;
  };

  /** The address of its pages; of the proposal while nothing was kept. */
  address(format: 'pdf' | 'text'): string {
    const { desk } = this.#bench;
    const query = new URLSearchParams({ format, language: words.language, ...(desk.grant ? { role: desk.grant.id } : {}), ...(this.current ? { report: this.id } : {}) });
    return desk.account.api.address(`api/v1/situations/${desk.id}/documents/situation-report?${query}`);
  }

  #body(): Record<string, unknown> {
    const sections = HEADINGS.map((heading) => ({ heading, text: (this.texts[heading] ?? '').trim() })).filter(({ text }) => text !== '');
    const counted = this.uncounted.flatMap((figure) => (typeof this.balance[figure] === 'number' ? [{ figure, value: this.balance[figure]! }] : []));
    const figures = this.figures.map(({ figure, value, high, name, unit, facts }) => ({ figure, value, ...(high === undefined ? {} : { high }), ...(name ? { name } : {}), ...(unit ? { unit } : {}), ...(facts?.length ? { facts } : {}) }));
    return {
      report: this.id, at: this.at, by: this.by, sections, figures: [...figures, ...counted],
      ...(this.next ? { next_point_at: formatInstant(instantOf(this.next, Date.parse(this.at))) } : {}),
      ...(this.#supersedes ? { supersedes: this.#supersedes } : {}),
    };
  }

  async #read(): Promise<void> {
    const { desk } = this.#bench;
    await this.#doing(async () => {
      this.known = (await desk.account.api.ask<{ items: Report[] }>('GET', `situations/${desk.id}/reports?limit=100`)).items;
    });
  }

  async #doing(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.problem = '';
    try {
      await work();
    } catch (error) {
      this.problem = wordsOf(error);
    }
    this.busy = false;
  }
}

/** The first time after that moment that the wall clock shows that hour. */
function instantOf(hour: string, after_ms: number): number {
  const [hours = 0, minutes = 0] = hour.split(':').map(Number);
  return nextAt(hours, minutes, after_ms, legal.zone);
}

const hourOf = (ms: number): string => new Intl.DateTimeFormat('fr-FR', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: legal.zone }).format(ms);

/** What a kept figure counts. */
function figureWords({ figure, name }: Figure): string {
  if (name) return name;
  if ((BALANCE as readonly string[]).includes(figure)) return term('toll', figure);
  return figure.startsWith('means-') ? t('report.means', { state: term('resource-state', figure.slice('means-'.length)) }) : term('figure', figure);
}
