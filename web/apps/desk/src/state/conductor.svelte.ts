/** The one clock that rules every view: live or replay, by what was known or by what was established. */
import { storyTime, type By, type ExerciseClock } from '@garance/client';
import { zoomed, type Window } from '@garance/time/axis.ts';
import { around, held, WHOLE, type Lens } from '@garance/time/lens.ts';

/** Where a replay stopped by itself. */
export type End = 'live' | 'window';

export class Conductor {
  live = $state(true);
  by = $state<By>('occurred');
  playing = $state(false);
  speed = $state<number>(60);
  /** Which part of time is let through. */
  lens = $state.raw<Lens>(WHOLE);
  /** The part of the strip a person chose; null while it follows the facts. */
  chosen = $state.raw<Window | null>(null);
  /** Whether a window is being chosen on the strip. */
  choosing = $state(false);
  /** Where the last replay ended by itself, until the person moves. */
  ended = $state<End | null>(null);
  #shown_ms = $state(0);
  #clock: () => ExerciseClock | null;
  #now: () => number;
  #frame = 0;

  constructor(now: () => number, clock: () => ExerciseClock | null) {
    this.#now = now;
    this.#clock = clock;
  }

  /** Now on the axis in use: story time by occurrence, the real one by record. */
  get now_ms(): number {
    return this.by === 'occurred' ? storyTime(this.#clock(), this.#now()) : this.#now();
  }

  get shown_ms(): number {
    return this.live ? this.now_ms : this.#shown_ms;
  }

  /** The instant telemetry is read at: always the world's time. */
  get world_ms(): number {
    return this.by === 'occurred' ? this.shown_ms : storyTime(this.#clock(), this.shown_ms);
  }

  /** Back to now, where what is known and what is established are one: the axis returns to the world's time. */
  goLive = (): void => {
    this.pause();
    this.ended = null;
    if (this.by === 'recorded') this.chosen = null;
    this.by = 'occurred';
    if (this.lens.kind === 'between' && this.lens.to_ms < this.now_ms) this.whole();
    this.live = true;
  };

  /** Shows another instant, as far as the window lets it; from now on, it is live. */
  seek = (ms: number): void => {
    this.ended = null;
    this.#move(held(this.lens, ms));
  };

  #move(ms: number): void {
    if (ms >= this.now_ms) {
      this.goLive();
      return;
    }
    this.#shown_ms = ms;
    this.live = false;
  }

  /** Shows that instant whatever now is: a link may be opened before the clock is known. */
  hold(ms: number): void {
    this.#shown_ms = ms;
    this.live = false;
  }

  /** Everything since the start again. */
  whole = (): void => {
    if (this.lens.kind === 'between') this.chosen = null;
    this.lens = WHOLE;
    this.choosing = false;
  };

  /** Lets through only that window. A fixed one is looked at from its end, and fills the strip. */
  look(lens: Lens): void {
    this.pause();
    this.choosing = false;
    if (this.lens.kind === 'between' && lens.kind !== 'between') this.chosen = null;
    this.lens = lens;
    if (lens.kind !== 'between') return;
    this.chosen = around(lens);
    this.seek(lens.to_ms);
  }

  /** Changes which time rules; `same` is where to look then, on the other time. A fixed window was of the first. */
  rule(by: By, same: (shown_ms: number) => number): void {
    if (by === this.by) return;
    const shown_ms = same(this.shown_ms);
    this.pause();
    if (this.lens.kind === 'between') this.lens = WHOLE;
    this.by = by;
    this.chosen = null;
    if (!this.live) this.#shown_ms = shown_ms;
  }

  /** Replays from the shown time; from its beginning when a fixed window stands at its end. */
  play = (): void => {
    if (this.live) return;
    this.ended = null;
    const { lens } = this;
    if (lens.kind === 'between' && this.#shown_ms >= lens.to_ms) this.#shown_ms = lens.from_ms;
    this.playing = true;
    let before = performance.now();
    const step = (now: number): void => {
      if (!this.playing) return;
      this.#advance((now - before) * this.speed);
      before = now;
      if (this.playing) this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  };

  #advance(by_ms: number): void {
    const next = this.#shown_ms + by_ms;
    const { lens } = this;
    this.#move(held(lens, next));
    if (this.live) this.ended = 'live';
    else if (lens.kind === 'between' && next >= lens.to_ms) {
      this.pause();
      this.ended = 'window';
    }
  }

  pause = (): void => {
    this.playing = false;
    cancelAnimationFrame(this.#frame);
  };

  toggle = (): void => (this.playing ? this.pause() : this.play());

  zoom = (window: Window, factor: number, around_ms: number): void => {
    this.chosen = zoomed(window, around_ms, factor);
  };
}
