/** The style of drawings that wear a symbol of a charter: strokes, marks along lines, ends of lines, points. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import type { Palette } from './palette.ts';
import { DASHES, SPACINGS, type Dash } from './signing.ts';
import { TEXT_FONT } from './styling.ts';

export const signed: ExpressionSpecification = ['!=', ['coalesce', ['get', 'sign'], ''], ''];
export const whole: ExpressionSpecification = ['!', ['has', 'part']];
/** Of a course of action that is not the one looked at. */
export const FAINT: ExpressionSpecification = ['==', ['get', 'faint'], true];

/** Layers of signed drawings that a person can click. */
export const SIGN_LINES = [...Object.keys(DASHES).map((dash) => `sign-lines-${dash}`), ...Object.keys(SPACINGS).map((spacing) => `sign-along-${spacing}`)];

export const groundOf = (p: Palette): 'light' | 'dark' => (p.halo === '#ffffff' ? 'light' : 'dark');
export const inkOfSign = (p: Palette): ExpressionSpecification => ['get', `ink_${groundOf(p)}`];

const noPoint: ExpressionSpecification = ['!=', ['geometry-type'], 'Point'];
const point: ExpressionSpecification = ['==', ['geometry-type'], 'Point'];
const polygon: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon'];
const turns: ExpressionSpecification = ['==', ['get', 'turns'], true];
const tint: ExpressionSpecification = ['match', ['get', 'fill'], 'tint', 0.17, 'hatch', 0.06, 0];
const whether = (condition: ExpressionSpecification, one: number | ExpressionSpecification, other: number | ExpressionSpecification): ExpressionSpecification => ['case', condition, one, other] as ExpressionSpecification;

/** What is done or cancelled is fainter, and what is of another course fainter still. */
const strength: ExpressionSpecification = ['case', FAINT, 0.3, ['in', ['get', 'state'], ['literal', ['done', 'cancelled']]], 0.55, 1];

export function signLayers(p: Palette, selected: ExpressionSpecification, pair: (property: string) => ExpressionSpecification): LayerSpecification[] {
  const ink = inkOfSign(p);
  const image = (...parts: (string | ExpressionSpecification)[]): ExpressionSpecification => ['concat', ...parts.flatMap((part, index) => (index === 0 ? [part] : ['|', part]))] as unknown as ExpressionSpecification;
  const state = ['get', 'state'] as ExpressionSpecification;
  const part = (which: string | ExpressionSpecification): ExpressionSpecification => image('part', ['get', 'sign'], which, state, groundOf(p), p.halo);
  const turned = { 'icon-rotate': ['get', 'turn'] as ExpressionSpecification, 'icon-rotation-alignment': 'map' as const };
  const free = { 'icon-allow-overlap': true, 'icon-ignore-placement': true };
  const lines = (Object.keys(DASHES) as Dash[]).map((dash): LayerSpecification => ({
    id: `sign-lines-${dash}`, type: 'line', source: 'shapes', filter: ['all', noPoint, signed, ['==', ['get', 'dash'], dash]],
    layout: { 'line-join': 'round', 'line-cap': dash === 'dots' || dash === 'sparse' ? 'round' : 'butt' },
    paint: {
      'line-color': ink, 'line-width': whether(selected, ['+', ['get', 'width'], 2], ['get', 'width']), 'line-gap-width': ['get', 'gap'], 'line-opacity': strength,
      ...(DASHES[dash] ? { 'line-dasharray': [...DASHES[dash]] } : {}),
    },
  }));
  const along = Object.entries(SPACINGS).map(([spacing, every_px]): LayerSpecification => ({
    id: `sign-along-${spacing}`, type: 'symbol', source: 'shapes', filter: ['all', noPoint, signed, ['==', ['get', 'spacing'], spacing]],
    layout: { 'symbol-placement': 'line', 'symbol-spacing': every_px, 'icon-image': part('along'), 'icon-padding': 0, 'icon-rotation-alignment': 'map', 'icon-keep-upright': false, ...free },
    paint: { 'icon-opacity': strength },
  }));
  const points = (id: string, which: ExpressionSpecification, way: object): LayerSpecification => ({
    id, type: 'symbol', source: 'shapes', filter: ['all', point, signed, whole, which],
    layout: {
      'icon-image': image('sign', ['get', 'sign'], state, groundOf(p), p.halo, ['get', 'text']), 'icon-pitch-alignment': 'viewport', ...way, ...free, 'icon-offset': pair('offset'),
      'text-field': ['get', 'label'], 'text-font': TEXT_FONT, 'text-size': 12.5, 'text-offset': pair('words'), 'text-anchor': ['get', 'anchor'], 'text-allow-overlap': true, 'text-max-width': 12,
      'icon-size': whether(selected, 1.2, 1),
    },
    paint: { 'icon-opacity': strength, 'text-opacity': strength, 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.8 },
  });
  return [
    { id: 'sign-fills', type: 'fill', source: 'shapes', filter: ['all', polygon, signed], paint: { 'fill-color': ink, 'fill-opacity': whether(FAINT, 0.04, whether(selected, ['+', tint, 0.1], tint)) } },
    { id: 'sign-hatch', type: 'fill', source: 'shapes', filter: ['all', polygon, signed, ['==', ['get', 'fill'], 'hatch']], paint: { 'fill-pattern': image('hatch', ink), 'fill-opacity': whether(FAINT, 0.15, 0.5) } },
    ...lines,
    ...along,
    { id: 'sign-ends', type: 'symbol', source: 'shapes', filter: ['all', point, ['has', 'part']], layout: { 'icon-image': part(['get', 'part']), ...turned, ...free }, paint: { 'icon-opacity': strength } },
    points('sign-points', ['!', turns], { 'icon-rotation-alignment': 'viewport' }),
    points('sign-turned', turns, turned),
  ];
}
