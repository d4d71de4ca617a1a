/** Finding lines of the logbook: by words, kind, author, place, time. Pure. */
import { parseInstant } from './instant.ts';
import { numbersSought } from './numbers.ts';
import type { Entry } from './shown.ts';
import type { Thing } from './things.ts';
import type { Geometry, Position } from './wire.ts';

export type Box = [west: number, south: number, east: number, north: number];

export type Sought = {
  words: string;
  category: string;
  /** A person or an organisation; '' for anyone. */
  author: string;
  placed: boolean;
  amended: boolean;
  unread: boolean;
  /** Only what stands in the map's present view. */
  inView: boolean;
  /** Only what speaks of that thing. */
  about: { id: string; name: string } | null;
  /** Only the last so many minutes; 0 for the whole story. */
  minutes: number;
  importance: string;
  /** Only what is still to be sorted, decided on, drawn on the map. */
  due: '' | Visa;
  /** Only what wants an acknowledgement by name. */
  asked: boolean;
  /** Only what carries a file. */
  filed: boolean;
};

export const VISAS = ['triage', 'decision', 'map'] as const;
export type Visa = (typeof VISAS)[number];

export const EVERYTHING: Sought = { words: '', category: '', author: '', placed: false, amended: false, unread: false, inView: false, about: null, minutes: 0, importance: '', due: '', asked: false, filed: false };

/** `told` gives what was said of a line after it was written: its marks, its assessment; `from` what came from it. */
export type Around = { now_ms: number; box: Box | null; unread: ReadonlySet<string>; told?: (entry: string) => Thing | undefined; from?: (entry: string) => readonly { id: string }[] };

/** What comes in and must be sorted by somebody; what goes out has been. */
const COMES_IN = new Set(['information', 'request', 'report', 'rumour']);

/** The state of a mark; what comes in is to be sorted until somebody says otherwise. */
export function markOf(entry: Pick<Entry, 'category' | 'struck' | 'withheld'>, thing: Thing | undefined, mark: Visa): string | null {
  const said = thing?.said[`mark|${mark}`]?.value['state'];
  if (typeof said === 'string') return said;
  return mark === 'triage' && COMES_IN.has(entry.category ?? '') && entry.struck.length === 0 && entry.withheld === null ? 'to-do' : null;
}

/** Lower case, without accents: what people type. */
export const plain = (text: string): string => text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]+/g, '').replaceAll('œ', 'oe');

const read = new WeakMap<Entry, string>();

/** Everything a line says or ever said, as people type it. */
function saidIn(entry: Entry): string {
  let said = read.get(entry);
  if (said === undefined) {
    said = plain([entry.text, entry.original_text, ...entry.corrections.map(({ text }) => text), entry.sender, entry.recipient, entry.place, entry.sheet, entry.provisional, ...entry.attachments.map(({ name }) => name)].filter(Boolean).join(' '));
    read.set(entry, said);
  }
  return said;
}

function pointsOf(geometry: Geometry): Position[] {
  if (geometry.type === 'Point') return [geometry.coordinates];
  return geometry.type === 'LineString' ? geometry.coordinates : geometry.coordinates.flat();
}

/** Whether a geometry's own box meets that box. */
export function meets(geometry: Geometry, [west, south, east, north]: Box): boolean {
  const points = pointsOf(geometry);
  const [lons, lats] = [points.map(([lon]) => lon), points.map(([, lat]) => lat)];
  return Math.min(...lons) <= east && Math.max(...lons) >= west && Math.min(...lats) <= north && Math.max(...lats) >= south;
}

/** The test that a line passes when it is what is sought. */
export function seeking(sought: Sought, { now_ms, box, unread, told = () => undefined, from = () => [] }: Around): (entry: Entry) => boolean {
  const tests: ((entry: Entry) => boolean)[] = [];
  const numbers = numbersSought(sought.words);
  const words = plain(numbers?.rest ?? sought.words).split(/\s+/).filter(Boolean);
  const { category, author, about, minutes, importance, due } = sought;
  if (category) tests.push((entry) => entry.category === category);
  if (author) tests.push((entry) => entry.author.person === author || entry.author.organisation === author);
  if (numbers) tests.push(({ number }) => number !== null && number >= numbers.from && number <= numbers.to);
  if (importance) tests.push((entry) => entry.importance === importance);
  if (due) tests.push((entry) => markOf(entry, told(entry.entry), due) === 'to-do');
  if (sought.asked) tests.push((entry) => entry.wanted !== null);
  if (sought.filed) tests.push((entry) => entry.attachments.length > 0);
  if (sought.placed) tests.push((entry) => entry.geometry !== null);
  if (sought.amended) tests.push((entry) => entry.struck.length + entry.corrections.length > 0);
  if (sought.unread) tests.push((entry) => unread.has(entry.entry));
  if (minutes > 0) tests.push((entry) => parseInstant(entry.occurred_at) >= now_ms - minutes * 60_000);
  if (sought.inView) tests.push((entry) => entry.geometry !== null && (box === null || meets(entry.geometry, box)));
  if (about) {
    const name = plain(about.name);
    tests.push((entry) => entry.about === about.id || entry.links.includes(about.id) || from(entry.entry).some(({ id }) => id === about.id) || (name.length > 2 && saidIn(entry).includes(name)));
  }
  if (words.length > 0) tests.push((entry) => words.every((word) => saidIn(entry).includes(word)));
  return (entry) => tests.every((test) => test(entry));
}

/** Which of the restrictions are in force. */
export function inForce(sought: Sought): (keyof Sought)[] {
  return (Object.keys(EVERYTHING) as (keyof Sought)[]).filter((name) => (name === 'words' ? sought.words.trim() !== '' : sought[name] !== EVERYTHING[name]));
}
