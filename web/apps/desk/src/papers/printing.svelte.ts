/** What is to be printed: which document, of which moment, on which paper; and its first page, seen before printing. */
import { formatInstant, Refusal, Unreachable } from '@garance/client';
import { refusalWords, t, words } from '@garance/kit';
import type { Tab } from '../state/axes.ts';
import type { Desk } from '../state/desk.svelte.ts';

/** Documents as they are looked for: to report, to follow, to give, to draw, to keep. */
export const PAPER_GROUPS = {
  all: ['operation', 'situation-report', 'logbook', 'message'],
  boards: ['incidents', 'people', 'missions', 'means', 'demands', 'roster', 'signals', 'drawings'],
  sheets: ['mission', 'order', 'action-sheet', 'handover', 'census'],
  map: ['map'],
} as const;
export type PaperKind = (typeof PAPER_GROUPS)[keyof typeof PAPER_GROUPS][number];
export const PAPER_SIZES = ['a4', 'a3', 'a2', 'a1', 'a0'] as const;
export const PAPER_SCALES = [2_000, 5_000, 10_000, 15_000, 25_000, 50_000, 100_000] as const;
/** Those that only exist empty, and those that also do. */
const BLANK_ONLY: readonly PaperKind[] = ['census'];
const NEVER_BLANK: readonly PaperKind[] = ['operation', 'situation-report', 'map'];
const NOT_TEXT: readonly PaperKind[] = ['map', 'census'];
/** Sheets of one thing each: which kind of thing. */
const SHEET_OF: Partial<Record<PaperKind, string>> = { mission: 'mission', order: 'order', 'action-sheet': 'sheet' };
const KIND_OF_TAB: Partial<Record<Tab, PaperKind>> = { resources: 'means', shapes: 'drawings', incidents: 'incidents', population: 'people', missions: 'missions' };
/** A choice is looked at once the hand rests. */
const REST_MS = 350;

export class Printing {
  readonly desk: Desk;
  kind = $state<PaperKind>('logbook');
  paper = $state<(typeof PAPER_SIZES)[number]>('a4');
  turned = $state<'' | 'portrait' | 'landscape'>('');
  scale = $state('');
  grid = $state<'utm' | 'dfci'>('utm');
  risks = $state(true);
  relief = $state(false);
  view = $state(false);
  blank = $state(0);
  /** Only the sheet of what is chosen. */
  alone = $state(true);
  /** The first page, as an address of the browser's own memory. */
  page = $state('');
  problem = $state('');
  busy = $state(false);
  #turn = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(desk: Desk) {
    this.desk = desk;
    const sheet = (Object.keys(SHEET_OF) as PaperKind[]).find((kind) => SHEET_OF[kind] === desk.selection?.kind);
    this.kind = desk.selection?.kind === 'entry' ? 'message' : (sheet ?? KIND_OF_TAB[desk.tab] ?? 'logbook');
  }

  /** The thing chosen on the desk, when this document has a sheet of its own for it. */
  get thing(): string | null {
    const { selection } = this.desk;
    return selection && SHEET_OF[this.kind] === selection.kind ? selection.id : null;
  }

  /** A message is one line of the logbook: without one chosen, it can only be empty. */
  get entry(): string | null {
    return this.desk.selection?.kind === 'entry' ? this.desk.selection.id : null;
  }

  get mayBeBlank(): boolean {
    return !NEVER_BLANK.includes(this.kind);
  }

  get mustBeBlank(): boolean {
    return BLANK_ONLY.includes(this.kind) || (this.kind === 'message' && this.entry === null);
  }

  get hasText(): boolean {
    return !NOT_TEXT.includes(this.kind) && this.blanks === 0;
  }

  get blanks(): number {
    return this.mustBeBlank ? Math.max(1, this.blank) : this.mayBeBlank ? this.blank : 0;
  }

  get #query(): Record<string, string> {
    const { conductor, map } = this.desk;
    const query: Record<string, string> = { language: words.language, ...(this.desk.grant ? { role: this.desk.grant.id } : {}) };
    if (!conductor.live) Object.assign(query, { at: formatInstant(Math.round(conductor.shown_ms)), by: conductor.by });
    if (this.blanks > 0) query['blank'] = String(this.blanks);
    if (this.kind === 'message' && this.entry && this.blanks === 0) query['entry'] = this.entry;
    if (this.thing && this.alone && this.blanks === 0) query['thing'] = this.thing;
    if (this.kind !== 'map') return query;
    Object.assign(query, { paper: this.paper, grid: this.grid, risks: String(this.risks), relief: String(this.relief) });
    if (this.turned) query['turned'] = this.turned;
    if (this.scale) query['scale'] = this.scale;
    const box = this.view ? map?.box : undefined;
    if (box) query['box'] = box.map((side) => side.toFixed(6)).join(',');
    return query;
  }

  address(format: 'pdf' | 'text' | 'png'): string {
    const query = new URLSearchParams({ ...this.#query, format });
    return this.desk.account.api.address(`api/v1/situations/${this.desk.id}/documents/${this.kind}?${query}`);
  }

  /** Looks at the first page once nothing more is changed; what was asked before no longer counts. */
  look(): () => void {
    const address = this.address('png');
    const turn = ++this.#turn;
    clearTimeout(this.#rest);
    this.busy = true;
    this.#rest = setTimeout(() => void this.#see(address, turn), REST_MS);
    return () => clearTimeout(this.#rest);
  }

  async #see(address: string, turn: number): Promise<void> {
    let page = '';
    let problem = '';
    try {
      page = URL.createObjectURL(await read(address).then((answer) => answer.blob()));
    } catch (error) {
      problem = wordsOf(error);
    }
    if (turn !== this.#turn) {
      if (page) URL.revokeObjectURL(page);
      return;
    }
    this.forget();
    Object.assign(this, { page, problem, busy: false });
  }

  /** The text of the document, to be pasted anywhere. */
  async text(): Promise<string> {
    return (await read(this.address('text'))).text();
  }

  /** Lets go of the page looked at. */
  forget(): void {
    if (this.page) URL.revokeObjectURL(this.page);
    this.page = '';
  }
}

async function read(address: string): Promise<Response> {
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

/** Why there is no page, in words; with what would fit, when the server says it. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Refusal)) return t('paper.unreachable');
  const { scale_that_fits: scale, paper_that_fits: paper } = error.detail;
  const fits = [scale ? t('paper.fits-scale', { scale: String(scale) }) : '', paper ? t('paper.fits-paper', { paper: String(paper) }) : ''].filter(Boolean);
  return [refusalWords(error.code, error.detail), ...fits].join(' ');
}
