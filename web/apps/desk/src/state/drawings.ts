/** What the journal knows of drawings beyond the picture: their label, their last outline once ended, who has them in hand. */
import { parseInstant, type Fact, type Figure, type Geometry, type Label, type Presence, type Shape, type Version } from '@garance/client';
import { t, term } from '@garance/kit';
import { anchorOf, kindOf, namePoint, type Feature } from '@garance/map';
import type { Desk } from './desk.svelte.ts';
import { personName } from './names.ts';

export const AUDIENCES: readonly Label['audience'][] = ['cell', 'organisation', 'partners', 'level-above', 'public'];
export const SENSITIVITIES: readonly Label['sensitivity'][] = ['ordinary', 'personal', 'health', 'restricted'];
export const PLAIN: Label = { audience: 'partners', sensitivity: 'ordinary' };

/** Everything said of that drawing, in the order it was written. */
export const factsAbout = (desk: Desk, shape: string): Fact[] => desk.journal.all('recorded').filter(({ body }) => body?.['shape'] === shape);

/** Who may see that drawing, as it was drawn. */
export function labelOf(desk: Desk, shape: string): Label {
  void desk.version;
  return { ...PLAIN, ...factsAbout(desk, shape).find(({ name }) => name.startsWith('shape.drawn.'))?.label };
}

/** The figure said together with an outline. */
export const figureSaid = (desk: Desk, fact: string): Figure | null => (desk.journal.get(fact)?.body?.['figure'] as Figure | undefined) ?? null;

/** What is said of a drawing besides its outline, as a command says it: whole, each time. */
export type Description = Pick<Shape, 'name' | 'kind' | 'state' | 'symbol' | 'sector' | 'course' | 'phase'>;

export const descriptionOf = ({ name, kind, state, symbol, sector, course, phase }: Description): Description => ({ name, kind, state, symbol, sector, course, phase });

export type LastSeen = { geometry: Geometry; figure: Figure | null } & Description;

/** What an ended drawing last was, to draw it again. */
export function lastSeen(desk: Desk, shape: string): LastSeen | null {
  const facts = desk.journal.all('occurred').filter(({ body }) => body?.['shape'] === shape);
  const outline = facts.findLast(({ body }) => body?.['geometry'])?.body;
  const told = facts.findLast(({ body }) => body?.['kind'])?.body;
  if (!outline || !told) return null;
  return {
    geometry: outline['geometry'] as Geometry, figure: (outline['figure'] as Figure | undefined) ?? null,
    name: String(told['name']), kind: String(told['kind']), state: String(told['state']),
    symbol: (told['symbol'] as Shape['symbol'] | undefined) ?? null, sector: (told['sector'] as string | undefined) ?? null, course: null, phase: null,
  };
}

/** The others who have that drawing in hand now. */
export const otherHands = (desk: Desk, shape: string): Presence[] =>
  desk.presence.filter(({ person, doing, about: thing }) => doing === 'drawing' && thing === shape && person !== desk.account.person);

/** « dessine : zone inondée » */
export function doingWords(desk: Desk, { doing, about: thing }: Presence): string {
  if (doing !== 'drawing' || !thing) return term('doing', doing);
  const known = desk.picture.shapes.find(({ id }) => id === thing)?.name;
  const kind = kindOf(thing).kind === thing ? term('shape-kind', thing) : null;
  return t('presence.drawing', { what: known ?? kind ?? t('presence.some-drawing') });
}

/** A chip beside each drawing that someone else has in hand. */
export function handFeatures(desk: Desk): Feature[] {
  return desk.picture.shapes.flatMap((shape): Feature[] => {
    const hands = otherHands(desk, shape.id);
    if (hands.length === 0) return [];
    const who = hands.map(({ person }) => personName(desk.directory, person)).join(', ');
    return [{ type: 'Feature', geometry: { type: 'Point', coordinates: namePoint(shape.geometry) }, properties: { id: shape.id, words: t('shape.in-hand', { who }) } }];
  });
}

export type OutlineClaim = Version<Geometry>;

/** The outlines that people gave to the same drawing without knowing of each other. */
export const outlineClaims = (desk: Desk, shape: string): OutlineClaim[] =>
  (desk.picture.conflicts.find(({ thing, id, aspect }) => thing === 'shape' && id === shape && aspect === 'geometry')?.versions ?? []) as OutlineClaim[];

/** Those outlines one over the other, each with its author's name. */
export const claimFeatures = (desk: Desk, shape: Shape): Feature[] =>
  outlineClaims(desk, shape.id).flatMap(({ value, author }, rank): Feature[] => {
    const words = personName(desk.directory, author.person);
    const name: Feature = { type: 'Feature', geometry: { type: 'Point', coordinates: value.type === 'Polygon' ? corner(value.coordinates[0]!, rank) : anchorOf(value) }, properties: { rank, words } };
    return value.type === 'Point' ? [name] : [{ type: 'Feature', geometry: value, properties: { rank } }, name];
  });

/** Two names must not fall on the same place: the first is at the north of its outline, the next at the south. */
const corner = (ring: [number, number][], rank: number): [number, number] =>
  ring.reduce((best, at) => ((rank === 0 ? at[1] > best[1] : at[1] < best[1]) ? at : best));

/** A validity that still runs may be said again; one that is over may not. */
export const stillValid = (valid_until: string | null, now_ms: number): boolean => valid_until !== null && parseInstant(valid_until) > now_ms;
