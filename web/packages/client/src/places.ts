/** Finding a place without the network: the names of the territory, compared as the server compares them. */

/** Kind, name, context, longitude, latitude, detail, importance, and the words of the name. */
export type NamedPlace = [string, string, string, number, number, string, number, string];
export type PlaceNames = { long_forms: Record<string, string>; articles: string[]; names: NamedPlace[] };
export type PlaceFound = { kind: string; name: string; context: string; lon_deg: number; lat_deg: number; score: number; detail: string };

/** Under this share of what was typed, nothing was found. */
const FAIR = 0.5;
const NEAR_WEIGHT = 0.05;
/** A name that says nothing else than what was typed comes first among equals. */
const SAID_WEIGHT = 0.15;

const folded = (text: string): string[] => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('œ', 'oe').match(/[a-z0-9]+/g) ?? [];

/** The words that count, in their long form. */
function wordsOf(text: string, { long_forms, articles }: PlaceNames): string[] {
  const words = folded(text);
  const kept = words.filter((word) => !articles.includes(word));
  return (kept.length > 0 ? kept : words).map((word) => long_forms[word] ?? word);
}

/** How well one word answers another: the same, its beginning, or one letter apart. */
function likeness(asked: string, word: string): number {
  if (asked === word) return 1;
  if (word.startsWith(asked)) return 0.9;
  return asked.length > 3 && oneApart(asked, word) ? 0.7 : 0;
}

function oneApart(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at += 1;
  const rest = long.slice(at + 1);
  if (short.slice(long.length === short.length ? at + 1 : at) === rest) return true;
  return short.length === long.length && short[at] === long[at + 1] && short[at + 1] === long[at] && short.slice(at + 2) === long.slice(at + 2);
}

/** The places that answer, the best first. House numbers are not known here: their street answers. */
export function searchPlaces(given: PlaceNames, text: string, { near, limit = 10 }: { near?: [number, number]; limit?: number } = {}): PlaceFound[] {
  const all = wordsOf(text, given);
  const asked = all.length > 1 && /^\d{1,5}$/.test(all[0]!) ? all.slice(1) : all;
  if (asked.length === 0) return [];
  const ranked: { place: NamedPlace; score: number; rank: number }[] = [];
  for (const place of given.names) {
    const { answered, said } = answerOf(asked, place[7].split(' '), folded(place[2]));
    if (answered < FAIR) continue;
    const rank = Math.round(answered * 20) + place[6] + SAID_WEIGHT * said - NEAR_WEIGHT * Math.min(10, awayOf(place, near));
    ranked.push({ place, score: answered * (1 - SAID_WEIGHT) + SAID_WEIGHT * said, rank });
  }
  return ranked.sort((a, b) => b.rank - a.rank).slice(0, limit).map(({ place: [kind, name, context, lon_deg, lat_deg, detail], score }) => ({
    kind, name, context, lon_deg, lat_deg, score, detail,
  }));
}

/** The share of what was typed that the name and its commune answer, and the share of the name that was typed. */
function answerOf(asked: string[], words: string[], around: string[]): { answered: number; said: number } {
  let sum = 0;
  let named = 0;
  for (const word of asked) {
    const inName = Math.max(0, ...words.map((one) => likeness(word, one)));
    named += inName;
    sum += Math.max(inName, 0.8 * Math.max(0, ...around.map((one) => likeness(word, one))));
  }
  if (named === 0) return { answered: 0, said: 0 };
  return { answered: sum / asked.length, said: Math.min(named, words.length) / words.length };
}

/** Roughly, in kilometres. */
function awayOf([, , , lon_deg, lat_deg]: NamedPlace, near: [number, number] | undefined): number {
  if (!near) return 0;
  return 111 * Math.hypot((lon_deg - near[0]) * Math.cos((near[1] * Math.PI) / 180), lat_deg - near[1]);
}

/** The answer to a search asked of the server; undefined for any other address. */
export function answerSearch(given: PlaceNames, path: string): { items: PlaceFound[] } | undefined {
  const asked = new URL(path, 'http://site/');
  if (asked.pathname !== '/api/v1/territory/search') return undefined;
  const near = asked.searchParams.get('near')?.split(',').map(Number) as [number, number] | undefined;
  const limit = Number(asked.searchParams.get('limit') ?? 10);
  return { items: searchPlaces(given, asked.searchParams.get('q') ?? '', { ...(near ? { near } : {}), limit }) };
}
