/** Moving in time, from the keyboard and the palette. */
import { dateTime, t } from '@garance/kit';
import { MINUTE, WIDTHS_MIN } from '@garance/time';
import type { Action } from '../actions.ts';
import { maySteer } from '../state/clock.ts';
import { lasting } from '../state/windows.ts';
import type { Workbench } from '../state/workbench.svelte.ts';

/** The notice of the last mark gone to: the next one takes its place. */
let told = 0;

/** Looks at a sensor or a level where it changed, and says what changed there. */
function toMark(bench: Workbench, direction: 1 | -1): void {
  const mark = bench.desk.timeline.stepMark(direction);
  bench.dismiss(told);
  told = bench.notify(mark ? `${dateTime(mark.at_ms)} · ${mark.words}` : t(direction === 1 ? 'mark.none-after' : 'mark.none-before'));
}

function focus(id: string): void {
  const field = document.getElementById(id);
  field?.focus();
  if (field instanceof HTMLInputElement) field.select();
}

export function timeActions(bench: Workbench): Action[] {
  const { desk } = bench;
  const { conductor } = desk;
  const move = (minutes: number): void => conductor.seek(conductor.shown_ms + minutes * MINUTE);
  return [
    { id: 'live', words: t('conductor.go-live'), keys: 'd', run: conductor.goLive },
    { id: 'play', words: t('conductor.play'), keys: 'Space', run: conductor.toggle },
    { id: 'previous', words: t('conductor.previous'), keys: ',', run: () => desk.timeline.stepFact(-1) },
    { id: 'next', words: t('conductor.next'), keys: '.', run: () => desk.timeline.stepFact(1) },
    { id: 'ten-before', words: t('conductor.ten-before'), keys: '<', run: () => move(-10) },
    { id: 'ten-after', words: t('conductor.ten-after'), keys: '>', run: () => move(10) },
    { id: 'mark-before', words: t('mark.before'), keys: 'J', run: () => toMark(bench, -1) },
    { id: 'mark-after', words: t('mark.after'), keys: 'j', run: () => toMark(bench, 1) },
    { id: 'go-to', words: t('conductor.go-to'), keys: 'g', run: () => focus('go-to') },
    { id: 'pin', words: t(bench.pinned ? 'pin.release' : 'pin.panel-now'), keys: 't', run: bench.pin },
    { id: 'window-whole', words: t('window.whole-long'), run: conductor.whole },
    ...WIDTHS_MIN.map((minutes) => ({ id: `window-${minutes}`, words: t('window.last-long', { width: lasting(minutes * MINUTE) }), run: () => conductor.look({ kind: 'last', width_ms: minutes * MINUTE }) })),
    { id: 'window-fixed', words: t('window.choose-long'), run: () => (conductor.choosing = true) },
    { id: 'by-occurred', words: t('by.occurred.long'), run: () => desk.rule('occurred') },
    { id: 'by-recorded', words: t('by.recorded.long'), run: () => desk.rule('recorded') },
    ...desk.timeline.gauges.map((series) => ({ id: `curve-${series.id}`, words: t('curve.show', { series: series.name }), run: () => (desk.timeline.chosen = series.id) })),
    ...(maySteer(desk) ? [{ id: 'clock', words: t('clock.title'), run: () => (bench.clock = true) }] : []),
  ];
}
