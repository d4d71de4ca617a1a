import assert from 'node:assert/strict';
import { test } from 'node:test';
import { landing, Layout, moved } from '../src/virtual.ts';

const GUESS = 50;
const keys = (count: number, from = 0): string[] => Array.from({ length: count }, (_none, index) => `row-${from + index}`);

function laid(count: number): Layout {
  const layout = new Layout(GUESS);
  layout.arrange(keys(count));
  return layout;
}

test('before anything is measured every row has the guessed height', () => {
  const layout = laid(10_000);
  assert.equal(layout.whole_px, 10_000 * GUESS);
  assert.equal(layout.at(0), 0);
  assert.equal(layout.at(GUESS * 7), 7);
  assert.equal(layout.at(GUESS * 7 - 1), 6);
  assert.equal(layout.at(1e9), 9_999);
  assert.equal(layout.at(-30), 0);
});

test('the rows drawn cover the window, whatever their heights', () => {
  const layout = laid(500);
  layout.measure(keys(500).map((key, index) => [key, 20 + (index * 37) % 190] as const));
  for (let scroll = 0; scroll < layout.whole_px; scroll += 313) {
    const { from, to } = layout.range(scroll, 600, 100);
    assert.ok(layout.top(from) <= Math.max(0, scroll - 100));
    assert.ok(layout.top(to) >= Math.min(layout.whole_px, scroll + 700));
    assert.ok(to - from < 60);
  }
});

test('an empty list draws nothing and has nowhere to hold on to', () => {
  const layout = laid(0);
  assert.deepEqual(layout.range(0, 600, 100), { from: 0, to: 0 });
  assert.equal(layout.anchor(0), null);
  assert.equal(layout.whole_px, 0);
});

test('the reader stays on the same words when rows arrive above, and when rows above turn out taller', () => {
  const layout = laid(200);
  const anchor = layout.anchor(1234)!;
  layout.arrange(['new-1', 'new-2', 'new-3', ...keys(200)]);
  assert.equal(layout.keeping(anchor), 1234 + 3 * GUESS);
  layout.measure([['new-2', 90], ['row-0', 10]]);
  assert.equal(layout.keeping(anchor), 1234 + 3 * GUESS + 40 - 40);
  layout.measure([['row-150', 400]]);
  assert.equal(layout.keeping(anchor), 1234 + 3 * GUESS, 'what is below does not move the reader');
  layout.arrange(keys(10));
  assert.equal(layout.keeping(anchor), null, 'a row that was filtered away cannot be held');
});

test('a measure that changes nothing moves nothing', () => {
  const layout = laid(5);
  assert.equal(layout.measure([['row-1', GUESS]]), false);
  assert.equal(layout.measure([['row-1', 51]]), true);
  assert.equal(layout.measure([['row-1', 51]]), false);
});

test('a row is brought into the window by the least movement', () => {
  const layout = laid(100);
  assert.equal(layout.showing(3, 0, 600), 0, 'already seen');
  assert.equal(layout.showing(20, 0, 600), 21 * GUESS - 600);
  assert.equal(layout.showing(2, 1000, 600), 2 * GUESS);
  layout.measure([['row-40', 900]]);
  assert.equal(layout.showing(40, 0, 600), 40 * GUESS, 'taller than the window: its beginning');
});

test('keys go from row to row and stop at the ends', () => {
  assert.equal(moved('ArrowDown', 3, 10, 5), 4);
  assert.equal(moved('ArrowUp', 0, 10, 5), 0);
  assert.equal(moved('PageDown', 7, 10, 5), 9);
  assert.equal(moved('PageUp', 7, 10, 5), 2);
  assert.equal(moved('Home', 7, 10, 5), 0);
  assert.equal(moved('End', 7, 10, 5), 9);
  assert.equal(moved('a', 7, 10, 5), null);
  assert.equal(moved('ArrowDown', -1, 0, 5), null);
});

test('keys pass over what never takes the focus, and turn back at the end', () => {
  const headings = new Set([0, 3, 4, 9]);
  const passed = (index: number): boolean => headings.has(index);
  assert.equal(landing(3, 1, 10, passed), 5);
  assert.equal(landing(4, -1, 10, passed), 2);
  assert.equal(landing(0, -1, 10, passed), 1);
  assert.equal(landing(9, 1, 10, passed), 8);
  assert.equal(landing(6, 1, 10, passed), 6);
  assert.equal(landing(2, 1, 4, () => true), 2);
});
