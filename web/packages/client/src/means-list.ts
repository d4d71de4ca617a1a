/** A list of means as a town keeps it, pasted or read from a file: columns recognised, each line read or told why not. Pure. */
import { plain } from './seeking.ts';

export const MEANS_COLUMNS = [
  'name', 'kind', 'level', 'call_sign', 'owner', 'crew', 'capability', 'group', 'state', 'quantity', 'relief_after_h', 'cost_per_hour_eur', 'cost_per_km_eur', 'note',
] as const;
export type MeansColumn = (typeof MEANS_COLUMNS)[number];
export type MeansProblem = 'name-missing' | 'name-long' | 'crew' | 'number' | 'level' | 'state' | 'twice' | 'quote' | 'too-many';
export type MeansRead = {
  name: string; kind: string; level?: string; call_sign?: string; owner?: string; crew?: number; crew_detail?: string; capability?: string; group?: string;
  state?: string; quantity?: number; relief_after_h?: number; cost_per_hour_eur?: number; cost_per_km_eur?: number; note?: string;
};
/** One line of the text: as it stood, and what it says or why it cannot be read. */
export type MeansLineRead = { line: number; text: string } & ({ means: MeansRead } | { problem: MeansProblem; column: MeansColumn | null });
export type MeansList = { columns: (MeansColumn | null)[]; heading: string | null; headings: string[]; lines: MeansLineRead[] };

/** More than this is not a list that a person looks over. */
export const MOST_MEANS = 2_000;

const HEADINGS: Record<MeansColumn, RegExp> = {
  name: /^(nom|name|moyen|means|designation|libelle|intitule|engin|vehicule|vehicle|equipe|ressource|resource)\b/,
  kind: /^(type|kind|nature|categorie|category)\b/,
  level: /^(echelon|niveau|level|taille)\b/,
  call_sign: /^(indicatif|call.?sign|code radio|radio)\b/,
  owner: /^(proprietaire|owner|service|organisme|organisation|organization|centre|appartenance|cis)\b/,
  crew: /^(equipage|crew|effectif|personnel|armement|hommes)/,
  capability: /^(capacite|capability|competence|specialite|potentiel)/,
  group: /^(groupe|group|colonne|column|detachement)\b/,
  state: /^(etat|state|statut|status|situation|disponibilite)/,
  quantity: /^(quantite|quantity|nombre|number|qte|nb)\b/,
  relief_after_h: /^(releve|relief|autonomie)/,
  cost_per_hour_eur: /^(cout|cost|tarif|prix)\b.*(heure|hour|\bh\b|horaire)/,
  cost_per_km_eur: /^(cout|cost|tarif|prix)\b.*(km|kilometr)/,
  note: /^(note|remarque|observation|commentaire|comment|remark)/,
};

const KIND_WORDS: [RegExp, string][] = [
  [/\b(helico\w*|helicopter|dragon)\b/, 'helicopter'], [/\b(vsav|ambulance|vpsp|smur|umh)\b/, 'ambulance'], [/\b(bls|bateau|embarcation|boat|zodiac|blr)\b/, 'rescue-boat'],
  [/\b(mpr|motopompe|pompe|pump|epuisement)\b/, 'pump'], [/\b(vlcg|vlcc|vlhr|pc|commandement|command.?car|vl)\b/, 'command-car'], [/\b(bus|autocar|minibus|navette|tc)\b/, 'bus'],
  [/\b(fpt\w*|ccf\w*|ccgc|epa|eps|fourgon|incendie|fire.?engine|pompiers?)\b/, 'fire-engine'], [/\b(equipe|team|groupe|group|section|reserve|rcsc|benevoles?|binome)\b/, 'team'],
];
const LEVEL_WORDS: [RegExp, string][] = [
  [/^(engin|vehicule|vehicle)/, 'vehicle'], [/^(equipe|team|binome)/, 'team'], [/^(groupe|group)/, 'group'], [/^(colonne|column)/, 'column'], [/^stock/, 'stock'],
];
const STATE_WORDS: [RegExp, string][] = [
  [/^(indispo|hors service|hs$|out.?of.?service|en panne)/, 'out-of-service'], [/^(dispo|available|libre|oui|ok)/, 'available'], [/^(demande|requested)/, 'requested'], [/^(valide|validated)/, 'validated'],
  [/^(en (transit|route)|in.?transit|transit)/, 'in-transit'], [/^(arrive|sur place|arrived)/, 'arrived'], [/^(engage|engaged)/, 'engaged'], [/^(libere|released|rendu)/, 'released'],
];
const LONGEST: Partial<Record<MeansColumn, number>> = { call_sign: 60, owner: 120, capability: 200, note: 2000 };

const wordOf = (table: [RegExp, string][], text: string): string | null => table.find(([sign]) => sign.test(text))?.[1] ?? null;

/** The kind that the word of type speaks of, or else the name; a word that nobody knows is taken as it is. */
function kindOf(typed: string, name: string): string {
  const words = plain(typed.trim());
  return wordOf(KIND_WORDS, words) ?? wordOf(KIND_WORDS, plain(name)) ?? (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(words) && words.length <= 40 ? words : 'other');
}

/** Reads a whole text. The first line is a heading when it names at least the column of names and holds no figures. */
export function readMeansList(text: string, known: ReadonlySet<string> = new Set()): MeansList {
  const rows = linesOf(text.replace(/^﻿/, ''));
  const mark = separatorOf(rows.map(({ text: line }) => line));
  const cells = rows.map((row) => ({ ...row, cells: cellsOf(row.text, mark) }));
  const first = cells[0]?.cells ?? null;
  const named = first ? first.map((cell) => columnOf(cell)) : [];
  const headed = named.includes('name') && (first!.length === 1 ? plain(first![0]!.trim()).length < 12 && HEADINGS.name.test(plain(first![0]!.trim())) && !/\d/.test(first![0]!) : named.filter(Boolean).length >= 2);
  const columns = headed ? onlyOnce(named) : onlyOnce((first ?? []).map((_cell, at): MeansColumn | null => (['name', 'kind', 'call_sign', 'crew', 'owner'] as const)[at] ?? null));
  const seen = new Set([...known].map((name) => plain(name.trim())));
  const lines = cells.slice(headed ? 1 : 0).map((row, at): MeansLineRead => {
    const { line, text: whole } = row;
    if (at >= MOST_MEANS) return { line, text: whole, problem: 'too-many', column: null };
    if (row.cells === null) return { line, text: whole, problem: 'quote', column: null };
    const read = readLine(row.cells, columns);
    if ('problem' in read) return { line, text: whole, ...read };
    const name = plain(read.means.name);
    if (seen.has(name)) return { line, text: whole, problem: 'twice', column: 'name' };
    seen.add(name);
    return { line, text: whole, ...read };
  });
  return { columns, heading: headed ? rows[0]!.text : null, headings: headed ? first! : [], lines };
}

/** Lines that say something, with their numbers; a quoted cell may hold line breaks. */
function linesOf(text: string): { line: number; text: string }[] {
  const found: { line: number; text: string }[] = [];
  const physical = text.split(/\r\n|\r|\n/);
  for (let n = 0; n < physical.length; n += 1) {
    const line = n + 1;
    let whole = physical[n]!;
    // A quote still open goes on below, a few lines at most: beyond, it was never meant as one.
    for (let more = 0; open(whole) && more < 20 && n + 1 < physical.length; more += 1) whole += `\n${physical[(n += 1)]!}`;
    if (whole.trim() !== '') found.push({ line, text: whole });
  }
  return found;
}

const open = (text: string): boolean => (text.match(/"/g)?.length ?? 0) % 2 === 1;

/** What stands between cells: that of the tab, the semicolon, the comma which the lines have most in common. */
function separatorOf(lines: readonly string[]): string {
  const counts = ['\t', ';', ','].map((mark) => ({ mark, of: lines.slice(0, 50).filter((line) => line.includes(mark)).length }));
  return counts.reduce((best, one) => (one.of > best.of ? one : best)).mark;
}

/** The cells of a line; null when a quote is never closed. */
function cellsOf(line: string, mark: string): string[] | null {
  const cells: string[] = [];
  let [cell, quoted] = ['', false];
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at]!;
    if (letter === '"' && quoted && line[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (letter === '"' && (quoted || cell.trim() === '')) {
      quoted = !quoted;
    } else if (letter === mark && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += letter;
  }
  return quoted ? null : [...cells, cell].map((one) => one.trim());
}

const columnOf = (heading: string): MeansColumn | null => {
  const words = plain(heading.trim()).replaceAll(/[_.]/g, ' ').trim();
  return MEANS_COLUMNS.find((column) => HEADINGS[column].test(words)) ?? null;
};

/** Of two columns of one name the first counts. */
const onlyOnce = (columns: (MeansColumn | null)[]): (MeansColumn | null)[] => columns.map((column, at) => (column !== null && columns.indexOf(column) === at ? column : null));

type Read = { means: MeansRead } | { problem: MeansProblem; column: MeansColumn };

function readLine(cells: readonly string[], columns: readonly (MeansColumn | null)[]): Read {
  const given = new Map<MeansColumn, string>();
  columns.forEach((column, at) => {
    // What no person sees on a list (controls, marks of direction) is no part of it.
    const cell = (cells[at] ?? '').replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').trim();
    if (column !== null && cell !== '') given.set(column, cell);
  });
  const name = given.get('name');
  if (!name) return { problem: 'name-missing', column: 'name' };
  if (name.length > 200) return { problem: 'name-long', column: 'name' };
  const means: MeansRead = { name, kind: kindOf(given.get('kind') ?? '', name) };
  for (const column of ['call_sign', 'owner', 'capability', 'note'] as const) {
    const cell = given.get(column);
    if (cell) means[column] = cell.slice(0, LONGEST[column]);
  }
  if (given.has('group')) means.group = given.get('group')!.slice(0, 200);
  return numbers(means, given) ?? words(means, given) ?? { means };
}

function words(means: MeansRead, given: ReadonlyMap<MeansColumn, string>): Read | null {
  for (const [column, table] of [['level', LEVEL_WORDS], ['state', STATE_WORDS]] as const) {
    const cell = given.get(column);
    if (!cell) continue;
    const word = wordOf([...table], plain(cell));
    if (!word) return { problem: column, column };
    means[column] = word;
  }
  return null;
}

const BOUNDS = { quantity: [0, 1_000_000], relief_after_h: [0.1, 168], cost_per_hour_eur: [0, 1_000_000], cost_per_km_eur: [0, 1_000_000] } as const;

function numbers(means: MeansRead, given: ReadonlyMap<MeansColumn, string>): Read | null {
  const crew = given.get('crew')?.replaceAll(/\s/g, '');
  if (crew) {
    const parts = crew.split('/');
    const sum = parts.reduce((whole, part) => whole + Number(part), 0);
    if (parts.length > 4 || parts.some((part) => !/^\d{1,4}$/.test(part)) || sum > 10_000) return { problem: 'crew', column: 'crew' };
    means.crew = sum;
    if (parts.length > 1) means.crew_detail = crew;
  }
  for (const column of Object.keys(BOUNDS) as (keyof typeof BOUNDS)[]) {
    const cell = given.get(column);
    if (!cell) continue;
    const typed = cell.replaceAll(/[\s  €h]|eur(os?)?|km/gi, '').replace(',', '.');
    const [least, most] = BOUNDS[column];
    const value = Number(typed);
    if (!/^\d+(\.\d+)?$/.test(typed) || value < least || value > most || (column === 'quantity' && !Number.isInteger(value))) return { problem: 'number', column };
    means[column] = value;
  }
  return null;
}
