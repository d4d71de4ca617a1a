/** Acknowledgements wanted by name: who is asked now, how long is left, who answered. Pure: lines and the clock are given. */
import { parseInstant } from './instant.ts';
import type { Acknowledgement, Entry, Party } from './shown.ts';
import type { Author, ExerciseClock, Grant } from './wire.ts';

export type AskedParty = {
  party: Party;
  /** When it is asked, and by when it is to answer. */
  from_ms: number;
  due_ms: number;
  answer: Acknowledgement | null;
};

/** `first` until half the time is gone, then `half`; `over` when it is all gone. */
export type Stage = 'first' | 'half' | 'over';

export type Asking = {
  /** Those asked by now, in order; the last one still has time, unless it is over for all. */
  asked: AskedParty[];
  /** How many more will be asked if nobody answers. */
  left: number;
  answer: Acknowledgement | null;
  /** How long after the first one's time the answer came; 0 when in time. */
  late_ms: number;
  /** Nobody answered, and nobody is left to ask. */
  unanswered: boolean;
};

const MINUTE = 60_000;

/** Whether somebody, by their post or their name, is that party. One that is only a name is nobody here. */
export function isParty({ person, role, cell, organisation, name }: Party, who: Author): boolean {
  const known = role !== undefined || cell !== undefined || organisation !== undefined || person !== undefined;
  return known && name === undefined && (person ?? who.person) === who.person && (role ?? who.role) === who.role
    && (cell ?? who.cell ?? '') === (who.cell ?? '') && (organisation ?? who.organisation) === who.organisation;
}

/** Whoever is known by a name alone answers by word of mouth: the author of the line says so for them. */
const answers = (party: Party, given: Acknowledgement, line: Entry): boolean =>
  isParty(party, given.author) || (party.name !== undefined && given.author.person === line.author.person);

/** When the asking began: as soon as it was recorded; by the clock of the story when an exercise has one. */
export const askedSince = ({ occurred_at, recorded_at }: Entry, clock: ExerciseClock | null): number => parseInstant(clock ? occurred_at : recorded_at);

/** What became of the acknowledgement that this line wants; null when it wants none, or was struck out. */
export function askingOf(line: Entry, now_ms: number, clock: ExerciseClock | null = null): Asking | null {
  const { wanted } = line;
  if (!wanted || wanted.of.length === 0 || line.struck.length > 0) return null;
  const [since_ms, each_ms] = [askedSince(line, clock), wanted.within_min * MINUTE];
  const given = line.acknowledged.filter(({ author }) => wanted.of.some((party) => isParty(party, author) || (party.name !== undefined && author.person === line.author.person)))
    .toSorted((a, b) => parseInstant(a.at) - parseInstant(b.at));
  const answer = given[0] ?? null;
  const until_ms = answer ? Math.min(now_ms, parseInstant(answer.at)) : now_ms;
  const reached = Math.min(wanted.of.length, Math.max(1, Math.floor(Math.max(0, until_ms - since_ms) / each_ms) + 1));
  const asked = wanted.of.slice(0, reached).map((party, at): AskedParty => ({
    party, from_ms: since_ms + at * each_ms, due_ms: since_ms + (at + 1) * each_ms, answer: given.find((one) => answers(party, one, line)) ?? null,
  }));
  return {
    asked, left: wanted.of.length - reached, answer,
    late_ms: answer ? Math.max(0, parseInstant(answer.at) - since_ms - each_ms) : 0,
    unanswered: !answer && now_ms >= since_ms + wanted.of.length * each_ms,
  };
}

/** How far gone the time of a party is. */
export function stageOf({ from_ms, due_ms }: AskedParty, now_ms: number): Stage {
  if (now_ms >= due_ms) return 'over';
  return now_ms - from_ms >= (due_ms - from_ms) / 2 ? 'half' : 'first';
}

/** As whom somebody is asked, by the role they hold now; null when they are not, or when it was answered. */
export function askedOf(asking: Asking, person: string, grant: Pick<Grant, 'role' | 'organisation' | 'cell'> | null): AskedParty | null {
  if (asking.answer || !grant) return null;
  const who: Author = { person, role: grant.role, organisation: grant.organisation, cell: grant.cell ?? null };
  return asking.asked.find(({ party }) => isParty(party, who)) ?? null;
}
