import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerSearch, Api, searchPlaces, Unreachable, type NamedPlace, type PlaceNames } from '../src/index.ts';

const place = (kind: string, name: string, words: string, importance: number, lon = -1, lat = 46, context = 'Rochefort'): NamedPlace =>
  [kind, name, context, lon, lat, '', importance, words];
const given: PlaceNames = {
  long_forms: { av: 'avenue', st: 'saint', r: 'rue', gal: 'general' }, articles: ['de', 'la', 'le', 'du'],
  names: [
    place('commune', 'Rochefort', 'rochefort', 1), place('site', 'Gare de Rochefort', 'gare rochefort', 0.8), place('site', 'Hôpital Saint-Charles', 'hopital saint charles', 0.8),
    place('street', 'Avenue du Général de Gaulle', 'avenue general gaulle', 0.4), place('street', 'Rue de la République', 'rue republique', 0.4),
    place('street', 'Rue de la République', 'rue republique', 0.4, -1.2, 46, 'Échillais'),
  ],
};
const names = (text: string, near?: [number, number]): string[] => searchPlaces(given, text, near ? { near } : {}).map(({ name, context }) => `${name}, ${context}`);

test('accents, short forms, articles and beginnings are forgiven', () => {
  assert.equal(names('hopital st charles')[0], 'Hôpital Saint-Charles, Rochefort');
  assert.equal(names('av gal de gaulle')[0], 'Avenue du Général de Gaulle, Rochefort');
  assert.equal(names('répub')[0], 'Rue de la République, Rochefort');
});

test('a name alone comes before names that have it, and one wrong letter is forgiven', () => {
  assert.equal(names('rochefort')[0], 'Rochefort, Rochefort');
  assert.equal(names('rochfort')[0], 'Rochefort, Rochefort');
  assert.equal(names('hopitla saint charles')[0], 'Hôpital Saint-Charles, Rochefort');
});

test('the commune said, or the nearer one, decides between two of a name; a house gives its street', () => {
  assert.equal(names('rue de la république échillais')[0], 'Rue de la République, Échillais');
  assert.equal(names('rue de la république', [-1.2, 46])[0], 'Rue de la République, Échillais');
  assert.equal(names('12 rue de la république', [-1, 46])[0], 'Rue de la République, Rochefort');
});

test('what is not there is not found', () => {
  assert.deepEqual([names('zanzibar'), names('   '), names('de la')], [[], [], []]);
});

test('a server out of reach is answered for when the device can, and only then', async () => {
  const api = new Api('http://garance.test/', () => Promise.reject(new TypeError('Failed to fetch')));
  await assert.rejects(api.ask('GET', 'territory/search?q=gare'), Unreachable);
  api.withoutNetwork = async (path) => answerSearch(given, path);
  const { items } = await api.ask<{ items: { name: string }[] }>('GET', 'territory/search?q=gare&limit=3');
  assert.equal(items[0]!.name, 'Gare de Rochefort');
  await assert.rejects(api.ask('GET', 'territory/here?lon=1&lat=2'), Unreachable);
  await assert.rejects(api.ask('POST', 'territory/search?q=gare', {}), Unreachable);
});
