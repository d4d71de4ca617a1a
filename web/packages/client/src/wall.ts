/** A wall screen going from view to view by itself, standing still while somebody is in front of it, led by a briefing. */
import { parseInstant } from './instant.ts';
import type { Thing } from './things.ts';
import type { Author } from './wire.ts';

export type Stop = { id: string; dwell_s: number };
type After = (delay_ms: number, task: () => void) => () => void;

/** After the last touch or move, the wall waits this long before going on. */
export const HELD_MS = 30_000;

export class Cycle {
  readonly #after: After;
  readonly #turn: (id: string) => void;
  readonly #holding: (held: boolean) => void;
  #stops: readonly Stop[] = [];
  #current: string | null = null;
  #cancel: () => void = () => undefined;
  #held = false;
  /** The view of whoever leads a briefing; null while the wall goes by itself. */
  #led: string | null = null;

  /** `turn` is told which view to show, `holding` whether somebody holds it; `after` runs a task later, and answers how to cancel it. */
  constructor(turn: (id: string) => void, after: After, holding: (held: boolean) => void = () => undefined) {
    this.#turn = turn;
    this.#after = after;
    this.#holding = holding;
  }

  get held(): boolean {
    return this.#held;
  }

  #hold(held: boolean): void {
    if (held !== this.#held) this.#holding(held);
    this.#held = held;
  }

  get current(): string | null {
    return this.#current;
  }

  /** The views to go through, in order. The one shown stays while it is among them. */
  follow(stops: readonly Stop[]): void {
    const left = this.#stops.findIndex(({ id }) => id === this.#current);
    this.#stops = stops;
    if (this.#led !== null) return;
    if (stops.some(({ id }) => id === this.#current)) {
      if (!this.#held) this.#wait();
    } else if (stops.length === 0) this.stop();
    else this.#show(Math.max(0, left) % stops.length);
  }

  /** Shows the view of whoever leads, at once and for as long as they stay on it; null gives the wall back to its round. */
  lead(view: string | null): void {
    if (view === this.#led) return;
    this.#led = view;
    this.#cancel();
    this.#hold(false);
    if (view === null) return this.follow(this.#stops);
    this.#current = view;
    this.#turn(view);
  }

  /** Somebody touches or moves the mouse: the view stays until they have been still for a while. */
  touch(): void {
    if (this.#led !== null) return;
    this.#hold(true);
    this.#cancel();
    this.#cancel = this.#after(HELD_MS, () => {
      this.#hold(false);
      this.#wait();
    });
  }

  stop(): void {
    this.#led = null;
    this.#cancel();
    this.#cancel = () => undefined;
    this.#current = null;
    this.#hold(false);
  }

  #show(index: number): void {
    this.#current = this.#stops[index]!.id;
    this.#turn(this.#current);
    if (!this.#held) this.#wait();
  }

  #wait(): void {
    this.#cancel();
    const index = this.#stops.findIndex(({ id }) => id === this.#current);
    if (this.#stops.length < 2 || index < 0) return;
    this.#cancel = this.#after(this.#stops[index]!.dwell_s * 1000, () => this.#show((index + 1) % this.#stops.length));
  }
}

/** Which views a wall goes through: the one asked for, those chosen in that order, or all of them. */
export function stopsOf<T extends Stop>(params: URLSearchParams, views: readonly T[]): T[] {
  const chosen = (params.get('kiosk') || params.get('view') || '').split(',').filter(Boolean);
  if (chosen.length === 0) return [...views];
  return chosen.flatMap((id) => views.find((view) => view.id === id) ?? []);
}

/** A briefing nobody moved for so long is left: walls go by themselves again. */
export const LED_MS = 60 * 60_000;

/** A briefing as it stands: the view shown, by whom. */
export type Led = { briefing: string; view: string; author: Author };

/** The briefing that walls follow at that hour of the node: of those not over, the one moved last. */
export function ledAmong(things: readonly Thing[], now_ms: number): Led | null {
  const open = things.flatMap(({ kind, id, ended, said }) => (kind === 'briefing' && !ended && said['view'] ? [{ id, step: said['view'] }] : []))
    .filter(({ step }) => now_ms - parseInstant(step.recorded_at) < LED_MS)
    .sort((a, b) => parseInstant(b.step.recorded_at) - parseInstant(a.step.recorded_at) || (a.step.fact < b.step.fact ? 1 : -1));
  const last = open[0];
  return last ? { briefing: last.id, view: String(last.step.value['view']), author: last.step.author } : null;
}
