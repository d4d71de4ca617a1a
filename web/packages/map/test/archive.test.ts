import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WholeSource } from '../src/archive.ts';

/** A server of one file of a hundred bytes, behind a cache that gives `kept` bytes unless it is told to reload. */
function answering(t: { mock: { method: typeof import('node:test').mock.method } }, kept: number): RequestCache[] {
  const asked: RequestCache[] = [];
  t.mock.method(globalThis, 'fetch', async (_url: string, { headers, cache }: { headers: Headers; cache?: RequestCache }) => {
    asked.push(cache ?? 'default');
    const [first, last] = /(\d+)-(\d+)/.exec(headers.get('range')!)!.slice(1).map(Number) as [number, number];
    const whole = Uint8Array.from({ length: 100 }, (_, at) => at).slice(first, last + 1);
    return new Response(cache === 'reload' ? whole : whole.slice(0, kept), { status: 206 });
  });
  return asked;
}

test('a range that the cache cuts short is asked again past the cache', async (t) => {
  const asked = answering(t, 4);
  const { data } = await new WholeSource('http://garance.test/a.pmtiles').getBytes(10, 20);
  assert.deepEqual([...new Uint8Array(data)], Array.from({ length: 20 }, (_, at) => at + 10));
  assert.deepEqual(asked, ['default', 'reload']);
});

test('a whole range is asked once, and the end of a file is the end', async (t) => {
  const asked = answering(t, 1000);
  const source = new WholeSource('http://garance.test/a.pmtiles');
  assert.equal((await source.getBytes(0, 100)).data.byteLength, 100);
  assert.deepEqual(asked, ['default']);
  assert.equal((await source.getBytes(0, 16_384)).data.byteLength, 100);
});
