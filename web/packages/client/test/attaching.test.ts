/** Files of lines: one suite for every keeper; sent once, before their line, kept until it has left. */
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Attaching, DatabaseFiles, fileKindOf, fileProblem, MemoryFiles, sha256Of, Unreachable, type FileKeeper, type KeptFile } from '../src/index.ts';

const bytes = (words: string): ArrayBuffer => Uint8Array.from(words, (letter) => letter.charCodeAt(0)).buffer;
const file = (sha256: string): KeptFile => ({ sha256, person: 'p', kind: 'image/png', content: bytes(sha256), queued: false });
let databases = 0;
const KEEPERS: [string, () => Promise<FileKeeper>][] = [['memory', async () => new MemoryFiles()], ['database', () => DatabaseFiles.open(`files-${(databases += 1)}`)]];

for (const [name, open] of KEEPERS) {
  test(`${name}: files leave once, before their line, and are let go after it`, async () => {
    const said: string[] = [];
    const attaching = new Attaching(await open(), async (sha256, content) => void said.push(`${sha256} ${content.byteLength}`));
    for (const one of ['aa', 'bbb']) await attaching.keep(file(one));
    await Promise.all([attaching.send('aa'), attaching.send('aa')]);
    assert.equal(await attaching.around(['aa', 'bbb', 'gone'], async () => (said.push('line'), 'done')), 'done');
    assert.deepEqual(said, ['aa 2', 'bbb 3', 'line']);
    assert.deepEqual([await attaching.find('aa'), await attaching.find('bbb')], [null, null]);
  });

  test(`${name}: without a link the line waits with its files`, async () => {
    let cut = true;
    let lines = 0;
    const attaching = new Attaching(await open(), async () => {
      if (cut) throw new Unreachable();
    });
    await attaching.keep(file('aa'));
    const leave = (): Promise<number> => attaching.around(['aa'], async () => (lines += 1));
    await assert.rejects(leave, Unreachable);
    assert.equal(lines, 0);
    cut = false;
    assert.equal(await leave(), 1);
  });

  test(`${name}: a line that is not recorded keeps its files; signing out forgets what no line names`, async () => {
    const attaching = new Attaching(await open(), async () => undefined);
    for (const one of ['aa', 'bb']) await attaching.keep(file(one));
    await attaching.queue(['aa', 'never']);
    await assert.rejects(attaching.around(['aa'], async () => Promise.reject(new Unreachable())), Unreachable);
    await attaching.forget();
    assert.equal((await attaching.find('aa'))?.content.byteLength, 2);
    assert.equal(await attaching.find('bb'), null);
  });
}

test('what a file is and whether it would be taken is told before it is sent', async () => {
  const limits = { max_bytes: 40, kinds: ['image/png', 'application/pdf'] };
  assert.equal(fileKindOf(bytes('RIFF\x10\0\0\0WEBPVP8 ')), 'image/webp');
  assert.equal(fileKindOf(bytes('\0\0\0\x18ftypmp42')), 'video/mp4');
  assert.equal(fileProblem(bytes('%PDF-1.7 x'), limits), null);
  assert.equal(fileProblem(bytes(''), limits), 'file-empty');
  assert.equal(fileProblem(bytes('<svg>'), limits), 'file-type-refused');
  assert.equal(fileProblem(bytes('GIF89a'), limits), 'file-type-refused');
  assert.equal(fileProblem(bytes('%PDF-1.7'.padEnd(41)), limits), 'file-too-large');
  assert.equal(await sha256Of(bytes('abc')), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
