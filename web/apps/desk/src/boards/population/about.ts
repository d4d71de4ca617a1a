/** What counts are about: the whole situation, or one of its things. */
import { t } from '@garance/kit';
import type { Desk } from '../../state/desk.svelte.ts';
import { isMatter, titleOf } from '../matters.ts';

export const aboutWords = (desk: Desk, about: string): string => {
  if (about === desk.id) return t('toll.whole');
  const thing = desk.picture.things.find((one) => one.id === about && isMatter(one));
  return thing ? titleOf(thing) : t('toll.about-hidden');
};
