/** The right panel held at its own instant, while the map goes on: two instants side by side. */
import { Conductor } from './conductor.svelte.ts';
import type { Desk } from './desk.svelte.ts';
import { Sight } from './sight.svelte.ts';

const SEEN = ['picture', 'entries', 'units', 'readings'] as const;

export class Pinned {
  readonly conductor: Conductor;
  readonly sight: Sight;
  /** The same desk, seen at the pinned instant: panels need not know. */
  readonly desk: Desk;

  constructor(desk: Desk) {
    const { conductor } = desk;
    this.conductor = new Conductor(() => desk.real_now_ms, () => desk.exerciseClock);
    this.conductor.by = conductor.by;
    this.conductor.lens = conductor.lens;
    this.conductor.hold(conductor.shown_ms);
    this.sight = new Sight(desk, this.conductor);
    this.desk = seenAt(desk, this.conductor, this.sight);
  }

  /** Moves the panel by some minutes, never past now. */
  shift(by_ms: number): void {
    this.conductor.hold(Math.min(this.conductor.shown_ms + by_ms, this.conductor.now_ms));
  }
}

/** Only what depends on the instant is replaced; everything else, and every gesture, is the desk's own. */
function seenAt(desk: Desk, conductor: Conductor, sight: Sight): Desk {
  return new Proxy(desk, {
    get(target, key) {
      if (key === 'conductor') return conductor;
      if (key === 'sight') return sight;
      const seen = SEEN.find((name) => name === key);
      if (seen) return sight[seen];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}
