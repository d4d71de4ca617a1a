/**
 * What a line of the logbook says, read by rules: who calls whom and by what way, how many people, how deep the water,
 * what is to be done. In French as spoken on the radio. Only to propose: the person decides. Pure, in linear time.
 */
import { amountAt, type Amount } from './amounts.ts';
import type { TollCategory } from './balance.ts';
import { headOf, wayOf, type Head } from './heading.ts';
import { plain } from './seeking.ts';

export type SaidCount = Amount & { category: TollCategory; phrase: string };
export type Sentence = Head & {
  counts: SaidCount[];
  depth_m: number | null;
  /** What is to be done, as the title of a mission. */
  missions: string[];
  category: string | null;
  importance: 'important' | 'vital' | null;
  certainty: 'presumed' | 'confirmed' | null;
};

const MOST_CHARACTERS = 4000;
const MOST_MISSIONS = 3;
const MOST_TITLE = 160;

type Token = { word: string; from: number; to: number };

/** Words, numbers and signs, with where they stand in the text. « FPT1 » is two words, « d'eau » too. */
function tokensOf(text: string): Token[] {
  return [...text.matchAll(/\p{L}+|\d+|[^\s\p{L}\d]/gu)].map((found) => ({ word: plain(found[0]), from: found.index, to: found.index + found[0].length }));
}

const ENDS = new Set(['.', ';', '!', '?', '\n', ',']);
/** What bears a number as its name, which counts nobody: « FPT 2 », « RD 137 ». */
const NUMBERED = /^(?:fpt|fptl|fptsr|vsav|vpsp|epa|ccf|ccr|ccgc|vlcg|vlcc|vlm|vl|vtu|vsr|bls|mpr|pat|pm|grimp|rd|rn|a|d|n|ligne|secteur|groupe|colonne|bloc|batiment|bat|porte|etage|salle|lot|niveau|phase|no|numero)$/;

/** « 2 UA, 3 UR » is two clauses; « 1,20 m » is one: a sign between two figures ends nothing. */
function clausesOf(tokens: readonly Token[]): Token[][] {
  const clauses: Token[][] = [[]];
  tokens.forEach((token, at) => {
    const between = /\d/.test(tokens[at - 1]?.word ?? '') && /\d/.test(tokens[at + 1]?.word ?? '') && tokens[at - 1]?.to === token.from && tokens[at + 1]?.from === token.to;
    const ends = (ENDS.has(token.word) && !between) || (token.word === 'et' && !/^(?:un|une|onze)$/.test(tokens[at + 1]?.word ?? '') && !holdsBetween(clauses.at(-1)!));
    if (ends) clauses.push([]);
    else clauses.at(-1)!.push(token);
  });
  return clauses.filter(({ length }) => length > 0).map(withoutHyphens);
}

/** « quatre-vingt-douze » is three words; « 3-5 » keeps its sign. */
const withoutHyphens = (clause: Token[]): Token[] =>
  clause.filter(({ word }, at) => word !== '-' || /\d/.test(clause[at - 1]?.word ?? '') || /\d/.test(clause[at + 1]?.word ?? ''));

const holdsBetween = (clause: readonly Token[]): boolean => clause.slice(-3).some(({ word }) => word === 'entre');

const CATEGORIES: [TollCategory, RegExp][] = [
  ['absolute-urgency', /^(?:ua|urgences? absolues?|bless[a-z]* graves?|grievement bless[a-z]*|gravement bless[a-z]*|(?:en )?urgence vitale)$/],
  ['relative-urgency', /^(?:ur|urgences? relatives?|bless[a-z]* legers?|bless[a-z]* legeres?|legerement bless[a-z]*|blesses?|blessees?)$/],
  ['killed', /^(?:morts?|mortes?|decedes?|decedees?|deces|dcd|tues?|tuees?|corps sans vie|cadavres?)$/],
  ['missing', /^(?:disparus?|disparues?|sans nouvelles?|manquants?|manquantes?|introuvables?|manquent? a|manque a)$/],
  ['evacuated', /^(?:evacues?|evacuees?)$/],
  ['sheltered', /^(?:heberges?|hebergees?|accueillis?|accueillies?|reloges?|relogees?|mis a l abri|mises? a l abri|a l abri)$/],
  ['rescued', /^(?:sauves?|sauvees?|secourus?|secourues?|helitreuilles?|helitreuillees?|mis en securite|mises? en securite|extraits?|extraites?)$/],
  ['involved', /^(?:impliques?|impliquees?|indemnes?|choques?|choquees?)$/],
];

const categoryOf = (words: string): TollCategory | null => CATEGORIES.find(([, test]) => test.test(words))?.[0] ?? null;

/** What stands between a number and whom it counts, when it is not a count: not yet, not done, an age, a measure. */
const STOPS = new Set([
  'ans', 'an', 'cm', 'm', 'km', 'h', 'min', 'mn', 'minutes', 'heures', 'metres', 'metre', 'seront', 'sera', 'devront', 'doivent', 'doit', 'vont', 'peuvent', 'pourraient', 'non', 'pas', 'jamais',
  'rue', 'route', 'place', 'avenue', 'bd', 'boulevard', 'impasse', 'chemin', 'quai', '%', 'euros', 'risque', 'risquent', 'soit', 'si',
]);
const FARTHEST = 7;

/** The longest words that begin there and say whom; three, two or one. */
function whomAt(clause: readonly Token[], at: number): { category: TollCategory; to: number } | null {
  for (let length = 4; length > 0; length -= 1) {
    const category = at + length <= clause.length ? categoryOf(clause.slice(at, at + length).map(({ word }) => word).join(' ')) : null;
    if (category) return { category, to: at + length };
  }
  return null;
}

/** The number that is said of that word: the nearest before it, or the one that follows (« UA : 2 »). */
function numberFor(words: readonly string[], at: number, to: number, from: number): (Amount & { at: number; to: number }) | null {
  for (let back = at - 1; back >= Math.max(from, at - FARTHEST); back -= 1) {
    const amount = amountAt(words, wholeFrom(words, back, from));
    if (amount && amount.to <= at && amount.to > back) {
      const between = words.slice(amount.to, at);
      if (between.some((word) => STOPS.has(word)) || STOPS.has(words[amount.from - 1] ?? '') || NUMBERED.test(words[amount.from - 1] ?? '')) return null;
      return { ...amount, at: amount.from, to };
    }
    if (STOPS.has(words[back]!)) return null;
  }
  const after = words[to] === ':' || words[to] === '=' ? to + 1 : -1;
  const amount = after > 0 ? amountAt(words, after) : null;
  return amount ? { ...amount, at, to: amount.to } : null;
}

/** A number begins at its first word: « quatre-vingt-douze » is read from « quatre », « entre 10 et 15 » from « 10 ». */
function wholeFrom(words: readonly string[], back: number, from: number): number {
  let start = back;
  while (start > from && back - start < 6) {
    const longer = amountAt(words, start - 1);
    if (longer && longer.to > back) start -= 1;
    else if (/^(?:a|ou|et|-)$/.test(words[start - 1]!) && start - 1 > from && (amountAt(words, start - 2)?.to ?? 0) > back) start -= 2;
    else break;
  }
  return start;
}

/** « une femme de 80 ans » counts one, not eighty. */
const withoutAges = (text: string): string => text.replace(/\b(?:age[es]{0,2} )?de \d{1,3} ans\b|\bage[es]{0,2} de \d{1,3}\b/g, (found) => ' '.repeat(found.length));

function countsIn(said: readonly Token[], text: string): SaidCount[] {
  const clause = said.filter(({ word }) => word !== "'" && word !== '’');
  const words = clause.map(({ word }) => (word === '–' ? '-' : word));
  const found: SaidCount[] = [];
  let from = 0;
  for (let at = 0; at < clause.length; at += 1) {
    const whom = whomAt(clause, at);
    if (!whom || (words[at - 1] === 'a' && whom.category !== 'missing' && words[at] !== 'l')) continue;
    const amount = numberFor(words, at, whom.to, from);
    if (amount) {
      const phrase = text.slice(clause[Math.min(amount.at, at)]!.from, clause[Math.max(amount.to, whom.to) - 1]!.to);
      found.push({ category: whom.category, low: amount.low, high: amount.high, phrase });
    }
    from = Math.max(whom.to, amount?.to ?? 0);
    at = from - 1;
  }
  return found;
}

const TO_DO = new Set([
  'evacuer', 'secourir', 'reloger', 'heberger', 'baliser', 'fermer', 'pomper', 'assecher', 'recuperer', 'verifier', 'ravitailler', 'prevenir', 'nettoyer', 'degager', 'couper', 'surveiller', 'transporter', 'proteger',
  'tronconner', 'mettre', 'livrer', 'ouvrir', 'installer', 'chercher', 'rechercher', 'bacher', 'consolider', 'relever', 'accueillir', 'aider', 'controler', 'reconnaitre', 'barrer', 'devier', 'sauver', 'extraire', 'alerter', 'informer',
]);
const ASKS = /^(?:demande|demandons|demandent|besoin|reclame|reclament|sollicite|sollicitons|manque)$/;
const MUST = /^(?:prevoir|envoyer|envoyez|faut|evacuez|fermez|balisez|coupez|baliser|fermer|evacuer|verifier|reconnaitre)$/;
const TRAPPED = /^(?:bloques?|bloquees?|coinces?|coincees?|pieges?|piegees?|isoles?|isolees?)$/;
const NOTHING = /\b(?:rien a|personne a|inutile|ne pas|n est pas|pas besoin|plus besoin|pas de|aucune?|annul[a-z]*|fini|terminee?)\b/;

const capital = (words: string): string => words.charAt(0).toLocaleUpperCase('fr') + words.slice(1);
const tidy = (words: string): string => words.replace(/\s+/g, ' ').replace(/^[\s:,;.-]+|[\s:,;.-]+$/g, '');

/** What a clause gives to do, in an infinitive: « 3 personnes à évacuer » is « Évacuer 3 personnes ». */
function missionIn(clause: readonly Token[], text: string): string | null {
  const words = clause.map(({ word }) => word);
  const nothing = NOTHING.test(words.join(' ')) && !/\b(?:un|une|\d+) personne a\b/.test(words.join(' '));
  if (nothing || words.includes('…')) return null; // a frame whose blanks are not filled in asks for nothing yet
  const said = (from: number, to: number): string => (to > from ? tidy(text.slice(clause[from]!.from, clause[to - 1]!.to)) : '');
  const last = clause.length;
  const toDo = words.findIndex((word, at) => at > 0 && TO_DO.has(word) && words[at - 1] === 'a');
  if (toDo > 0) return `${capital(said(toDo, toDo + 1))} ${said(beginning(words), toDo - 1)} ${said(toDo + 1, last)}`;
  const asked = words.findIndex((word) => ASKS.test(word));
  if (asked >= 0 && asked + 1 < last) {
    const colon = words[asked + 1] === ':' ? 1 : 0;
    const first = colon ? asked + 2 : words[asked + 1] === 'de' || words[asked + 1] === 'd' ? asked + (words[asked + 2] === "'" || words[asked + 2] === '’' ? 3 : 2) : asked + 1;
    if (first < last) return TO_DO.has(words[first]!) ? capital(said(first, last)) : `Demande : ${said(first, last)}`;
  }
  const must = words.findIndex((word) => MUST.test(word));
  if (must >= 0 && must + 1 < last && (must === 0 || words[must] === 'faut' || words[must - 1] === 'faut' || words[must - 1] === ':' || words[must - 1] === 'de')) {
    return capital(said(words[must] === 'faut' ? must + 1 : must, last));
  }
  const trapped = words.findIndex((word) => TRAPPED.test(word));
  const counted = words.findIndex((_word, at) => at < trapped && !NUMBERED.test(words[at - 1] ?? '') && amountAt(words, at) !== null);
  return trapped > 0 && counted >= 0 && !words.slice(counted, trapped).includes('pas') ? `Porter secours : ${said(counted, last)}` : null;
}

/** « il y a », « on a », « nous avons » are not what is to be evacuated. */
function beginning(words: readonly string[]): number {
  const colon = words.lastIndexOf(':');
  const start = colon + 1;
  const lead = /^(?:il y a|on a|nous avons|reste|restent|encore|toujours|avons)\b ?/;
  let skipped = 0;
  for (let rest = words.slice(start).join(' '), found = lead.exec(rest); found && found[0]; found = lead.exec(rest)) {
    skipped += found[0].trim().split(' ').length;
    rest = words.slice(start + skipped).join(' ');
  }
  return start + skipped;
}

const LENGTH = String.raw`(\d{1,2})(?:[.,](\d{1,2}))?\s?(cm|m|metres?|centimetres?)(?:\s?(\d{2})(?!\d))?`;
const DEPTHS = [
  new RegExp(String.raw`(?<![\d.,])(?:\d{1,3}\s?a\s)?(\d{1,3})()\s?(cm|centimetres?)()\s(?:d\W?\s?eau|de fond|de profondeur|d\W?\s?hauteur)`),
  new RegExp(String.raw`(?<![\d.,])${LENGTH}\s(?:d\W?\s?eau|de fond|de profondeur|d\W?\s?hauteur)`),
  new RegExp(String.raw`\b(?:eau|hauteur|niveau|profondeur)\b[^.;\d]{0,30}?(?<![\d.,])(\d{1,3})()\s?(cm|centimetres?)\b()`),
  new RegExp(String.raw`\b(?:eau|hauteur d\W?\s?eau|profondeur)\b[^.;\d]{0,30}?(?<![\d.,])${LENGTH}\b`),
];
const DEEPEST_M = 30;

/** How deep the water is, in metres: « 30 cm d'eau », « 1m20 d'eau », « eau à 50 cm ». */
function depthIn(text: string): number | null {
  for (const form of DEPTHS) {
    const found = form.exec(text);
    if (!found) continue;
    const [, whole, part, unit, rest] = found;
    const metres = unit!.startsWith('c') ? Number(`${whole}.${part || 0}`) / 100 : Number(`${whole}.${rest ?? part ?? 0}`);
    if (metres > 0 && metres <= DEEPEST_M) return metres;
  }
  return speltDepth(text);
}

/** « un mètre d'eau », « cinquante centimètres d'eau ». */
function speltDepth(text: string): number | null {
  const words = text.match(/[a-z]+|\d+/g) ?? [];
  const unit = words.findIndex((word, at) => /^(?:centi)?metres?$/.test(word) && words[at + 1] === 'd' && words[at + 2] === 'eau');
  if (unit < 1) return null;
  const from = wholeFrom(words, unit - 1, Math.max(0, unit - 4));
  const amount = amountAt(words, from);
  if (!amount || amount.to !== unit || amount.low === 0) return null;
  return words[unit]!.startsWith('c') ? amount.low / 100 : Math.min(amount.low, DEEPEST_M);
}

const CATEGORY_WORDS: [string, RegExp][] = [
  ['rumour', /\b(?:rumeurs?|il parait|on dit que|d apres les reseaux|selon les reseaux)\b/],
  ['decision', /\b(?:decisions?|le maire decide|est decidee?|decidons|arrete municipal)\b/],
  ['order', /\b(?:ordre (?:de|d|a)|ordonne[a-z]*|evacuez|fermez|coupez|engagez|envoyez)\b/],
  ['request', /\b(?:demande|demandons|demandent|besoin d|besoin de|reclame|sollicit[a-z]*)\b/],
  ['report', /\b(?:rend compte|rendons compte|compte rendu|cr|message d ambiance|mission terminee|bilan|point de situation)\b/],
];

function categoryIn(text: string): string | null {
  const negated = /\b(?:pas besoin|plus besoin|aucune demande|pas de demande|aucun besoin)\b/.test(text);
  return CATEGORY_WORDS.find(([category, test]) => test.test(text) && !(category === 'request' && negated))?.[0] ?? null;
}

function importanceIn(text: string): Sentence['importance'] {
  if (/\b(?:detresse|sos|danger de mort|urgence vitale|danger immediat|mayday)\b/.test(text)) return 'vital';
  return /(?<!\b(?:non|pas|not) )\burgente?s?\b/.test(text) ? 'important' : null;
}

function certaintyIn(text: string): Sentence['certainty'] {
  if (/\b(?:non confirmee?s?|a confirmer|pas confirmee?s?|semble(?:nt)?|semblerait|serai(?:t|ent)|aurai(?:t|ent)|apparemment|peut etre|probable(?:ment)?|il parait|rumeurs?|a verifier)\b/.test(text)) return 'presumed';
  return /\b(?:confirmee?s?|je confirme|nous confirmons|constatee?s?|leve de doute)\b/.test(text) ? 'confirmed' : null;
}

/** One count of a category: the last one said, as when people correct themselves. */
function lastOfEach(counts: readonly SaidCount[]): SaidCount[] {
  return [...new Map(counts.map((count) => [count.category, count])).values()];
}

export function readSentence(text: string, known: readonly string[] = []): Sentence {
  const read = text.slice(0, MOST_CHARACTERS);
  const head = headOf(read, known, (words) => clausesOf(tokensOf(words)).some((clause) => countsIn(clause, words).length > 0 || clause.some((_token, at) => whomAt(clause, at) !== null)));
  const body = read.slice(head.length);
  const told = body.replace(/(demand)é/giu, '$1x'); // « demandé » asks for nothing, and without its accent looks as if it did
  const aged = sameLength(told) ? withoutAges(plain(told)) : plain(told);
  const clauses = clausesOf(tokensOf(told)).map((clause) => clause.filter(({ from, to }) => aged.length !== body.length || aged.slice(from, to).trim() !== ''));
  const words = aged.replace(/[^a-z0-9.,;:%]+/g, ' ');
  const missions = clauses.map((clause) => missionIn(clause, body)).filter((one): one is string => one !== null).map((one) => tidy(one).slice(0, MOST_TITLE));
  return {
    ...head,
    channel: head.channel ?? wayOf(body),
    counts: lastOfEach(clauses.flatMap((clause) => countsIn(clause, body))),
    depth_m: depthIn(words),
    missions: [...new Set(missions)].slice(0, MOST_MISSIONS),
    category: categoryIn(words), importance: importanceIn(words), certainty: certaintyIn(words),
  };
}

/** Whether taking the accents away moves nothing. */
const sameLength = (text: string): boolean => plain(text).length === text.length;
