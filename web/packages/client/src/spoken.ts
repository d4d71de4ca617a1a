/** What the words of a line say of its own hour and place. Only to propose: the person decides. Pure. */
import { plain } from './seeking.ts';

export type Hour = { hours: number; minutes: number };

const HOUR = /^\s*(?:à|a|vers|at)?\s*([01]?\d|2[0-3])(?:\s?h\s?([0-5]\d)?(?![\p{L}\d])|:([0-5]\d)(?!\d))/iu;

/** The hour a line begins with: « 14h32 : … », « vers 9 h », « 14:32 ». */
export function saidHour(text: string): Hour | null {
  const found = HOUR.exec(text);
  return found ? { hours: Number(found[1]), minutes: Number(found[2] ?? found[3] ?? 0) } : null;
}

/** What a name of a street or of a place begins with, without accents. */
const KINDS = [
  'rue', 'avenue', 'av', 'boulevard', 'bd', 'quai', 'place', 'chemin', 'impasse', 'route', 'allee', 'cours', 'square', 'pont', 'passage', 'venelle', 'promenade',
  'rond-point', 'lotissement', 'residence', 'lieu-dit', 'ecole', 'college', 'lycee', 'mairie', 'gymnase', 'salle', 'hopital', 'clinique', 'ehpad', 'camping',
  'port', 'digue', 'ecluse', 'stade', 'gare', 'plage', 'cimetiere', 'eglise', 'caserne', 'station', 'moulin', 'marina', 'street', 'road', 'square', 'bridge', 'school',
];
const PLACE = new RegExp(`(?<![\\p{L}\\d])(?:\\d{1,4}(?:\\s?(?:bis|ter))?,?\\s+)?(?:${KINDS.join('|')})(?![\\p{L}\\d])(?:\\s+[\\p{L}\\d'’.-]+){0,5}`, 'giu');

/** The phrases that may name a place, longest first, without what surely follows the name. */
export function saidPlaces(text: string): string[] {
  const found = [...plain(text).matchAll(PLACE)].map(([phrase]) => phrase.replace(/[.'’-]+$/, ''));
  return [...new Set(found)];
}

const tokens = (text: string): string[] => plain(text).split(/[^\p{L}\d]+/u).filter(Boolean);

/** Whether a text names something: all the words of its name, in their order and next to each other. */
export function names(text: string, name: string): boolean {
  const wanted = tokens(name).join(' ');
  return wanted.length > 2 && ` ${tokens(text).join(' ')} `.includes(` ${wanted} `);
}
