/** How many, as people say it in French: « 3 », « une vingtaine », « entre 10 et 15 », « quatre-vingt-douze ». Pure. */

export type Amount = { low: number; high: number };
/** Where it stands in the words: from the first to after the last. */
export type Counted = Amount & { from: number; to: number };

const UNITS: Record<string, number> = {
  un: 1, une: 1, deux: 2, trois: 3, quatre: 4, cinq: 5, six: 6, sept: 7, huit: 8, neuf: 9, dix: 10, onze: 11, douze: 12, treize: 13, quatorze: 14, quinze: 15, seize: 16,
};
const TENS: Record<string, number> = { vingt: 20, vingts: 20, trente: 30, quarante: 40, cinquante: 50, soixante: 60, septante: 70, octante: 80, huitante: 80, nonante: 90 };
const ROUND: Record<string, number> = {
  dizaine: 10, douzaine: 12, quinzaine: 15, vingtaine: 20, trentaine: 30, quarantaine: 40, cinquantaine: 50, soixantaine: 60, centaine: 100, millier: 1000,
};
const NONE = new Set(['aucun', 'aucune', 'zero', 'nul', 'nulle']);
/** A round word is right within a fifth. */
const ROUGH = 0.2;
/** « environ » is right within a tenth. */
const NEARLY = 0.1;
const ABOUT = new Set(['environ', 'env', 'pres', 'quelque', 'autour', 'approximativement']);
const MOST = 10_000_000;

const within = (value: number, share: number): Amount => ({ low: Math.floor(value * (1 - share)), high: Math.ceil(value * (1 + share)) });

const isNumber = (word: string | undefined): boolean => word !== undefined && (/^\d/.test(word) || word in UNITS || word in TENS || word === 'cent' || word === 'cents' || word === 'mille');

/** « 12 », « 1 200 » : digits, with the spaces or points of thousands. */
function digits(words: readonly string[], at: number): { value: number; to: number } | null {
  if (!/^\d{1,8}$/.test(words[at] ?? '')) return null;
  let value = Number(words[at]);
  let to = at + 1;
  while (value > 0 && words[at]!.length <= 3 && /^\d{3}$/.test(words[to] ?? '') && value < MOST / 1000) value = value * 1000 + Number(words[to++]);
  return { value, to };
}

/** « quatre-vingt-douze », « cent vingt », « deux mille ». */
function spelt(words: readonly string[], at: number): { value: number; to: number } | null {
  let [whole, part, to] = [0, 0, at];
  for (; to < words.length && to - at < 8; to += 1) {
    const word = words[to]!;
    const last = words[to - 1];
    if (word === 'et' && to > at && last! in TENS && (words[to + 1] === 'un' || words[to + 1] === 'une' || words[to + 1] === 'onze')) continue;
    if ((word === 'vingt' || word === 'vingts') && last === 'quatre' && to > at) part += 76;
    else if (word in TENS && (to === at || last === 'cent' || last === 'cents' || last === 'mille')) part += TENS[word]!;
    else if (word in UNITS && (to === at || !(last! in UNITS))) part += UNITS[word]!;
    else if ((word === 'sept' || word === 'huit' || word === 'neuf') && last === 'dix') part += UNITS[word]!;
    else if (word === 'cent' || word === 'cents') part = Math.max(1, part) * 100;
    else if (word === 'mille') [whole, part] = [Math.max(1, part) * 1000, 0];
    else break;
  }
  return to === at ? null : { value: whole + part, to };
}

const single = (words: readonly string[], at: number): { value: number; to: number } | null => digits(words, at) ?? spelt(words, at);

/** « une vingtaine », « deux centaines ». */
function round(words: readonly string[], at: number): Counted | null {
  const many = spelt(words, at);
  const named = many ? words[many.to]?.replace(/s$/, '') : undefined;
  if (!many || !named || !(named in ROUND)) return null;
  return { ...within(many.value * ROUND[named]!, ROUGH), from: at, to: many.to + 1 };
}

/** What is counted from that word on; null when it is no count. Words are lower case, without accents. */
export function amountAt(words: readonly string[], at: number): Counted | null {
  const word = words[at];
  if (word === undefined) return null;
  if (NONE.has(word)) return { low: 0, high: 0, from: at, to: at + 1 };
  const of = words[at + 1] === 'de' || words[at + 1] === 'd';
  if (((word === 'pas' && of) || word === 'sans' || word === 'ni') && !isNumber(words[at + 1])) return { low: 0, high: 0, from: at, to: of ? at + 2 : at + 1 };
  const known = round(words, at) ?? plainly(words, at);
  if (!known || known.high > MOST) return null;
  const about = ABOUT.has(words[at - 1] ?? '') || (words[at - 1] === 'de' && words[at - 2] === 'pres');
  return about && known.low === known.high && known.low > 9 ? { ...within(known.low, NEARLY), from: known.from, to: known.to } : known;
}

/** « 3 », « 3 à 5 », « 3 ou 4 », « entre 10 et 15 ». */
function plainly(words: readonly string[], at: number): Counted | null {
  const first = single(words, at);
  if (!first) return null;
  const joined = words[first.to];
  const second = joined === 'a' || joined === 'ou' || joined === '-' || (joined === 'et' && words[at - 1] === 'entre') ? single(words, first.to + 1) : null;
  if (second && second.value > first.value) return { low: first.value, high: second.value, from: at, to: second.to };
  return { low: first.value, high: first.value, from: at, to: first.to };
}
