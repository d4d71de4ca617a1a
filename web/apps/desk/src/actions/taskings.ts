/** What the keyboard and the palette do to missions, orders, sheets and posts. */
import { t } from '@garance/kit';
import type { Action } from '../actions.ts';
import type { Workbench } from '../state/workbench.svelte.ts';

export function taskingActions({ desk, tasks }: Workbench): Action[] {
  const home = (): void => {
    desk.axis = 'conduct';
    desk.tab = 'home';
  };
  return [
    { id: 'my-post', words: t('home.go'), keys: 'H', run: home },
    ...(tasks.may('missions.request') ? [{ id: 'mission', words: t(desk.selection ? 'mission.from-selection' : 'mission.new'), keys: 'M', run: tasks.beginFromSelection }] : []),
    ...(tasks.may('orders.give') ? [{ id: 'order', words: t('order.new'), run: tasks.beginOrder }] : []),
    ...(tasks.may('missions.carry') ? [{ id: 'sheet', words: t('sheet.open'), run: tasks.chooseSheet }, { id: 'handover', words: t('handover.give'), run: tasks.handOver }] : []),
  ];
}
