/** One key does one thing: the actions of the desk are written in several files, and none may take another's key. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const desk = new URL('../apps/desk/src/', import.meta.url);
const files = ['actions.ts', ...readdirSync(new URL('actions/', desk)).map((name) => `actions/${name}`)];
const taken = files.flatMap((file) =>
  [...readFileSync(new URL(file, desk), 'utf8').matchAll(/keys: '([^']+)'/g)].map(([, key]) => ({ key: key!, file })));

test('no key is taken twice', () => {
  assert.ok(taken.length > 15, 'the reader of keys finds none: it is broken');
  const twice = taken.filter(({ key }, index) => taken.findIndex((one) => one.key === key) !== index);
  assert.deepEqual(twice, []);
});

test('number keys are those of the axes', () => {
  assert.deepEqual(taken.filter(({ key }) => /^\d$/.test(key)), []);
});
