/** Which drawings a list keeps, and in what order. Pure. */
import { parseInstant, type Shape } from '@garance/client';
import { boxOf, type Box } from '@garance/map';

export const SORTS = ['recent', 'name', 'kind'] as const;
export type Sort = (typeof SORTS)[number];

/** Empty means all. */
export type Sieve = { kind: string; state: string; author: string; view: Box | null; lapsed: boolean };

export const WIDE_OPEN: Sieve = { kind: '', state: '', author: '', view: null, lapsed: false };

const meet = (a: Box, b: Box): boolean => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

export function sifted(shapes: readonly Shape[], { kind, state, author, view, lapsed }: Sieve, over: ReadonlySet<string>): Shape[] {
  return shapes.filter((shape) =>
    (!kind || shape.kind === kind) && (!state || shape.state === state) && (!author || shape.author.person === author)
    && (!lapsed || over.has(shape.id)) && (!view || meet(view, boxOf(shape.geometry))));
}

/** Those to look at again come first; the rest as asked. `words` gives the word of a kind. */
export function sorted(shapes: readonly Shape[], sort: Sort, over: ReadonlySet<string>, words: (kind: string) => string): Shape[] {
  const compare: Record<Sort, (a: Shape, b: Shape) => number> = {
    recent: (a, b) => parseInstant(b.changed_at) - parseInstant(a.changed_at),
    name: (a, b) => a.name.localeCompare(b.name),
    kind: (a, b) => words(a.kind).localeCompare(words(b.kind)) || a.name.localeCompare(b.name),
  };
  return shapes.toSorted((a, b) => Number(over.has(b.id)) - Number(over.has(a.id)) || compare[sort](a, b));
}
