/** The counts of people about one thing: what they are about, and what whoever counts has on screen. */
import { t } from '@garance/kit';
import type { Desk } from '../../state/desk.svelte.ts';
import { isMatter, titleOf } from '../matters.ts';
import { thingOf } from '../things.ts';

/** As many as a command may name. */
const MOST = 32;

/** The counts of that category on screen: what somebody who counts, or settles, knows of. The others are not theirs to follow. */
export const knownOf = (desk: Desk, about: string, category: string): string[] =>
  Object.values(thingOf(desk.picture, 'toll', about)?.said ?? {}).filter(({ value }) => value['category'] === category).map(({ fact }) => fact).slice(-MOST);

/** The whole situation, or one of its things. */
export const aboutWords = (desk: Desk, about: string): string => {
  if (about === desk.id) return t('toll.whole');
  const thing = desk.picture.things.find((one) => one.id === about && isMatter(one));
  return thing ? titleOf(thing) : t('toll.about-hidden');
};
