/** A first name for a drawing: what it is, and where. */
import { term, words } from '@garance/kit';

export type Here = { phrase: { fr: string; en: string }; commune: string | null };

const MOST = 120;

/** « Zone inondée, rue des Pêcheurs » */
export function proposedName(kind: string, here: Here | null): string {
  const what = term('shape-kind', kind);
  const named = what.charAt(0).toUpperCase() + what.slice(1);
  const where = here ? here.phrase[words.language].replace(`, ${here.commune}`, '') : '';
  return (where ? `${named}, ${where}` : named).slice(0, MOST);
}
