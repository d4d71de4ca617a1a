/** What a person must have read: raised by what others said and by what the sea says, until acknowledged. */
import { askedOf, askingOf, stageOf } from './asked.ts';
import { parseInstant } from './instant.ts';
import type { Parcel } from './outbox.ts';
import type { Entry, Picture } from './shown.ts';
import type { Author, ExerciseClock, Fact, Grant } from './wire.ts';

export type Gravity = 'critical' | 'serious' | 'caution';
export type NoticeKind = 'order' | 'decision' | 'request' | 'public-message' | 'urgent' | 'level' | 'closed' | 'gauge' | 'refused' | 'stuck' | 'conflict' | 'rights'
  | 'mission-late' | 'mission-soon' | 'mission-asked' | 'step-late' | 'handover' | 'point' | 'relief' | 'asked' | 'unanswered';

export type Raised = {
  /** Stable: what was acknowledged once is not raised again. */
  id: string;
  kind: NoticeKind;
  gravity: Gravity;
  urgent: boolean;
  /** When this browser could know of it: what orders notices, and dates them against the first look. */
  at_ms: number;
  /** The hour people are told: when it was so, in the situation. */
  hour_ms: number;
  author: Author | null;
  /** What was said, or the name of what it is about. */
  words: string;
  /** The fact that an acknowledgement answers; null when it is acknowledged on this device alone. */
  fact: string | null;
  /** What to open: an entry, a series, a command of one's own. */
  about: string | null;
  /** By when it is to be answered, on the clock of the situation. */
  due_ms?: number;
};

/** Who reads: their name in the facts, since when they look, and what they said to have read on this device. */
export type NoticeReader = { person: string; first_ms: number; seen: ReadonlySet<string> };

const RANK: Record<Gravity, number> = { critical: 3, serious: 2, caution: 1 };
const OF_CATEGORY: Record<string, { kind: NoticeKind; gravity: Gravity }> = {
  order: { kind: 'order', gravity: 'serious' },
  decision: { kind: 'decision', gravity: 'serious' },
  request: { kind: 'request', gravity: 'caution' },
  'public-message': { kind: 'public-message', gravity: 'caution' },
};
const ALARM_LEVEL = 3;

export const isGrave = ({ gravity }: Pick<Raised, 'gravity'>): boolean => RANK[gravity] >= RANK.serious;

/** Urgent first, then the gravest, then the one that waits longest. */
export const byUrgency = (a: Raised, b: Raised): number =>
  Number(b.urgent) - Number(a.urgent) || RANK[b.gravity] - RANK[a.gravity] || a.at_ms - b.at_ms || (a.id < b.id ? -1 : 1);

/** Whether a text says it is urgent, as on the radio: « urgent », but neither « non urgent » nor « les urgences ». */
export const saysUrgent = (text: string): boolean => /(?<!\b(?:non|pas|not)[\s-]{0,2})\burgente?s?\b/i.test(text);

function ofEntry(entry: Entry): Raised | null {
  const text = entry.text ?? '';
  const urgent = saysUrgent(text);
  const plain = OF_CATEGORY[entry.category ?? ''];
  if ((!plain && !urgent) || entry.struck.length > 0 || entry.withheld !== null) return null;
  return {
    id: entry.entry, kind: plain?.kind ?? 'urgent', gravity: urgent ? 'critical' : plain!.gravity, urgent, at_ms: parseInstant(entry.recorded_at), hour_ms: parseInstant(entry.occurred_at),
    author: entry.author, words: text, fact: entry.entry, about: entry.entry,
  };
}

function ofLevel(picture: Picture, said: Fact | undefined): Raised | null {
  const { situation } = picture;
  if (!situation?.level_fact || !said) return null;
  return {
    id: said.id, kind: 'level', gravity: situation.level >= ALARM_LEVEL ? 'critical' : 'serious', urgent: false, at_ms: parseInstant(said.recorded_at), hour_ms: parseInstant(said.occurred_at),
    author: said.author, words: String(situation.level), fact: said.id, about: null,
  };
}

const ofClosing = (said: Fact | undefined): Raised | null => (said
  ? { id: said.id, kind: 'closed', gravity: 'serious', urgent: false, at_ms: parseInstant(said.recorded_at), hour_ms: parseInstant(said.occurred_at), author: said.author, words: '', fact: null, about: null }
  : null);

function answered(picture: Picture, raised: Raised, person: string): boolean {
  const given = raised.kind === 'level' ? picture.situation?.acknowledged : picture.entries.find(({ entry }) => entry === raised.id)?.acknowledged;
  return (given ?? []).some(({ author }) => author.person === person);
}

/**
 * What the facts known now raise for this reader, and how many such things were said before they first looked.
 * `find` gives a fact by its identifier; `closing` is the fact that closed the situation.
 */
export function raisedByFacts(picture: Picture, find: (id: string) => Fact | undefined, closing: Fact | undefined, reader: NoticeReader): { raised: Raised[]; before: number } {
  const level = picture.situation?.level_fact;
  const all = [...picture.entries.map(ofEntry), ofLevel(picture, level ? find(level) : undefined), ofClosing(closing)]
    .filter((one): one is Raised => one !== null && one.author?.person !== reader.person && !reader.seen.has(one.id))
    .filter((one) => one.fact === null || !answered(picture, one, reader.person));
  const raised = all.filter(({ at_ms }) => at_ms >= reader.first_ms);
  return { raised: [...raised, ...ofConflicts(picture, reader)], before: all.length - raised.length };
}

/** The moments of the situation that an asking is judged by. */
export type Clock = { now_ms: number; story: ExerciseClock | null };

/**
 * The acknowledgements asked of this reader by name, and those that they asked for and that nobody gave. Each stage is a
 * notice of its own, so that half the time gone, then all of it, call again.
 */
export function raisedByAsking(picture: Picture, grant: Grant | null, clock: Clock, reader: NoticeReader): Raised[] {
  const { now_ms, story } = clock;
  return picture.entries.filter(({ wanted, withheld }) => wanted !== null && withheld === null).flatMap((line): Raised[] => {
    const asking = askingOf(line, now_ms, story);
    if (!asking || asking.answer) return [];
    const said = { urgent: false, hour_ms: parseInstant(line.occurred_at), author: line.author, words: line.text ?? '', about: line.entry };
    if (line.author.person === reader.person) {
      const id = `unanswered ${line.entry}`;
      return asking.unanswered && !reader.seen.has(id) ? [{ ...said, id, kind: 'unanswered', gravity: 'serious', at_ms: asking.asked.at(-1)!.due_ms, fact: null }] : [];
    }
    const mine = askedOf(asking, reader.person, grant);
    if (!mine) return [];
    const stage = stageOf(mine, now_ms);
    const at_ms = stage === 'first' ? mine.from_ms : stage === 'half' ? (mine.from_ms + mine.due_ms) / 2 : mine.due_ms;
    const id = `asked ${line.entry} ${stage}`;
    return reader.seen.has(id) ? [] : [{ ...said, id, kind: 'asked', gravity: stage === 'over' ? 'critical' : 'serious', at_ms, fact: line.entry, due_ms: mine.due_ms }];
  });
}

/** Contradictions of something this reader said themselves. */
function ofConflicts(picture: Picture, { person, seen }: NoticeReader): Raised[] {
  const about = picture.conflicts.filter(({ versions }) => versions.some(({ author }) => author.person === person)).map((conflict): Raised => {
    const last = conflict.versions.findLast(({ author }) => author.person !== person) ?? conflict.versions.at(-1)!;
    return {
      id: `conflict ${conflict.versions.map(({ fact }) => fact).sort().join(' ')}`, kind: 'conflict', gravity: 'serious', urgent: false,
      at_ms: parseInstant(last.recorded_at), hour_ms: parseInstant(last.occurred_at), author: last.author, words: '', fact: null, about: conflict.id,
    };
  });
  const lines = picture.entries.filter(({ conflict, author, corrections }) => conflict && [author, ...corrections.map((one) => one.author)].some((one) => one.person === person))
    .map((entry): Raised => ({
      id: `conflict ${entry.corrections.map(({ fact }) => fact).sort().join(' ')}`, kind: 'conflict', gravity: 'serious', urgent: false,
      at_ms: parseInstant(entry.recorded_at), hour_ms: parseInstant(entry.occurred_at), author: entry.corrections.at(-1)?.author ?? null, words: entry.text ?? '', fact: null, about: entry.entry,
    }));
  return [...about, ...lines].filter(({ id }) => !seen.has(id));
}

export type GaugeRead = { series: { id: string; name: string }; value: number | null; at_ms: number | null; severity: string; threshold: string | null };
/** What was acknowledged of a gauge: how grave it was, and when it was last seen so. */
export type GaugeMarks = Readonly<Record<string, { rank: number; held_ms: number }>>;

/** A gauge that falls below what was acknowledged for so long, then passes it again, is told again. */
export const GAUGE_QUIET_MS = 30 * 60_000;

const gaugeRank = (severity: string): number => RANK[severity as Gravity] ?? 0;

/** The gauges past a serious threshold that nobody here acknowledged. */
export function raisedByGauges(readings: readonly GaugeRead[], marks: GaugeMarks): Raised[] {
  return readings.flatMap(({ series, severity, at_ms, threshold }) => {
    const rank = gaugeRank(severity);
    if (rank < RANK.serious || (marks[series.id]?.rank ?? 0) >= rank) return [];
    return [{
      id: `gauge ${series.id} ${severity}`, kind: 'gauge' as const, gravity: severity as Gravity, urgent: false, at_ms: at_ms ?? 0, hour_ms: at_ms ?? 0, author: null,
      words: threshold ? `${series.name} · ${threshold}` : series.name, fact: null, about: series.id,
    }];
  });
}

/** The marks as time goes: held while the gauge stays so grave, lowered once it has been quiet long enough. */
export function keepMarks(marks: GaugeMarks, readings: readonly GaugeRead[], now_ms: number): GaugeMarks {
  const kept: Record<string, { rank: number; held_ms: number }> = {};
  let changed = false;
  for (const [id, mark] of Object.entries(marks)) {
    const rank = gaugeRank(readings.find(({ series }) => series.id === id)?.severity ?? '');
    if (rank < mark.rank && now_ms - mark.held_ms > GAUGE_QUIET_MS) changed = true;
    else kept[id] = rank >= mark.rank && now_ms - mark.held_ms > 60_000 ? { ...mark, held_ms: now_ms } : mark;
    changed ||= kept[id] !== mark;
  }
  return changed ? kept : marks;
}

/** Acknowledges what a gauge says now. */
export const markGauge = (marks: GaugeMarks, { about, gravity }: Raised, now_ms: number): GaugeMarks =>
  ({ ...marks, [about ?? '']: { rank: RANK[gravity], held_ms: now_ms } });

/** A parcel that waits longer than this did not leave as it should have. */
export const STUCK_MS = 2 * 60_000;

/** What became of one's own commands: refused, or not leaving. */
export function raisedByParcels(parcels: readonly Parcel[], situation: string, now_ms: number, seen: ReadonlySet<string>): Raised[] {
  return parcels.filter(({ command, state, order }) => command.situation === situation && (state === 'refused' || now_ms - order > STUCK_MS))
    .map(({ command, state, order, name }): Raised => ({
      id: `${state} ${command.id}`, kind: state === 'refused' ? 'refused' : 'stuck', gravity: state === 'refused' ? 'serious' : 'caution', urgent: false,
      at_ms: order, hour_ms: command.occurred_at ? parseInstant(command.occurred_at) : order, author: null, words: String(command.body['text'] ?? command.body['name'] ?? name), fact: null, about: command.id,
    }))
    .filter(({ id }) => !seen.has(id));
}

export const RIGHTS_SOON_MS = 60 * 60_000;

/** The rights this reader acts by, when they end within the hour. */
export function raisedByRights(grant: Grant | null, now_ms: number, seen: ReadonlySet<string>): Raised[] {
  const end_ms = grant?.not_after ? Date.parse(grant.not_after) : Infinity;
  const id = `rights ${grant?.id} ${grant?.not_after}`;
  if (!grant || end_ms < now_ms || end_ms - now_ms > RIGHTS_SOON_MS || seen.has(id)) return [];
  return [{ id, kind: 'rights', gravity: 'serious', urgent: false, at_ms: end_ms, hour_ms: end_ms, author: null, words: grant.role, fact: null, about: null }];
}
