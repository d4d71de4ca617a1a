/** The files joined to a line being written: checked, kept on the device, sent as soon as there is a link. */
import {
  Attaching, DatabaseFiles, fileKindOf, fileProblem, MemoryFiles, putFile, Refusal, sha256Of, takenOf, type Attachment, type Command, type CommandAnswer, type FileLimits, type Position,
} from '@garance/client';
import { decimal, legal, refusalWords, t } from '@garance/kit';
import { instantsAt } from '@garance/kit/legal.ts';
import type { Account } from './account.svelte.ts';
import type { Draft } from './draft.svelte.ts';

export const MOST_PIECES = 12;
const MOST_NAME = 120;
const FORMER_NODE: FileLimits = { max_bytes: 50 << 20, kinds: ['image/jpeg', 'image/png', 'image/webp', 'application/pdf', 'audio/ogg', 'video/mp4'] };

/** What sending again would not change. */
const FOR_GOOD = new Set(['file-type-refused', 'file-empty', 'digest-wrong', 'quota-full', 'body-too-large']);

export const sizeWords = (bytes: number): string => (bytes < 1 << 20 ? t('pieces.size-kilo', { n: decimal(Math.max(1, bytes / 1024), 0) }) : t('pieces.size-mega', { n: decimal(bytes / (1 << 20), 1) }));

/** What a photograph proposes: when and where it was taken. */
export type PieceTold = { sha256: string; taken_ms: number | null; position: Position | null };

export class Pieces {
  readonly #account: Account;
  #attaching: Attaching | null = null;
  /** Whether this device keeps them when the page closes. */
  kept = $state(true);
  /** How much of each has left, from 0 to 1. */
  shares = $state.raw<Readonly<Record<string, number>>>({});
  /** Addresses of what is not on the server yet, to be shown from memory. */
  local = $state.raw<Readonly<Record<string, string>>>({});
  told = $state.raw<readonly PieceTold[]>([]);

  constructor(account: Account) {
    this.#account = account;
  }

  async open(): Promise<Attaching> {
    if (this.#attaching) return this.#attaching;
    const keeper = await DatabaseFiles.open().catch(() => {
      this.kept = false;
      return new MemoryFiles();
    });
    const { api } = this.#account;
    this.#attaching ??= new Attaching(keeper, (sha256, content, progress) => putFile(api.address(`api/v1/files/${sha256}`), api.csrf, content, progress));
    return this.#attaching;
  }

  get limits(): FileLimits {
    return this.#account.session?.files ?? FORMER_NODE;
  }

  /** « jpeg, png, pdf… jusqu'à 50 Mo » */
  get limitWords(): string {
    const { kinds, max_bytes } = this.limits;
    return t('pieces.limits', { kinds: kinds.map((kind) => kind.slice(kind.indexOf('/') + 1)).join(', '), size: sizeWords(max_bytes) });
  }

  /** Joins files to a line; answers what to tell the person of those that cannot be. */
  async join(files: readonly File[], draft: Draft): Promise<string[]> {
    const refused: string[] = [];
    for (const file of files) {
      const problem = draft.attachments.length >= MOST_PIECES ? t('pieces.most', { n: MOST_PIECES }) : await this.#join(file, draft);
      if (problem) refused.push(`${file.name} : ${problem}`);
    }
    return refused;
  }

  async #join(file: File, draft: Draft): Promise<string | null> {
    if (file.size > this.limits.max_bytes) return this.limitWords;
    const content = await file.arrayBuffer();
    if (fileProblem(content, this.limits)) return this.limitWords;
    const [sha256, kind] = [await sha256Of(content), fileKindOf(content)!];
    if (draft.attachments.some((one) => one.sha256 === sha256)) return null;
    const attaching = await this.open();
    await attaching.keep({ sha256, person: this.#account.person, kind, content, queued: false }).catch(() => (this.kept = false));
    const { wall, offset_min, geometry } = takenOf(content);
    const taken_ms = wall === null ? null : takenAt(wall, offset_min);
    draft.attachments = [...draft.attachments, {
      sha256, name: file.name.slice(-MOST_NAME) || kind, kind, size_bytes: content.byteLength,
      ...(taken_ms === null ? {} : { taken_at: new Date(taken_ms).toISOString() }), ...(geometry ? { geometry } : {}),
    }];
    draft.keep();
    this.local = { ...this.local, [sha256]: URL.createObjectURL(new Blob([content], { type: kind })) };
    if (taken_ms !== null || geometry) this.told = [...this.told, { sha256, taken_ms, position: geometry?.coordinates ?? null }];
    return this.#send(sha256, draft);
  }

  /** Sent at once; without a link it goes with its line. A refusal takes it off the line, with its reason. */
  async #send(sha256: string, draft: Draft): Promise<string | null> {
    const attaching = await this.open();
    try {
      await attaching.send(sha256, (share) => (this.shares = { ...this.shares, [sha256]: share }));
      this.shares = { ...this.shares, [sha256]: 1 };
      return null;
    } catch (error) {
      if (!(error instanceof Refusal) || !FOR_GOOD.has(error.code)) return null;
      await this.part(sha256, draft);
      return refusalWords(error.code, error.detail);
    }
  }

  async part(sha256: string, draft: Draft): Promise<void> {
    draft.attachments = draft.attachments.filter((one) => one.sha256 !== sha256);
    draft.keep();
    this.told = this.told.filter((one) => one.sha256 !== sha256);
    const { [sha256]: shown, ...left } = this.local;
    if (shown) URL.revokeObjectURL(shown);
    this.local = left;
    await (await this.open()).drop(sha256);
  }

  /** The line that names them was written: nothing is proposed of them any more. */
  async queue(attachments: readonly Attachment[]): Promise<void> {
    this.told = [];
    await (await this.open()).queue(attachments.map(({ sha256 }) => sha256));
  }

  /** A command with the files that it names, before it. */
  async carry(command: Command, send: () => Promise<CommandAnswer>): Promise<CommandAnswer> {
    const named = (command.body['attachments'] as Attachment[] | undefined) ?? [];
    return named.length === 0 ? send() : (await this.open()).around(named.map(({ sha256 }) => sha256), send);
  }
}

/** The hour of a camera: in the zone that it says, or in legal time. */
function takenAt(wall: string, offset_min: number | null): number | null {
  const utc_ms = Date.parse(`${wall}Z`);
  if (offset_min !== null) return utc_ms - offset_min * 60_000;
  const at = new Date(utc_ms);
  const [exact] = instantsAt({ year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(), hour: at.getUTCHours(), minute: at.getUTCMinutes() }, legal.zone);
  return exact === undefined ? null : exact + at.getUTCSeconds() * 1000;
}
