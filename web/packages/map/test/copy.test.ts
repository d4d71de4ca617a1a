/** The copy of the ground: whole or not at all, resumed where it stopped, replaced only by a whole one. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import type { Territory } from '@garance/client';
import { holdArchive, onMissingArchive, WholeSource } from '../src/archive.ts';
import { GroundStore, NotTheSame, PIECE_BYTES, type CopyFile } from '../src/copy.ts';

const content = (length: number, seed: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 31 + seed) % 251));
const card = (version: string): Territory => ({ version }) as Territory;
const fileOf = (name: string, bytes: Buffer, more: Partial<CopyFile> = {}): CopyFile =>
  ({ name, url: `http://garance.test/${name}`, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), ...more });

/** The private files of a browser, in memory. */
class Folder {
  readonly kind = 'directory';
  readonly held = new Map<string, Folder | { kind: 'file'; blob: Blob }>();

  async *entries() {
    yield* [...this.held];
  }

  async getDirectoryHandle(name: string, { create = false } = {}): Promise<Folder> {
    const found = this.held.get(name);
    if (found instanceof Folder) return found;
    if (!create) throw new DOMException('absent', 'NotFoundError');
    const made = new Folder();
    this.held.set(name, made);
    return made;
  }

  async getFileHandle(name: string, { create = false } = {}) {
    if (!this.held.has(name)) {
      if (!create) throw new DOMException('absent', 'NotFoundError');
      this.held.set(name, { kind: 'file', blob: new Blob([]) });
    }
    const file = this.held.get(name) as { kind: 'file'; blob: Blob };
    return {
      getFile: async () => file.blob,
      createWritable: async () => ({ write: async (blob: Blob) => void (file.blob = blob), close: async () => undefined }),
    };
  }

  async removeEntry(name: string): Promise<void> {
    if (!this.held.delete(name)) throw new DOMException('absent', 'NotFoundError');
  }
}

/** A server of those files by Range; `fail` may refuse the nth request. */
function serve(t: TestContext, files: Record<string, Buffer>, fail: (asked: number) => number = () => 0): string[] {
  const ranges: string[] = [];
  t.mock.method(globalThis, 'fetch', async (url: string, { headers }: { headers: Record<string, string> }) => {
    ranges.push(headers['Range']!);
    const status = fail(ranges.length);
    if (status === -1) throw new TypeError('Failed to fetch');
    if (status) return new Response('', { status });
    const [first, last] = /(\d+)-(\d+)/.exec(headers['Range']!)!.slice(1).map(Number) as [number, number];
    return new Response(new Uint8Array(files[url.split('/').at(-1)!]!.subarray(first, last + 1)), { status: 206 });
  });
  return ranges;
}

const store = (folder = new Folder()): GroundStore => new GroundStore(folder as unknown as FileSystemDirectoryHandle);
const calm = new AbortController().signal;
const quiet = (): void => undefined;

test('a copy is found again whole, byte for byte, across its pieces', async (t) => {
  const bytes = content(PIECE_BYTES * 2 + 1000, 1);
  const small = content(500, 2);
  const ranges = serve(t, { 'basemap.pmtiles': bytes, 'terrain.pmtiles': small });
  const folder = new Folder();
  const told: number[] = [];
  await store(folder).bring(card('v1'), [fileOf('basemap.pmtiles', bytes), fileOf('terrain.pmtiles', small)], 7, (done) => told.push(done), calm);
  assert.equal(ranges.length, 4);
  assert.equal(told.at(-1), bytes.length + 500);
  assert.deepEqual(told, told.toSorted((a, b) => a - b));
  const kept = await store(folder).whole();
  assert.deepEqual([kept!.card.version, kept!.kept_ms, kept!.bytes], ['v1', 7, bytes.length + 500]);
  const across = await kept!.files.get('basemap.pmtiles')!.slice(PIECE_BYTES - 10, PIECE_BYTES + 10).arrayBuffer();
  assert.deepEqual(Buffer.from(across), bytes.subarray(PIECE_BYTES - 10, PIECE_BYTES + 10));
});

test('the names come with the ground, and a territory without names is whole too', async (t) => {
  const bytes = content(100, 8);
  for (const [status, kept] of [[200, '{"names":[]}'], [404, undefined]] as const) {
    t.mock.method(globalThis, 'fetch', async (url: string) =>
      (url.endsWith('/names') ? new Response('{"names":[]}', { status }) : new Response(new Uint8Array(bytes), { status: 206 })));
    const folder = new Folder();
    await store(folder).bring(card('v1'), [fileOf('basemap.pmtiles', bytes)], 1, quiet, calm, 'http://garance.test/v1/names');
    assert.equal(await (await store(folder).whole())!.files.get('names.json')?.text(), kept);
  }
});

test('cut half-way, nothing is shown as kept, and it goes on where it stopped', async (t) => {
  const bytes = content(PIECE_BYTES * 3, 3);
  const folder = new Folder();
  const files = [fileOf('basemap.pmtiles', bytes)];
  const ranges = serve(t, { 'basemap.pmtiles': bytes }, (asked) => (asked === 3 ? -1 : 0));
  await assert.rejects(store(folder).bring(card('v1'), files, 1, quiet, calm), TypeError);
  assert.equal(await store(folder).whole(), null);
  assert.equal(await store(folder).begun('v1', files), PIECE_BYTES * 2);
  await store(folder).bring(card('v1'), files, 2, quiet, calm);
  assert.equal(ranges.at(-1), `bytes=${PIECE_BYTES * 2}-${PIECE_BYTES * 3 - 1}`);
  assert.equal((await store(folder).whole())!.kept_ms, 2);
});

test('the version before stays until the next one is whole', async (t) => {
  const folder = new Folder();
  const [old, next] = [content(100, 4), content(200, 5)];
  serve(t, { 'basemap.pmtiles': old });
  await store(folder).bring(card('v1'), [fileOf('basemap.pmtiles', old)], 1, quiet, calm);
  t.mock.restoreAll();
  serve(t, { 'basemap.pmtiles': next }, (asked) => (asked === 1 ? 503 : 0));
  await assert.rejects(store(folder).bring(card('v2'), [fileOf('basemap.pmtiles', next)], 2, quiet, calm), TypeError);
  assert.equal((await store(folder).whole())!.card.version, 'v1');
  await store(folder).bring(card('v2'), [fileOf('basemap.pmtiles', next)], 3, quiet, calm);
  assert.equal((await store(folder).whole())!.card.version, 'v2');
  assert.deepEqual([...folder.held.keys()], ['v2']);
  await store(folder).remove();
  assert.equal(await store(folder).whole(), null);
});

test('a file that is not the one announced is thrown away; a version that is gone says so', async (t) => {
  const bytes = content(300, 6);
  serve(t, { 'basemap.pmtiles': bytes });
  const folder = new Folder();
  const wrong = fileOf('basemap.pmtiles', bytes, { sha256: '0'.repeat(64) });
  await assert.rejects(store(folder).bring(card('v1'), [wrong], 1, quiet, calm), NotTheSame);
  assert.equal(await store(folder).begun('v1', [wrong]), 0);
  t.mock.restoreAll();
  serve(t, {}, () => 404);
  await assert.rejects(store(folder).bring(card('v1'), [fileOf('basemap.pmtiles', bytes)], 1, quiet, calm), NotTheSame);
});

test('a map reads the copy while it is there, and the server when it is not', async (t) => {
  const bytes = content(400, 7);
  const ranges: string[] = [];
  t.mock.method(globalThis, 'fetch', async (_url: string, { headers }: { headers: Headers }) => {
    ranges.push(headers.get('range')!);
    const [first, last] = /(\d+)-(\d+)/.exec(headers.get('range')!)!.slice(1).map(Number) as [number, number];
    return new Response(new Uint8Array(bytes.subarray(first, last + 1)), { status: 206 });
  });
  const source = new WholeSource('http://garance.test/basemap.pmtiles');
  holdArchive('http://garance.test/basemap.pmtiles', new Blob([new Uint8Array(bytes)]));
  assert.deepEqual(Buffer.from((await source.getBytes(10, 20)).data), bytes.subarray(10, 30));
  assert.deepEqual(ranges, []);
  const gone = { slice: () => ({ arrayBuffer: async () => Promise.reject(new DOMException('gone', 'NotFoundError')) }) } as unknown as Blob;
  holdArchive('http://garance.test/basemap.pmtiles', gone);
  assert.deepEqual(Buffer.from((await source.getBytes(10, 20)).data), bytes.subarray(10, 30));
  assert.deepEqual(ranges, ['bytes=10-29']);
});

test('an archive that the server no longer has is told', async (t) => {
  t.mock.method(globalThis, 'fetch', async () => new Response('{}', { status: 404 }));
  const told: string[] = [];
  onMissingArchive((url) => told.push(url));
  await assert.rejects(new WholeSource('http://garance.test/old.pmtiles').getBytes(0, 10));
  assert.deepEqual(told, ['http://garance.test/old.pmtiles']);
});
