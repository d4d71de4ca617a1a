/** The exercise clock, as someone who steers moves it for everybody. */
import { formatInstant } from '@garance/client';
import type { Desk } from './desk.svelte.ts';
import type { Workbench } from './workbench.svelte.ts';

/** Speeds offered: story seconds per real second. */
export const PACES = [0.5, 1, 2, 5, 10, 30, 60, 120, 300] as const;

/** Whether this person may move the clock here. In an actual situation there is none. */
export const maySteer = (desk: Desk): boolean => desk.mode !== 'actual' && desk.can('situation.steer') && desk.current?.status !== 'closed';

/** The last pace that was not a pause: what resuming means. */
export function lastPace(desk: Desk): number {
  const set = desk.journal.all('recorded').findLast((fact) => fact.name === 'situation.clock-set.v1' && Number(fact.body?.['speed']) > 0);
  return Number(set?.body?.['speed'] ?? 1);
}

/** Sets everybody's clock; the server dates the change and refuses what it must. */
export function setClock(bench: Workbench, story_ms: number, speed: number): Promise<boolean> {
  const { desk } = bench;
  const body = { story_at: formatInstant(Math.round(story_ms)), real_at: formatInstant(Math.round(desk.clock.now_ms())), speed };
  return bench.give('situation.set-clock', body, { follows: desk.current?.follows ?? [] });
}
