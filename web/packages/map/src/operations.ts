/** The style of what people make: shapes, units, gauges, places of entries; and of what is selected or being picked. */
import type { ExpressionSpecification, LayerSpecification, SourceSpecification } from 'maplibre-gl';
import { collection } from './features.ts';
import { matterLayers, matterSignLayers } from './matters.ts';
import { hueOf, SHAPE_KINDS } from './kinds.ts';
import { FAINT, inkOfSign, SIGN_LINES, signed, signLayers, whole } from './sign_layers.ts';
import type { Palette } from './palette.ts';
import { trafficLayers } from './traffic.ts';
import { among, by, TEXT_FONT, type Grouped } from './styling.ts';

export const OPERATION_SOURCES = ['shapes', 'shape-names', 'matter-areas', 'matters', 'trails', 'traffic', 'units', 'crowds', 'gauges', 'entries', 'mark', 'claims', 'hands', 'sketch'] as const;
export type OperationSource = (typeof OPERATION_SOURCES)[number];

/** Layers a person can click, nearest to the eye first. */
export const CLICKABLE = ['gauges', 'crowds', 'units', 'matters', 'entries', 'sign-points', 'sign-turned', 'shape-points', 'traffic-points', 'sign-ends', ...SIGN_LINES, 'shape-lines', 'shape-lines-planned', 'shape-lines-lapsed', 'matter-lines', 'matter-lines-tentative', 'matter-fills', 'sign-fills', 'shape-fills'] as const;

export function operationSources(): Record<OperationSource, SourceSpecification> {
  const empty = { type: 'geojson', data: collection([]) } as unknown as SourceSpecification;
  const sources = Object.fromEntries(OPERATION_SOURCES.map((name) => [name, { ...empty }])) as Record<OperationSource, SourceSpecification>;
  return { ...sources, trails: { ...empty, lineMetrics: true } as SourceSpecification };
}

const selected: ExpressionSpecification = ['==', ['get', 'id'], ['global-state', 'selected']];

/** Colour of a shape by what it means (SITAC roles), never alone: its kind has a symbol and its name is written. */
const shapeColour = (p: Palette): ExpressionSpecification => by('what', Object.fromEntries(SHAPE_KINDS.map(({ kind }) => [kind, hueOf(kind, p)])), p.grey);

const WOVEN = SHAPE_KINDS.filter(({ weave }) => weave);

/** A pair of numbers that a feature carries. When the engine looks for what is under the pointer it has it as text: no matter then. */
export const pair = (property: string): ExpressionSpecification =>
  ['case', ['==', ['typeof', ['get', property]], 'string'], ['literal', [0, 0]], ['array', 'number', 2, ['get', property]]];
const anchor = ['get', 'anchor'] as ExpressionSpecification;

/** Beside a column a name is one line; under a symbol it is wrapped. */
const wrapped = (ems: number): ExpressionSpecification => ['case', ['==', anchor, 'left'], 40, ems];

const plain: ExpressionSpecification = ['all', whole, ['!', signed]];
const polygon: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon'];
const point: ExpressionSpecification = ['==', ['geometry-type'], 'Point'];
const planned: ExpressionSpecification = ['==', ['get', 'state'], 'planned'];
const noPoint: ExpressionSpecification = ['!', point];
/** What is done or cancelled no longer weighs on what is to be done. */
const past: ExpressionSpecification = ['in', ['get', 'state'], ['literal', ['done', 'cancelled']]];

const lapsed: ExpressionSpecification = ['!=', ['get', 'lapsed'], ''];
/** The name, and under it since when it is to be looked at again. */
const named = (p: Palette): ExpressionSpecification =>
  ['case', lapsed, ['format', ['get', 'label'], {}, '\n', {}, ['get', 'lapsed'], { 'font-scale': 0.9, 'text-color': p.caution }], ['get', 'label']];

function shapeLayers(p: Palette): LayerSpecification[] {
  const colour = shapeColour(p);
  const line = { 'line-color': colour, 'line-opacity': ['case', FAINT, 0.3, past, 0.45, 1] as ExpressionSpecification, 'line-width': ['case', selected, 4, 2.4] as ExpressionSpecification };
  const weave: ExpressionSpecification = ['concat', by('what', Object.fromEntries(WOVEN.map(({ kind, weave: name }) => [kind, name!])), 'hatch'), '|', colour];
  return [
    { id: 'shape-fills', type: 'fill', source: 'shapes', filter: ['all', polygon, plain], paint: { 'fill-color': colour, 'fill-opacity': ['case', FAINT, 0.04, past, 0.05, lapsed, 0.05, planned, 0.07, selected, 0.3, 0.2] } },
    { id: 'shape-hatch', type: 'fill', source: 'shapes', filter: ['all', polygon, plain, among('what', WOVEN.map(({ kind }) => kind))], paint: { 'fill-pattern': weave, 'fill-opacity': ['case', lapsed, 0.2, 0.6] } },
    { id: 'shape-lines', type: 'line', source: 'shapes', filter: ['all', noPoint, plain, ['!', planned], ['!', lapsed]], layout: { 'line-join': 'round' }, paint: line },
    { id: 'shape-lines-planned', type: 'line', source: 'shapes', filter: ['all', noPoint, plain, planned, ['!', lapsed]], paint: { ...line, 'line-dasharray': [3, 2] } },
    { id: 'shape-lines-lapsed', type: 'line', source: 'shapes', filter: ['all', noPoint, plain, lapsed], layout: { 'line-cap': 'round' }, paint: { ...line, 'line-opacity': 0.7, 'line-dasharray': [0.1, 2] } },
    {
      id: 'shape-words', type: 'symbol', source: 'shape-names',
      layout: {
        'text-field': named(p), 'text-font': TEXT_FONT, 'text-size': 12.5, 'text-max-width': 9,
        'text-variable-anchor': ['center', 'top', 'bottom', 'left', 'right'], 'text-radial-offset': 1.4, 'text-justify': 'auto',
      },
      paint: { 'text-color': ['case', signed, inkOfSign(p), colour], 'text-halo-color': p.halo, 'text-halo-width': 1.8, 'text-opacity': ['case', FAINT, 0.4, 1] },
    },
    {
      id: 'shape-points', type: 'symbol', source: 'shapes', filter: ['all', point, plain],
      layout: {
        'icon-image': ['concat', 'shape|', ['get', 'what'], '|', ['get', 'state'], '|', colour, '|', p.halo, '|', ['case', lapsed, p.caution, '']], 'icon-allow-overlap': true, 'icon-offset': pair('offset'),
        'text-field': named(p), 'text-font': TEXT_FONT, 'text-size': 12, 'text-offset': pair('words'), 'text-anchor': anchor, 'text-max-width': wrapped(10), 'text-justify': 'auto', 'text-allow-overlap': true,
      },
      paint: { 'icon-opacity': ['case', FAINT, 0.35, 1], 'text-opacity': ['case', FAINT, 0.4, 1], 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
    },
    ...signLayers(p, selected, pair),
  ];
}

/** Who has a drawing in hand, beside it; the same outline as two people said it; and the drawing being made. */
function draftLayers(p: Palette): LayerSpecification[] {
  const words = (size: number, extra: object = {}): object => ({ 'text-field': ['get', 'words'], 'text-font': TEXT_FONT, 'text-size': size, 'text-allow-overlap': true, 'text-max-width': 16, ...extra });
  const plate = { 'icon-image': `plate|${p.halo}|${p.select}`, 'icon-text-fit': 'both' as const, 'icon-text-fit-padding': [3, 6, 3, 6] as [number, number, number, number], 'icon-allow-overlap': true };
  const halo = { 'text-color': p.select, 'text-halo-color': p.halo, 'text-halo-width': 1.8 };
  const claimed: ExpressionSpecification = ['match', ['get', 'rank'], 0, p.serious, 1, p.select, p.caution];
  return [
    { id: 'claim-first', type: 'line', source: 'claims', filter: ['==', ['get', 'rank'], 0], paint: { 'line-color': claimed, 'line-width': 3 } },
    { id: 'claim-others', type: 'line', source: 'claims', filter: ['>', ['get', 'rank'], 0], paint: { 'line-color': claimed, 'line-width': 3, 'line-dasharray': [2, 1.5] } },
    { id: 'claim-words', type: 'symbol', source: 'claims', layout: { ...words(12, { 'text-offset': [0, -0.9], 'symbol-placement': 'point' }) }, paint: { ...halo, 'text-color': claimed } },
    { id: 'hands', type: 'symbol', source: 'hands', layout: { ...words(12, { 'text-offset': [0, 1.9], 'text-anchor': 'top' }), ...plate }, paint: { 'text-color': p.select } },
    { id: 'sketch-fill', type: 'fill', source: 'sketch', filter: polygon, paint: { 'fill-color': p.select, 'fill-opacity': 0.14 } },
    { id: 'sketch-edge', type: 'line', source: 'sketch', filter: noPoint, layout: { 'line-join': 'round' }, paint: { 'line-color': p.halo, 'line-width': 5 } },
    { id: 'sketch-line', type: 'line', source: 'sketch', filter: noPoint, layout: { 'line-join': 'round' }, paint: { 'line-color': p.select, 'line-width': 2.4 } },
    { id: 'sketch-dots', type: 'circle', source: 'sketch', filter: point, paint: { 'circle-radius': 5, 'circle-color': p.select, 'circle-stroke-color': p.halo, 'circle-stroke-width': 2 } },
    { id: 'sketch-words', type: 'symbol', source: 'sketch', filter: ['all', point, ['has', 'words']], layout: { ...words(13, { 'text-anchor': 'left', 'text-offset': [1.2, -1], 'text-justify': 'left' }), ...plate }, paint: { 'text-color': p.select } },
  ];
}

function unitLayers(p: Palette): LayerSpecification[] {
  const fading: ExpressionSpecification = ['match', ['get', 'stale'], 2, 0.5, 1, 0.75, 1];
  return [
    {
      id: 'trails', type: 'line', source: 'trails', layout: { 'line-cap': 'butt' },
      paint: { 'line-width': ['case', selected, 3.5, 2.4], 'line-gradient': ['interpolate', ['linear'], ['line-progress'], 0, fade(p.text, 0), 1, fade(p.text, 0.85)] },
    },
    { id: 'unit-feet', type: 'circle', source: 'units', filter: ['get', 'moved'], paint: { 'circle-radius': 2.5, 'circle-color': p.text, 'circle-stroke-color': p.halo, 'circle-stroke-width': 1.5 } },
    {
      id: 'unit-courses', type: 'symbol', source: 'units', filter: ['has', 'course'],
      layout: { 'icon-image': `course|${p.text}|${p.halo}`, 'icon-rotate': ['get', 'course'], 'icon-rotation-alignment': 'map', 'icon-offset': [0, -27], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
    {
      id: 'units', type: 'symbol', source: 'units',
      layout: {
        'icon-image': ['concat', 'unit|', ['get', 'what'], '|', ['get', 'code'], '|', ['get', 'state'], '|', p.text, '|', p.halo, '|', ['case', selected, p.select, '']],
        'icon-allow-overlap': true, 'icon-offset': pair('offset'),
        'text-field': ['case', ['==', ['get', 'seen'], ''], ['get', 'label'], ['format', ['get', 'label'], {}, '\n', {}, ['get', 'seen'], { 'font-scale': 0.88, 'text-color': p.caution }]],
        'text-font': TEXT_FONT, 'text-size': 12, 'text-offset': pair('words'), 'text-anchor': anchor, 'text-justify': 'auto', 'text-allow-overlap': true, 'text-max-width': wrapped(14),
      },
      paint: { 'icon-opacity': fading, 'text-opacity': fading, 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.8 },
    },
    {
      id: 'crowds', type: 'symbol', source: 'crowds',
      layout: { 'icon-image': ['concat', 'crowd|', ['get', 'count'], `|${p.text}|${p.halo}`], 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'icon-offset': pair('offset') },
    },
  ];
}

/** A colour of six hexadecimal digits, made lighter on the ground under it. */
const fade = (colour: string, opacity: number): string =>
  `rgba(${[1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)).join(', ')}, ${opacity})`;

function gaugeLayers(p: Palette): LayerSpecification[] {
  const colour: ExpressionSpecification = ['match', ['get', 'severity'], 'critical', p.critical, 'serious', p.serious, 'caution', p.caution, 'normal', p.normal, p.unknown];
  return [
    { id: 'gauge-ring', type: 'circle', source: 'gauges', filter: selected, paint: { 'circle-radius': 20, 'circle-color': 'transparent', 'circle-stroke-color': p.select, 'circle-stroke-width': 2 } },
    {
      id: 'gauges', type: 'symbol', source: 'gauges',
      layout: {
        'icon-image': ['concat', 'gauge|', ['get', 'severity'], '|', colour, '|', p.halo], 'icon-allow-overlap': true,
        'text-field': [
          'format', ['get', 'value'], { 'font-scale': 1.2 }, ['image', ['concat', 'trend|', ['get', 'trend'], '|', p.text, '|', p.halo]], {}, '\n', {},
          ['get', 'word'], { 'font-scale': 0.88, 'text-color': colour }, '\n', {}, ['get', 'name'], { 'font-scale': 0.85 },
        ], 'text-font': TEXT_FONT, 'text-size': 13,
        'text-anchor': 'left', 'text-offset': [1.2, 0], 'text-justify': 'left', 'text-max-width': 14, 'text-allow-overlap': true,
      },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.8 },
    },
  ];
}

function entryLayers(p: Palette): LayerSpecification[] {
  return [
    {
      id: 'entries', type: 'symbol', source: 'entries',
      layout: { 'icon-image': ['concat', 'entry|', ['case', selected, p.select, p.text], '|', p.halo], 'icon-allow-overlap': true, 'icon-offset': pair('offset') },
    },
    { id: 'mark', type: 'symbol', source: 'mark', layout: { 'icon-image': `mark|${p.select}|${p.halo}`, 'icon-allow-overlap': true } },
  ];
}

export function operationLayers(p: Palette): Grouped[] {
  const grouped = (group: Grouped['group'], layers: LayerSpecification[]): Grouped[] => layers.map((layer) => ({ group, layer }));
  return [
    ...grouped('shapes', shapeLayers(p)),
    ...grouped('traffic', trafficLayers(p)),
    ...grouped('incidents', [...matterLayers(p), ...matterSignLayers(p, pair)]),
    ...grouped('entries', entryLayers(p).slice(0, 1)),
    ...grouped('resources', unitLayers(p)),
    ...grouped('sensors', gaugeLayers(p)),
    ...grouped(null, [...entryLayers(p).slice(1), ...draftLayers(p)]),
  ];
}
