/** What every part of the style is written with: one maker for each layer of a pack, and short ways of saying expressions. */
import type { TerritoryLayer } from '@garance/client';
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import type { GroupId } from './groups.ts';
import type { Palette } from './palette.ts';

/** A layer of the style, and the group that shows or hides it. One that is `late` only holds its place: it is put there when there is something to draw. */
export type Grouped = { group: GroupId | null; layer: LayerSpecification; late?: true };

/** Draws one layer of the pack. */
export type Maker = (layer: TerritoryLayer, p: Palette) => Grouped[];

export const TEXT_FONT = ['Atkinson'];
export const TILES = 'territory';
/** The same tiles read no deeper than zoom 7, where a commune lies in one tile: its name is written once. */
export const NAMES = 'territory-names';

/** What every layer of the territory begins with. */
export const from = (name: string, source = TILES): { source: string; 'source-layer': string } => ({ source, 'source-layer': name });

export const grouped = (group: GroupId | null, ...layers: LayerSpecification[]): Grouped[] => layers.map((layer) => ({ group, layer }));

/** A value for each word of a property. */
export const by = (property: string, choices: Record<string, string | number>, otherwise: string | number): ExpressionSpecification =>
  ['match', ['get', property], ...Object.entries(choices).flat(), otherwise] as unknown as ExpressionSpecification;

/** Whether a property is one of these words. */
export const among = (property: string, words: readonly string[]): ExpressionSpecification =>
  ['match', ['get', property], words, true, false] as unknown as ExpressionSpecification;

/** A number that grows with zoom, as the ground does. */
export const zoomed = (...stops: [number, number | ExpressionSpecification][]): ExpressionSpecification =>
  ['interpolate', ['exponential', 1.5], ['zoom'], ...stops.flat()] as unknown as ExpressionSpecification;

/** Only from the zoom that this number says, feature by feature. */
export const seenFrom = (zoom: ExpressionSpecification): ExpressionSpecification => ['>=', ['zoom'], zoom];

/** Words on the map: one typeface, a halo of the ground's own colour. */
export const ink = (colour: string | ExpressionSpecification, p: Palette, halo = 1.4): { 'text-color': string | ExpressionSpecification; 'text-halo-color': string; 'text-halo-width': number } => ({
  'text-color': colour, 'text-halo-color': p.halo, 'text-halo-width': halo,
});
