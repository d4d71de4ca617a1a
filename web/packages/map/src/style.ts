/** The whole map, from the ground up. */
import type { Territory } from '@garance/client';
import { groundLayers } from './ground.ts';
import { operationLayers } from './operations.ts';
import type { Palette } from './palette.ts';
import type { Grouped } from './styling.ts';

/**
 * What people draw lies on the ground, under the volumes and under every word: a zone must not veil the name of the
 * school in it. Their symbols and their own words come last, over all the rest.
 */
export function wholeStyle(territory: Territory | null, palette: Palette): Grouped[] {
  const { flat, volumes, words } = groundLayers(territory, palette);
  const people = operationLayers(palette);
  const lies = ({ layer }: Grouped): boolean => layer.type === 'fill' || (layer.type === 'line' && layer.id.startsWith('shape-'));
  return [...flat, ...people.filter(lies), ...volumes, ...words, ...people.filter((each) => !lies(each))];
}
