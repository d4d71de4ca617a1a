/** The facts that speak of one thing, up to the time shown. */
import type { Entry, Fact } from '@garance/client';
import type { Desk } from '../state/desk.svelte.ts';

/** Those whose body names it under that member, in the order of the time that rules. */
export function factsOf(desk: Desk, member: string, id: string): readonly Fact[] {
  void desk.version;
  const { conductor, journal } = desk;
  const all = journal.all(conductor.by);
  const known = conductor.live ? all : all.slice(0, journal.countUntil(conductor.shown_ms, conductor.by));
  return known.filter(({ body }) => body?.[member] === id);
}

/** The lines of the logbook about it: those that name it, and those that it comes from. */
export const linesAbout = (desk: Desk, id: string, from: readonly string[] = []): Entry[] =>
  desk.entries.filter(({ entry, about, links, struck }) => struck.length === 0 && (about === id || links.includes(id) || from.includes(entry)));
