/** Files joined to lines: kept on the device under the digest of their content, sent before the line that names them. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { Refusal, Unreachable } from './api.ts';

/** `queued`: a line that waits names it. What no line names is forgotten when its author signs out. */
export type KeptFile = { sha256: string; person: string; kind: string; content: ArrayBuffer; queued: boolean };

export type FileKeeper = {
  get(sha256: string): Promise<KeptFile | null>;
  put(file: KeptFile): Promise<void>;
  remove(sha256: string): Promise<void>;
  /** Everything that no line names. */
  forget(): Promise<void>;
};

export class MemoryFiles implements FileKeeper {
  readonly #files = new Map<string, KeptFile>();
  get = async (sha256: string): Promise<KeptFile | null> => this.#files.get(sha256) ?? null;
  put = async (file: KeptFile): Promise<void> => void this.#files.set(file.sha256, file);
  remove = async (sha256: string): Promise<void> => void this.#files.delete(sha256);
  forget = async (): Promise<void> => {
    for (const { sha256, queued } of [...this.#files.values()]) if (!queued) this.#files.delete(sha256);
  };
}

interface Schema extends DBSchema {
  files: { key: string; value: KeptFile };
}

export class DatabaseFiles implements FileKeeper {
  readonly #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  static async open(name = 'garance-files'): Promise<DatabaseFiles> {
    return new DatabaseFiles(await openDB<Schema>(name, 1, { upgrade: (db) => void db.createObjectStore('files', { keyPath: 'sha256' }) }));
  }

  async get(sha256: string): Promise<KeptFile | null> {
    return (await this.#database.get('files', sha256)) ?? null;
  }

  async put(file: KeptFile): Promise<void> {
    await this.#database.put('files', file);
  }

  async remove(sha256: string): Promise<void> {
    await this.#database.delete('files', sha256);
  }

  async forget(): Promise<void> {
    const writing = this.#database.transaction('files', 'readwrite');
    for (const { sha256, queued } of await writing.store.getAll()) if (!queued) await writing.store.delete(sha256);
    await writing.done;
  }
}

export async function sha256Of(content: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What a node takes: told before anything is sent. */
export type FileLimits = { max_bytes: number; kinds: string[] };

const SIGNATURES: [string, RegExp][] = [
  ['image/jpeg', /^\xff\xd8\xff/], ['image/png', /^\x89PNG\r\n\x1a\n/], ['image/gif', /^GIF8[79]a/], ['image/webp', /^RIFF[^]{4}WEBP/], ['application/pdf', /^%PDF-[12]\.[0-9]/],
  ['audio/ogg', /^OggS/], ['audio/mpeg', /^(?:ID3|\xff[\xfb\xf3\xf2])/], ['audio/wav', /^RIFF[^]{4}WAVE/], ['video/mp4', /^[^]{4}ftyp/], ['video/webm', /^\x1a\x45\xdf\xa3/],
];

/** What a file is, by its first bytes, as the server tells it; null for none that it knows. */
export function fileKindOf(content: ArrayBuffer): string | null {
  const head = String.fromCharCode(...new Uint8Array(content.slice(0, 64)));
  return SIGNATURES.find(([, form]) => form.test(head))?.[0] ?? null;
}

export type FileProblem = 'file-empty' | 'file-too-large' | 'file-type-refused';

/** Why a node would refuse it; null when it would not. */
export function fileProblem(content: ArrayBuffer, { max_bytes, kinds }: FileLimits): FileProblem | null {
  if (content.byteLength === 0) return 'file-empty';
  if (content.byteLength > max_bytes) return 'file-too-large';
  return kinds.includes(fileKindOf(content) ?? '') ? null : 'file-type-refused';
}

export type PutFile = (sha256: string, content: ArrayBuffer, progress: (share: number) => void) => Promise<void>;

/** Sends files once each, however often it is asked, and lets go of them once the line that names them is recorded. */
export class Attaching {
  readonly #keeper: FileKeeper;
  readonly #put: PutFile;
  readonly #sent = new Set<string>();
  readonly #sending = new Map<string, Promise<void>>();

  constructor(keeper: FileKeeper, put: PutFile) {
    this.#keeper = keeper;
    this.#put = put;
  }

  keep = (file: KeptFile): Promise<void> => this.#keeper.put(file);
  find = (sha256: string): Promise<KeptFile | null> => this.#keeper.get(sha256);
  drop = (sha256: string): Promise<void> => this.#keeper.remove(sha256);
  forget = (): Promise<void> => this.#keeper.forget();

  /** A line that waits names these: they stay until it has left. */
  async queue(names: readonly string[]): Promise<void> {
    for (const sha256 of names) {
      const kept = await this.#keeper.get(sha256);
      if (kept && !kept.queued) await this.#keeper.put({ ...kept, queued: true });
    }
  }

  /** Fails like any sending: `Unreachable` to be tried again, `Refusal` for good. One that is not here was sent before. */
  send(sha256: string, progress: (share: number) => void = () => undefined): Promise<void> {
    const under = this.#sending.get(sha256) ?? this.#deliver(sha256, progress).finally(() => this.#sending.delete(sha256));
    this.#sending.set(sha256, under);
    return under;
  }

  async #deliver(sha256: string, progress: (share: number) => void): Promise<void> {
    if (this.#sent.has(sha256)) return;
    const kept = await this.#keeper.get(sha256);
    if (!kept) return;
    await this.#put(sha256, kept.content, progress);
    this.#sent.add(sha256);
  }

  /** The files of a line, then the line, then nothing is kept of them any more. */
  async around<T>(names: readonly string[], line: () => Promise<T>): Promise<T> {
    for (const sha256 of names) await this.send(sha256);
    const answer = await line();
    for (const sha256 of names) await this.#keeper.remove(sha256);
    return answer;
  }
}

/** Sends one file by the only means of a browser that tells how far it has come. */
export function putFile(address: string, csrf: string | null, content: ArrayBuffer, progress: (share: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', address);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    if (csrf) request.setRequestHeader('X-Garance-CSRF', csrf);
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onerror = request.onabort = request.ontimeout = () => reject(new Unreachable());
    request.onload = () => {
      if (request.status === 200) resolve();
      else reject(refusalIn(request.status, request.responseText));
    };
    request.send(content);
  });
}

function refusalIn(status: number, said: string): Error {
  try {
    const { code, field, detail } = JSON.parse(said) as { code?: string; field?: string; detail?: Record<string, unknown> };
    return code ? new Refusal(code, status, field ?? null, detail ?? {}) : new Unreachable(status);
  } catch {
    return new Unreachable(status);
  }
}
