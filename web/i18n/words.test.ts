/** Both languages say the same things, with the same places to fill, and every key the code names exists. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (name: string): Record<string, string> => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as Record<string, string>;
const fr = read('fr.json');
const en = read('en.json');
const refusals = JSON.parse(readFileSync(new URL('refusals.json', import.meta.url), 'utf8')) as Record<'fr' | 'en', Record<string, string>>;
const places = (sentence: string): string[] => [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();
const web = new URL('..', import.meta.url).pathname;
const code = globSync('{apps,packages}/*/src/**/*.{ts,svelte}', { cwd: web }).map((file) => readFileSync(web + file, 'utf8')).join('\n');

test('every key exists in both languages', () => {
  assert.deepEqual(Object.keys(fr).sort(), Object.keys(en).sort());
  assert.deepEqual(Object.keys(refusals.fr).sort(), Object.keys(refusals.en).sort());
});

test('both languages have the same places to fill, and no empty sentence', () => {
  for (const [key, sentence] of Object.entries(fr)) {
    assert.ok(sentence.trim() && en[key]!.trim(), key);
    assert.deepEqual(places(sentence), places(en[key]!), key);
  }
});

test('every key named in the code has its words', () => {
  const named = [...code.matchAll(/\bt\([^)]*?'([a-z0-9.-]+\.[a-z0-9.-]+)'/g)].map((match) => match[1]!);
  assert.ok(named.length > 100);
  assert.deepEqual(named.filter((key) => !(key in fr)), []);
});

test('no words are left behind by the code that used them', () => {
  const lists = new Set([...code.matchAll(/term\('([a-z.-]+)'/g), ...code.matchAll(/term\(`([a-z-]+)/g)].map((match) => match[1]!));
  const built = [...code.matchAll(/`([a-z-]+\.)(?:[a-z-]+\.)?\$\{/g)].map((match) => match[1]!);
  const used = (key: string): boolean =>
    code.includes(`'${key}'`) || lists.has(key.split('.')[0]!) || lists.has(key.split('.').slice(0, 2).join('.')) || built.some((start) => key.startsWith(start));
  assert.deepEqual(Object.keys(fr).filter((key) => !used(key)), []);
});
