/** The axes of the work, the tabs of the panel, and which of them shows each kind of thing. */
import type { Selection } from '@garance/map';

export const AXES = ['watch', 'anticipate', 'prepare', 'conduct', 'analyse', 'inform'] as const;
export type Axis = (typeof AXES)[number];
/** Four columns and two rows: what one does and writes above, what one follows below. */
export const TABS = ['home', 'logbook', 'missions', 'resources', 'incidents', 'population', 'shapes', 'sensors'] as const;
export type Tab = (typeof TABS)[number];

export const TAB_OF: Record<Selection['kind'], Tab> = {
  entry: 'logbook', resource: 'resources', shape: 'shapes', series: 'sensors', incident: 'incidents', outage: 'incidents',
  zone: 'population', centre: 'population', mission: 'missions', sheet: 'missions', order: 'missions', demand: 'resources',
};

const placeOf = (person: string): string => `garance.tab.${person}`;

/** The tab that this person chose last on this device. */
export function keptTab(person: string): Tab | null {
  const kept = localStorage.getItem(placeOf(person));
  return TABS.find((tab) => tab === kept) ?? null;
}

export const keepTab = (person: string, tab: Tab): void => localStorage.setItem(placeOf(person), tab);
