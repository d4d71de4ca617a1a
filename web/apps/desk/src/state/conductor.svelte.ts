/** The one clock that rules every view: live or replay, by what was known or by what was established. */
import { storyTime, type By, type ExerciseClock } from '@garance/client';
import { SPEEDS, zoomed, type Window } from '@garance/time/axis.ts';

export class Conductor {
  live = $state(true);
  by = $state<By>('occurred');
  playing = $state(false);
  speed = $state<number>(60);
  /** The window a person chose; null while it follows the facts. */
  chosen = $state.raw<Window | null>(null);
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
    this.live = true;
    if (this.by === 'recorded') this.chosen = null;
    this.by = 'occurred';
  };

  seek = (ms: number): void => {
    if (ms >= this.now_ms) {
      this.goLive();
      return;
    }
    this.#shown_ms = ms;
    this.live = false;
  };

  /** Shows that instant whatever now is: a link may be opened before the clock is known. */
  hold(ms: number): void {
    this.#shown_ms = ms;
    this.live = false;
  }

  /** Changes which time rules; `same` is where to look then, on the other time. */
  rule(by: By, same: (shown_ms: number) => number): void {
    if (by === this.by) return;
    const shown_ms = same(this.shown_ms);
    this.by = by;
    this.chosen = null;
    if (!this.live) this.#shown_ms = shown_ms;
  }

  play = (): void => {
    if (this.live) return;
    this.playing = true;
    let before = performance.now();
    const step = (now: number): void => {
      if (!this.playing) return;
      this.seek(this.#shown_ms + (now - before) * this.speed);
      before = now;
      this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  };

  pause = (): void => {
    this.playing = false;
    cancelAnimationFrame(this.#frame);
  };

  toggle = (): void => (this.playing ? this.pause() : this.play());

  faster = (): void => {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed as (typeof SPEEDS)[number]) + 1) % SPEEDS.length]!;
  };

  zoom = (window: Window, factor: number, around_ms: number): void => {
    this.chosen = zoomed(window, around_ms, factor);
  };
}
