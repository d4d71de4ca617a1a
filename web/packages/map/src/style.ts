/** The whole map, from the ground up. */
import type { Territory } from '@garance/client';
import { DEPTHS_LAYER } from './depths.ts';
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
  const lies = ({ layer }: Grouped): boolean => layer.type === 'fill' || (layer.type === 'line' && /^(shape|matter)-/.test(layer.id));
  return [...withDepths(flat), ...people.filter(lies), ...volumes, ...words, ...people.filter((each) => !lies(each))];
}

/** What must stay over simulated water: what is mapped of a past flood, then planning, buildings, ways, limits, defences. */
const OVER_WATER = /^(past-|buildings|communes-|roads-|railways-|networks-|planning-|defences-)/;

function withDepths(flat: readonly Grouped[]): Grouped[] {
  const found = flat.findIndex(({ layer }) => OVER_WATER.test(layer.id));
  const at = found < 0 ? flat.length : found;
  return [...flat.slice(0, at), { group: 'depths', layer: { id: DEPTHS_LAYER, type: 'raster', source: DEPTHS_LAYER }, late: true }, ...flat.slice(at)];
}
