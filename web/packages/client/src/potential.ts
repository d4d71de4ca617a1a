/** What means are left, and when they run short: reliefs due against what is ready and what is promised. The server's
 * rule (`views/potential.py`) is the same; both are held to one file of cases. Pure. */

export const HORIZONS_H = [0, 1, 3, 6, 12] as const;
const HOUR_MS = 3_600_000;
const READY = new Set(['available', 'arrived']);
const AT_WORK = new Set(['in-transit', 'engaged']);
/** While in these states a crew grows tired: its hours run from the first of them. */
export const TIRING: ReadonlySet<string> = new Set(['in-transit', 'engaged', 'arrived']);

export type Crew = {
  id: string; kind: string; state: string; since_ms: number | null; relief_at_ms: number | null; relief_after_h: number | null; relief_by: string | null;
};
export type Promised = { kind: string; state: string; quantity: number; granted: number | null; expected_at_ms: number | null; came: number };
/** So many hours ahead, in all since now; `ready` below zero is what is missing. */
export type Horizon = { hours: number; due: number; arriving: number; ready: number };
export type Shortage = { kind: string; at_ms: number; missing: number };
/** `undated`: promised without an hour, or late: not counted as coming. */
export type Outlook = { kind: string; ready: number; at_work: number; horizons: Horizon[]; undated: number; shortage: Shortage | null };
type Move = { kind: string; at_ms: number; change: number; due: number };

/** Since when a crew has been at it without being given back; null when it is not. Steps in order of time. */
export function workBegan(steps: readonly { at_ms: number; state: string }[]): number | null {
  let began: number | null = null;
  for (const { at_ms, state } of steps) began = TIRING.has(state) ? (began ?? at_ms) : null;
  return began;
}

/** When a crew at it must be relieved: as planned, or after its hours; null when nobody said. */
export function reliefDue(crew: Crew): number | null {
  if (!TIRING.has(crew.state)) return null;
  if (crew.relief_at_ms !== null) return crew.relief_at_ms;
  return crew.since_ms === null || crew.relief_after_h === null ? null : crew.since_ms + crew.relief_after_h * HOUR_MS;
}

/** How many of a demand are still to come. */
export const leftOf = ({ state, quantity, granted, came }: Promised): number =>
  state === 'accepted' || state === 'in-transit' ? Math.max(0, (granted ?? quantity) - came) : 0;

/**
 * Each kind of means now and at every horizon, in order of kind. A relief takes a ready crew of its kind, or the one
 * named for it; one named that is not ready is on its way, and takes none. What is late already weighs now.
 */
export function project(crews: readonly Crew[], promises: readonly Promised[], at_ms: number): Outlook[] {
  const last_ms = at_ms + HORIZONS_H.at(-1)! * HOUR_MS;
  const known = new Map(crews.map((crew) => [crew.id, crew]));
  const dated = (one: Promised): boolean => leftOf(one) > 0 && one.expected_at_ms !== null && one.expected_at_ms >= at_ms;
  const moves = [
    ...crews.flatMap((crew) => relieved(crew, known, at_ms)),
    ...promises.filter(dated).map((one): Move => ({ kind: one.kind, at_ms: one.expected_at_ms!, change: leftOf(one), due: 0 })),
  ].filter((move) => move.at_ms <= last_ms).sort((a, b) => a.at_ms - b.at_ms || b.change - a.change);
  const kinds = new Set([...crews.map(({ kind }) => kind), ...promises.filter((one) => leftOf(one) > 0).map(({ kind }) => kind)]);
  const [crewsBy, movesBy, promisesBy] = [grouped(crews), grouped(moves), grouped(promises)];
  return [...kinds].sort().map((kind) => {
    const undated = (promisesBy.get(kind) ?? []).reduce((sum, one) => sum + (dated(one) ? 0 : leftOf(one)), 0);
    return outlook(kind, crewsBy.get(kind) ?? [], movesBy.get(kind) ?? [], undated, at_ms);
  });
}

/** The earliest shortage of all kinds; of the same instant, that which misses most. */
export function firstShortage(outlooks: readonly Outlook[]): Shortage | null {
  const found = outlooks.flatMap(({ shortage }) => (shortage ? [shortage] : []));
  return found.sort((a, b) => a.at_ms - b.at_ms || b.missing - a.missing || (a.kind < b.kind ? -1 : 1))[0] ?? null;
}

function grouped<T extends { kind: string }>(all: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const same = found.get(one.kind);
    if (same) same.push(one);
    else found.set(one.kind, [one]);
  }
  return found;
}

function relieved(crew: Crew, known: ReadonlyMap<string, Crew>, at_ms: number): Move[] {
  const due_ms = reliefDue(crew);
  if (due_ms === null) return [];
  const move = (kind: string, change: number, due: number): Move => ({ kind, at_ms: Math.max(due_ms, at_ms), change, due });
  // It is counted ready until its hours are over; then it leaves, and somebody takes its place.
  if (crew.state === 'arrived') return [move(crew.kind, -1, 1)];
  const by = crew.relief_by === null ? undefined : known.get(crew.relief_by);
  const cost = by && !READY.has(by.state) ? 0 : -1;
  const taken = by?.kind ?? crew.kind;
  if (taken === crew.kind) return [move(crew.kind, cost, 1)];
  return [move(crew.kind, 0, 1), ...(cost ? [move(taken, cost, 0)] : [])];
}

function outlook(kind: string, crews: readonly Crew[], moves: readonly Move[], undated: number, at_ms: number): Outlook {
  const ready = crews.filter(({ state }) => READY.has(state)).length;
  const horizons = HORIZONS_H.map((hours): Horizon => {
    const until = moves.filter((move) => move.at_ms <= at_ms + hours * HOUR_MS);
    const sum = (of: (move: Move) => number): number => until.reduce((whole, move) => whole + of(move), 0);
    return { hours, due: sum(({ due }) => due), arriving: sum(({ change }) => Math.max(0, change)), ready: ready + sum(({ change }) => change) };
  });
  return { kind, ready, at_work: crews.filter(({ state }) => AT_WORK.has(state)).length, horizons, undated, shortage: shortageOf(kind, ready, moves) };
}

function shortageOf(kind: string, ready: number, moves: readonly Move[]): Shortage | null {
  let left = ready;
  for (const [number, { at_ms, change }] of moves.entries()) {
    left += change;
    const over = moves[number + 1] === undefined || moves[number + 1]!.at_ms > at_ms;
    if (over && left < 0) return { kind, at_ms, missing: -left };
  }
  return null;
}
