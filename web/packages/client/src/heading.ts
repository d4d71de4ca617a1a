/** How a line begins: its hour, who speaks to whom, by what way. « 14h32 SDIS > PCC : … », « Appel de la mairie : … ». Pure. */
import { plain } from './seeking.ts';
import { saidHour, type Hour } from './spoken.ts';

export type Way = 'radio' | 'phone' | 'mail' | 'face-to-face' | 'social' | 'other';
export type Head = {
  hour: Hour | null;
  sender: string | null;
  recipient: string | null;
  channel: Way | null;
  /** How many characters it takes; what the line says comes after. */
  length: number;
};

const WAYS: [Way, string][] = [
  ['social', String.raw`facebook|twitter|whatsapp|instagram|tiktok|reseaux? sociaux|reseau social`],
  ['mail', String.raw`mail|mel|courriel|e-mail|email|courrier`],
  ['radio', String.raw`radio|antares|tph|vhf`],
  ['phone', String.raw`tel|telephone|appel(?: telephonique)?|coup de fil|gsm|fixe|portable|sms`],
  ['face-to-face', String.raw`de vive voix|en personne|sur place|face a face|au guichet`],
  ['other', String.raw`fax|estafette|pli`],
];
/** In the words of a line, only what surely tells how they came. */
const SAID: [Way, RegExp][] = [
  ['social', /\b(?:vue?s? sur|sur|selon|d apres) (?:facebook|twitter|whatsapp|instagram|tiktok|les reseaux sociaux)\b/],
  ['mail', /\b(?:par|recu par|mail de|courriel de) ?(?:mail|courriel|e-mail)?\b(?<=mail|courriel|mail de|courriel de)/],
  ['radio', /\b(?:par|a la|recu) radio\b/],
  ['phone', /\b(?:par (?:telephone|tel|sms)|au telephone|appel (?:de|du|d|telephonique))\b/],
  ['face-to-face', /\b(?:de vive voix|en personne)\b/],
];

const flat = (words: string): string => plain(words).replace(/[.’']/g, ' ').replace(/\s+/g, ' ').trim();

/** By what way, from the words of the line. */
export function wayOf(text: string): Way | null {
  const words = flat(text);
  return SAID.find(([, test]) => test.test(words))?.[0] ?? null;
}

const ARROW = /\s*(?:->|=>|→|⇒|»|›|>)\s*/u;
const LONGEST = 90;
const MOST_WORDS = 5;
/** Beginnings in capitals, or before a colon, that are nobody. */
const NOBODY = new Set([
  'urgent', 'attention', 'info', 'infos', 'rappel', 'nb', 'note', 'message', 'rumeur', 'ordre', 'demande', 'decision', 'bilan', 'point', 'meteo', 'flash', 'alerte', 'vigilance', 'situation', 'objet', 'sos', 'ras', 'ok',
  'cr', 'compte rendu', 'renseignement', 'exercice', 'test', 'important', 'evacuation', 'je suis', 'je vois', 'je prevois', 'je fais', 'je demande', 'total', 'besoin', 'besoins', 'confirme', 'confirmation', 'niveau',
  'message d ambiance', 'point de situation', 'demande de moyens', 'ambiance',
]);

function namesSomeone(words: string, known: ReadonlySet<string>): boolean {
  const name = flat(words);
  if (name === '' || NOBODY.has(name) || /^(?:ua|ur|dcd)\b/.test(name) || name.split(' ').length > MOST_WORDS) return false;
  if (known.has(name)) return true;
  const first = words.trim().split(/\s+/)[0]!;
  return /^\p{Lu}[\p{Lu}\d-]+$/u.test(first) && !NOBODY.has(flat(first));
}

const LEAD = /^(?:(?:de|du|des|d'|d’|le|la|les|l'|l’|par)\s*)+(?=\S)/iu;
const bare = (words: string): string => words.replace(LEAD, (lead) => (/^(?:le|la|les|l['’])/i.test(lead) || /\s$|['’]$/.test(lead) ? '' : lead)).replace(/^[\s,(]+|[\s,)]+$/g, '').trim();

/** Takes the way out of the heading; what is left names people. */
function withoutWay(head: string): { rest: string; channel: Way | null } {
  for (const [channel, words] of WAYS) {
    const found = new RegExp(String.raw`(?<![\p{L}\d-])\(?(?:par\s+|en\s+|via\s+|recue?s?\s+par\s+|(?:vue?s?\s+)?sur\s+)?(?:${words})\.?\)?(?![\p{L}\d-])`, 'u').exec(plain(head));
    if (found && plain(head).length === head.length) return { channel, rest: `${head.slice(0, found.index)} ${head.slice(found.index + found[0].length)}`.trim() };
  }
  return { rest: head, channel: null };
}

type Who = Pick<Head, 'sender' | 'recipient'>;

function whoIn(head: string, channel: Way | null, known: ReadonlySet<string>): Who | null {
  const sides = head.split(ARROW).map(bare);
  if (sides.length === 2 && sides.every((side) => side.length > 0 && side.length <= 60 && side.split(/\s+/).length <= MOST_WORDS)) return { sender: sides[0]!, recipient: sides[1]! };
  if (sides.length !== 1) return null;
  const [words] = [head.trim()];
  const towards = /^(?:de\s+|du\s+)?(\S.{0,58}?)\s+(?:pour|vers|à|a|au)\s+(?:le\s+|la\s+)?(\S.{0,58})$/iu.exec(words);
  if (towards && namesSomeone(towards[1]!, known) && namesSomeone(towards[2]!, known)) return { sender: bare(towards[1]!), recipient: bare(towards[2]!) };
  const called = /^(\S.{0,58}?)\s+(?:de|du|d['’])\s*(\S.{0,58})$/iu.exec(words);
  if (called && namesSomeone(called[1]!, known) && namesSomeone(called[2]!, known)) return { sender: bare(called[2]!), recipient: bare(called[1]!) };
  const single = bare(words);
  const surely = channel !== null && single !== '' && single.split(/\s+/).length <= MOST_WORDS;
  return surely || namesSomeone(single, known) ? { sender: single, recipient: null } : null;
}

const NOTHING: Head = { hour: null, sender: null, recipient: null, channel: null, length: 0 };
const HOUR = /^\s*(?:à|a|vers)?\s*(?:[01]?\d|2[0-3])(?:\s?h\s?(?:[0-5]\d)?(?![\p{L}\d])|:[0-5]\d(?!\d))\s*[:,;.–-]?\s*/iu;
const FIGURES = /^\s*([01]\d|2[0-3])([0-5]\d)\s+/;

/** `isCount` tells words that count people from words that name some: « UA : 2 » names nobody. */
export function headOf(text: string, known: readonly string[], isCount: (words: string) => boolean): Head {
  const hour = saidHour(text);
  const figures = hour ? null : FIGURES.exec(text);
  const skipped = hour ? (HOUR.exec(text)?.[0].length ?? 0) : (figures?.[0].length ?? 0);
  const said = who(text.slice(skipped), new Set(known.map(flat)), isCount);
  const at = hour ?? (figures && said ? { hours: Number(figures[1]), minutes: Number(figures[2]) } : null);
  if (!said) return { ...NOTHING, hour: at, length: 0 };
  return { ...said.who, channel: said.channel, hour: at, length: skipped + said.length };
}

function who(text: string, known: ReadonlySet<string>, isCount: (words: string) => boolean): { who: Who; channel: Way | null; length: number } | null {
  const near = text.slice(0, LONGEST);
  const arrow = ARROW.test(near);
  const end = (arrow ? /\s*[:;\n]\s*|\s[-–—]\s|,\s/u : /\s*:\s+|\s*:(?=\p{L})|\n/u).exec(near);
  if (!end || end.index === 0) return null;
  const { rest, channel } = withoutWay(near.slice(0, end.index));
  if (!arrow && isCount(rest)) return null;
  const found = whoIn(rest, channel, known);
  return found ? { who: found, channel, length: end.index + end[0].length } : null;
}
