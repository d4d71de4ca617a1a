/** A whole copy of the ground in the browser's private files: in pieces, so that a cut only costs the piece it fell on. */
import type { Territory } from '@garance/client';

export type CopyFile = { name: string; url: string; bytes: number; sha256?: string };
export type KeptGround = { card: Territory; bytes: number; kept_ms: number; files: Map<string, Blob> };

/** What is written last: with it the copy is whole. */
type Seal = { card: Territory; kept_ms: number; files: { name: string; bytes: number }[] };

export const PIECE_BYTES = 4 << 20;
/** A digest is worked out in memory: beyond this only the length is checked. */
const DIGEST_BYTES = 256 << 20;
const SEAL = 'whole.json';
export const NAMES_FILE = 'names.json';

/** What came is not what was announced: another version, or a file damaged on its way. */
export class NotTheSame extends Error {
  override name = 'NotTheSame';
}

const pieceOf = (name: string, index: number): string => `${name}.${String(index).padStart(5, '0')}`;

export class GroundStore {
  readonly #folder: FileSystemDirectoryHandle;

  constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  /** The copy that is whole, the latest if there are two; null when there is none. */
  async whole(): Promise<KeptGround | null> {
    const found: KeptGround[] = [];
    for await (const [, handle] of entriesOf(this.#folder)) {
      const ground = handle.kind === 'directory' ? await readWhole(handle as FileSystemDirectoryHandle) : null;
      if (ground) found.push(ground);
    }
    return found.sort((a, b) => b.kept_ms - a.kept_ms)[0] ?? null;
  }

  /** How much of that version is already here. */
  async begun(version: string, files: readonly CopyFile[]): Promise<number> {
    const folder = await this.#folder.getDirectoryHandle(version).catch(() => null);
    if (!folder) return 0;
    const sizes = await Promise.all(files.map(async (file) => (await piecesIn(folder, file)).reduce((sum, piece) => sum + piece.size, 0)));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Brings every file, going on where it stopped; the version before is deleted only once this one is whole. */
  async bring(card: Territory, asked: readonly CopyFile[], now_ms: number, progress: (bytes: number) => void, signal: AbortSignal, names?: string): Promise<void> {
    const folder = await this.#folder.getDirectoryHandle(card.version, { create: true });
    const files = [...asked];
    let done = 0;
    for (const file of asked) {
      const before = done;
      await bringFile(folder, file, signal, (bytes) => progress(before + bytes));
      done += file.bytes;
    }
    const named = names ? await bringNames(folder, names, signal) : null;
    if (named) files.push(named);
    const seal: Seal = { card, kept_ms: now_ms, files: files.map(({ name, bytes }) => ({ name, bytes })) };
    await write(folder, SEAL, new Blob([JSON.stringify(seal)]));
    await this.#removeAllBut(card.version);
  }

  async remove(): Promise<void> {
    await this.#removeAllBut('');
  }

  async #removeAllBut(version: string): Promise<void> {
    const names: string[] = [];
    for await (const [name] of entriesOf(this.#folder)) if (name !== version) names.push(name);
    for (const name of names) await this.#folder.removeEntry(name, { recursive: true });
  }
}

/** The store of a site; null where the browser has none (an address that is not https, a private window). */
export async function openGroundStore(root: string): Promise<GroundStore | null> {
  try {
    const files = await navigator.storage.getDirectory();
    return new GroundStore(await files.getDirectoryHandle(`territory ${encodeURIComponent(new URL(root).pathname)}`, { create: true }));
  } catch {
    return null;
  }
}

type Entries = AsyncIterable<[string, FileSystemHandle]>;
const entriesOf = (folder: FileSystemDirectoryHandle): Entries => (folder as unknown as { entries(): Entries }).entries();

async function readWhole(folder: FileSystemDirectoryHandle): Promise<KeptGround | null> {
  const sealed = await folder.getFileHandle(SEAL).catch(() => null);
  if (!sealed) return null;
  try {
    const { card, kept_ms, files } = JSON.parse(await (await sealed.getFile()).text()) as Seal;
    const blobs = new Map<string, Blob>();
    for (const { name, bytes } of files) {
      const blob = new Blob(await piecesIn(folder, { name, bytes }));
      if (blob.size !== bytes) return null;
      blobs.set(name, blob);
    }
    return { card, kept_ms, files: blobs, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
  } catch {
    return null;
  }
}

/** The whole pieces that stand from the beginning of the file without a gap. */
async function piecesIn(folder: FileSystemDirectoryHandle, { name, bytes }: Pick<CopyFile, 'name' | 'bytes'>): Promise<File[]> {
  const pieces: File[] = [];
  for (let index = 0; index * PIECE_BYTES < bytes; index += 1) {
    const handle = await folder.getFileHandle(pieceOf(name, index)).catch(() => null);
    const piece = await handle?.getFile();
    if (!piece || piece.size !== Math.min(PIECE_BYTES, bytes - index * PIECE_BYTES)) break;
    pieces.push(piece);
  }
  return pieces;
}

async function bringFile(folder: FileSystemDirectoryHandle, file: CopyFile, signal: AbortSignal, progress: (bytes: number) => void): Promise<void> {
  let start = (await piecesIn(folder, file)).length * PIECE_BYTES;
  for (; start < file.bytes; start += PIECE_BYTES) {
    progress(start);
    const end = Math.min(start + PIECE_BYTES, file.bytes);
    const given = await fetch(file.url, { headers: { Range: `bytes=${start}-${end - 1}` }, cache: 'no-store', credentials: 'same-origin', signal });
    if (given.status === 404) throw new NotTheSame(file.name);
    if (given.status !== 206) throw new TypeError(`${file.name}: ${given.status}`);
    const piece = await given.blob();
    if (piece.size !== end - start) throw new TypeError(`${file.name}: cut short`);
    await write(folder, pieceOf(file.name, start / PIECE_BYTES), piece);
  }
  await check(folder, file);
  progress(file.bytes);
}

/** The names of the territory, of a length known only once they are here; a territory without names is whole too. */
async function bringNames(folder: FileSystemDirectoryHandle, url: string, signal: AbortSignal): Promise<CopyFile | null> {
  const given = await fetch(url, { cache: 'no-store', credentials: 'same-origin', signal });
  if (given.status === 404) return null;
  if (!given.ok) throw new TypeError(`names: ${given.status}`);
  const content = await given.blob();
  for (let start = 0; start < content.size; start += PIECE_BYTES) {
    await write(folder, pieceOf(NAMES_FILE, start / PIECE_BYTES), content.slice(start, start + PIECE_BYTES));
  }
  return { name: NAMES_FILE, url, bytes: content.size };
}

async function check(folder: FileSystemDirectoryHandle, file: CopyFile): Promise<void> {
  if (!file.sha256 || file.bytes > DIGEST_BYTES) return;
  const pieces = await piecesIn(folder, file);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await new Blob(pieces).arrayBuffer()));
  if ([...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') === file.sha256) return;
  for (let index = 0; index < pieces.length; index += 1) await folder.removeEntry(pieceOf(file.name, index));
  throw new NotTheSame(file.name);
}

async function write(folder: FileSystemDirectoryHandle, name: string, content: Blob): Promise<void> {
  const writing = await (await folder.getFileHandle(name, { create: true })).createWritable();
  await writing.write(content);
  await writing.close();
}
