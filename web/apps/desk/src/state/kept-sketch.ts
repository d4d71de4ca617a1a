/** A drawing begun and not sent, kept in this tab until it is sent or thrown away. */
import type { Shape } from '@garance/client';
import type { Draft } from '@garance/map';
import type { Told } from './sketch-told.ts';

export type Kept = { person: string; id: string; draft: Draft; base: Shape | null; seen: readonly string[]; told: Told };

const keyOf = (situation: string): string => `garance.sketch.${situation}`;

export function keep(situation: string, kept: Kept): void {
  sessionStorage.setItem(keyOf(situation), JSON.stringify(kept));
}

export const forget = (situation: string): void => sessionStorage.removeItem(keyOf(situation));

/** What that person had begun. Another person's is thrown away: it is nobody else's to see. */
export function keptSketch(situation: string, person: string): Kept | null {
  const text = sessionStorage.getItem(keyOf(situation));
  if (!text) return null;
  try {
    const kept = JSON.parse(text) as Kept;
    if (kept.person === person && Array.isArray(kept.draft.trace)) return kept;
  } catch {
    // Unreadable: as good as absent.
  }
  forget(situation);
  return null;
}
