/** What is said of a drawing in hand beside its outline, and what a new one says at first. */
import type { Label, Shape } from '@garance/client';
import { draftOf, type Draft, type Place, type Tool } from '@garance/map';
import { descriptionOf, PLAIN, type Description } from './drawings.ts';
import type { Span } from './validity.ts';

export type Told = Description & { audience: Label['audience']; sensitivity: Label['sensitivity']; span: Span; until: string; note: string };

export const PLACES: Record<Tool, Place> = { point: 'point', linestring: 'line', polygon: 'area', circle: 'area', sector: 'area' };
export const FIRST_KIND: Partial<Record<Tool, string>> = { sector: 'plume', circle: 'perimeter', linestring: 'road-cut', point: 'note' };

export const blank = (kind: string): Told => ({ name: '', kind, state: 'engaged', symbol: null, sector: null, course: null, phase: null, ...PLAIN, span: 'none', until: '', note: '' });

const outline = ({ trace, figure }: Draft): string => JSON.stringify([trace, figure]);

/** Whether the outline in hand is no longer the one that was taken. */
export const outlineChanged = (draft: Draft, base: Shape): boolean => outline(draft) !== outline(draftOf(base.geometry, base.figure));

/** Whether what is said of it, or until when it is vouched for, is no longer what was taken. */
export function toldChanged(told: Told, base: Shape): boolean {
  const said = JSON.stringify(descriptionOf({ ...told, name: told.name.trim() })) !== JSON.stringify(descriptionOf(base));
  return said || (told.span !== 'kept' && (told.span !== 'none' || base.valid_until !== null));
}

/** The members that a command says of it: what is empty is left out. */
export function said(told: Told): Record<string, unknown> {
  const described = descriptionOf({ ...told, name: told.name.trim() });
  return Object.fromEntries(Object.entries(described).filter(([, value]) => value !== null));
}

/** The label to give with it; none when it is the plain one, which goes without saying. */
export function labelSaid({ audience, sensitivity }: Told, usual: Label, cell: string | null): { label?: Label } {
  if (audience === usual.audience && sensitivity === usual.sensitivity) return usual === PLAIN ? {} : { label: usual };
  return { label: { audience, sensitivity, ...(audience === 'cell' && cell ? { cell } : {}) } };
}
