/** The logbook in the making: each line is shown anew only when something was said of it. */
import { byOccurrence, countBefore } from './journal.ts';
import { followsOf, includes, knownBy, Register, type Moment } from './register.ts';
import type { Acknowledgement, Attachment, Entry, Wanted } from './shown.ts';
import type { Fact, Geometry } from './wire.ts';

export type Words = { text: string | null; reason: string | null };

/** What a label says when it says nothing. */
const PLAIN = { audience: 'partners', sensitivity: 'ordinary' } as const;

const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const words = (fact: Fact): Words => ({ text: textOrNull(fact.body?.['text']), reason: textOrNull(fact.body?.['reason']) });

class EntryFold {
  written: Fact | null = null;
  readonly corrected = new Register<Words>();
  readonly struck = new Register<Words>();
  readonly acknowledged = new Register<true>();
  /** As everything known shows it. */
  shown: Entry | null = null;
}

type Written = EntryFold & { written: Fact };

export class EntriesFold {
  readonly #known = new Map<string, EntryFold>();
  /** Those that were written, in the order of what happened; null until first asked for. */
  #order: Written[] | null = null;

  #of(id: unknown): EntryFold {
    const name = typeof id === 'string' ? id : '';
    const fold = this.#known.get(name) ?? new EntryFold();
    this.#known.set(name, fold);
    fold.shown = null;
    return fold;
  }

  write(fact: Fact): void {
    const fold = this.#of(fact.id);
    fold.written = fact;
    if (this.#order) this.#order.splice(countBefore(this.#order, (one) => byOccurrence(one.written, fact) <= 0), 0, fold as Written);
  }

  correct(fact: Fact): void {
    this.#of(fact.body?.['entry']).corrected.write(fact, words(fact));
  }

  strike(fact: Fact): void {
    this.#of(fact.body?.['entry']).struck.write(fact, words(fact));
  }

  /** What was read may be something else than a line: it is kept all the same, and nothing is shown of it here. */
  acknowledge(fact: Fact): void {
    this.#of(fact.body?.['fact']).acknowledged.write(fact, true);
  }

  upto(moment: Moment): Entry[] {
    this.#order ??= [...this.#known.values()]
      .filter((fold): fold is Written => fold.written !== null)
      .sort((a, b) => byOccurrence(a.written, b.written));
    return this.#order.filter(({ written }) => includes(moment, written)).map((fold) => shownAt(fold, moment));
  }
}

/** Who says to have read a fact by then, in order. */
export const acknowledgements = (said: Register<true> | undefined, moment: Moment): Acknowledgement[] =>
  (said?.upto(moment).history ?? []).map(({ fact: { id, author, occurred_at } }) => ({ fact: id, author, at: occurred_at }));

const EVERYTHING: Moment = { at_ms: Infinity, by: 'recorded' };

/** Whether all that was said of a line counts at that moment: then it is shown as everything known shows it. */
function complete({ corrected, struck, acknowledged }: EntryFold, moment: Moment): boolean {
  if (corrected.empty && struck.empty && acknowledged.empty) return true;
  const known_ms = knownBy(moment).at_ms;
  return corrected.last_ms('recorded') <= known_ms && struck.last_ms('recorded') <= known_ms && acknowledged.last_ms(moment.by) <= moment.at_ms;
}

function shownAt(fold: Written, moment: Moment): Entry {
  if (!complete(fold, moment)) return show(fold, moment);
  fold.shown ??= show(fold, EVERYTHING);
  return fold.shown;
}

function show({ written, ...fold }: Written, moment: Moment): Entry {
  const { body } = written;
  const known = knownBy(moment);
  const [corrected, struck] = [fold.corrected.upto(known), fold.struck.upto(known)];
  const follows = followsOf(struck, corrected);
  const told = (register: Register<Words>) =>
    register.history.map(({ fact, value }) => ({ fact: fact.id, ...value, author: fact.author, at: fact.occurred_at }));
  return {
    entry: written.id,
    text: corrected.current?.value.text ?? textOrNull(body?.['text']),
    original_text: textOrNull(body?.['text']),
    category: textOrNull(body?.['category']),
    channel: textOrNull(body?.['channel']),
    sender: textOrNull(body?.['sender']),
    recipient: textOrNull(body?.['recipient']),
    geometry: (body?.['geometry'] as Geometry | undefined) ?? null,
    about: textOrNull(body?.['about']),
    number: numberOrNull(body?.['number']),
    declared_at: textOrNull(body?.['declared_at']),
    place: textOrNull(body?.['place']),
    importance: textOrNull(body?.['importance']) ?? 'ordinary',
    certainty: textOrNull(body?.['certainty']),
    reliability: textOrNull(body?.['reliability']),
    credibility: numberOrNull(body?.['credibility']),
    links: (body?.['links'] as string[] | undefined) ?? [],
    attachments: (body?.['attachments'] as Attachment[] | undefined) ?? [],
    wanted: (body?.['wanted'] as Wanted | undefined) ?? null,
    provisional: textOrNull(body?.['provisional']),
    sheet: textOrNull(body?.['sheet']),
    answers: written.refs.filter(({ rel }) => rel === 'answers').map((ref) => ref.fact),
    occurred_at: written.occurred_at,
    recorded_at: written.recorded_at,
    author: written.author,
    label: { ...PLAIN, ...written.label },
    struck: told(struck).map(({ text: _text, ...strike }) => strike),
    corrections: told(corrected),
    acknowledged: acknowledgements(fold.acknowledged, moment),
    conflict: new Set(corrected.heads.map(({ value }) => value.text).filter((one) => one !== null)).size > 1,
    follows: follows.length > 0 ? follows : [written.id],
    withheld: written.withheld ?? null,
  };
}
