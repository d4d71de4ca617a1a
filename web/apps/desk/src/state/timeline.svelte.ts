/** The strip of time of this situation: its window, how many facts when, levels decided, thresholds crossed, one curve. */
import { parseInstant, timeOf, type Series } from '@garance/client';
import { clockTime, decimal, t, term } from '@garance/kit';
import { histogram, neighbour, wholeWindow, type Window } from '@garance/time/axis.ts';
import { crossings, type Mark } from '@garance/time/marks.ts';
import type { Desk } from './desk.svelte.ts';

const BINS = 120;

export class Timeline {
  readonly #desk: Desk;
  /** The sensor whose curve is under the histogram. */
  chosen = $state<string | null>(null);

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** The stretch of time that the strip shows. */
  readonly window: Window = $derived.by(() => {
    void this.#desk.version;
    const { conductor, journal } = this.#desk;
    return conductor.chosen ?? wholeWindow(journal.times(conductor.by), conductor.now_ms);
  });

  readonly bins: number[] = $derived.by(() => {
    void this.#desk.version;
    return histogram(this.#desk.journal.times(this.#desk.conductor.by), this.window, BINS);
  });

  /** How many facts the strip counts: those of the window when one is fixed. */
  get counted(): number {
    const { lens, by } = this.#desk.conductor;
    if (lens.kind !== 'between') return this.bins.reduce((sum, n) => sum + n, 0);
    void this.#desk.version;
    return this.#desk.journal.countUntil(lens.to_ms, by) - this.#desk.journal.countUntil(lens.from_ms - 1, by);
  }

  /** Sensors are read in the world's time: along the time of recording of an exercise, they have no place. */
  get #measured(): boolean {
    return this.#desk.conductor.by === 'occurred' || this.#desk.exerciseClock === null;
  }

  get gauges(): Series[] {
    return this.#desk.sight.whole.series.filter((series) => series.kind !== 'position');
  }

  get series(): Series | null {
    return this.#measured ? (this.gauges.find(({ id }) => id === this.chosen) ?? null) : null;
  }

  readonly marks: Mark[] = $derived.by(() => [...this.#levels(), ...(this.#measured ? this.#crossings() : [])].sort((a, b) => a.at_ms - b.at_ms));

  #levels(): Mark[] {
    void this.#desk.version;
    const { by } = this.#desk.conductor;
    return this.#desk.journal.all(by).filter((fact) => fact.name === 'situation.level-set.v1' && fact.body).map((fact) => {
      const level = String(fact.body!['level']);
      return { at_ms: timeOf(fact, by), severity: null, sign: t('mark.level', { n: level }), words: `${t('level.word', { n: level })} · ${term('level', level)}` };
    });
  }

  #crossings(): Mark[] {
    void this.#desk.tracksVersion;
    return this.gauges.flatMap((series) =>
      crossings(this.#desk.tracks.all(series.id), series.thresholds).map(({ at_ms, threshold }): Mark => ({
        at_ms, severity: threshold.severity, sign: '',
        words: t('mark.crossed', { series: series.name, threshold: threshold.name, value: `${decimal(threshold.value, 1)} ${series.unit}` }),
      })),
    );
  }

  /** Moves the shown time to the fact before or after it. */
  stepFact = (direction: 1 | -1): void => {
    const { conductor, journal } = this.#desk;
    const found = neighbour(journal.times(conductor.by), conductor.shown_ms, direction);
    if (found !== null) conductor.seek(found);
    else if (direction === 1) conductor.goLive();
  };

  /** Goes to the mark before or after the shown time, and says which one. */
  stepMark(direction: 1 | -1): Mark | null {
    const { shown_ms, now_ms } = this.#desk.conductor;
    const past = this.marks.filter(({ at_ms }) => at_ms <= now_ms);
    const mark = direction === 1 ? past.find(({ at_ms }) => at_ms > shown_ms) : past.findLast(({ at_ms }) => at_ms < shown_ms);
    if (mark) this.#desk.conductor.seek(mark.at_ms);
    return mark ?? null;
  }

  /** Whose hand last set the exercise clock, and to what. */
  get setting(): { id: string; person: string; words: string } | null {
    void this.#desk.version;
    const fact = this.#desk.journal.all('recorded').findLast((one) => one.name === 'situation.clock-set.v1' && one.body);
    if (!fact?.body) return null;
    const [at, speed] = [clockTime(parseInstant(String(fact.body['story_at']))), Number(fact.body['speed'])];
    return { id: fact.id, person: fact.author.person, words: speed === 0 ? t('clock.was-paused', { at }) : t('clock.was-set', { at, speed: decimal(speed, speed % 1 === 0 ? 0 : 1) }) };
  }
}
