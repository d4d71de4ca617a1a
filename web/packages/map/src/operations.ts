/** The style of what people make: shapes, units, gauges, places of entries; and of what is selected or being picked. */
import type { ExpressionSpecification, LayerSpecification, SourceSpecification } from 'maplibre-gl';
import { collection } from './features.ts';
import { TEXT_FONT, type Grouped } from './ground.ts';
import type { Palette } from './palette.ts';

export const OPERATION_SOURCES = ['shapes', 'trails', 'units', 'gauges', 'entries', 'mark'] as const;
export type OperationSource = (typeof OPERATION_SOURCES)[number];

/** Layers a person can click, nearest to the eye first. */
export const CLICKABLE = ['gauges', 'units', 'entries', 'shape-points', 'shape-lines', 'shape-fills'] as const;

export function operationSources(): Record<OperationSource, SourceSpecification> {
  const empty = { type: 'geojson', data: collection([]) } as unknown as SourceSpecification;
  return Object.fromEntries(OPERATION_SOURCES.map((name) => [name, { ...empty }])) as Record<OperationSource, SourceSpecification>;
}

const selected: ExpressionSpecification = ['==', ['get', 'id'], ['global-state', 'selected']];

/** Colour of a shape by what it means (SITAC roles), never alone: its kind has a symbol and its name is written. */
function shapeColour(p: Palette): ExpressionSpecification {
  return [
    'match', ['get', 'what'],
    'flooded-area', p.flood, 'breach', p.orange, 'perimeter', p.red, 'road-cut', p.red,
    'evacuation-zone', p.green2, 'reception-centre', p.green2, 'command-post', p.violet, p.grey,
  ];
}

const polygon: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon'];
const point: ExpressionSpecification = ['==', ['geometry-type'], 'Point'];
const planned: ExpressionSpecification = ['==', ['get', 'state'], 'planned'];
const noPoint: ExpressionSpecification = ['!', point];

function shapeLayers(p: Palette): LayerSpecification[] {
  const colour = shapeColour(p);
  const line = { 'line-color': colour, 'line-width': ['case', selected, 4, 2.4] as ExpressionSpecification };
  return [
    { id: 'shape-fills', type: 'fill', source: 'shapes', filter: polygon, paint: { 'fill-color': colour, 'fill-opacity': ['case', planned, 0.07, selected, 0.3, 0.2] } },
    { id: 'shape-hatch', type: 'fill', source: 'shapes', filter: ['all', polygon, ['==', ['get', 'what'], 'flooded-area']], paint: { 'fill-pattern': `hatch|${p.flood}`, 'fill-opacity': 0.6 } },
    { id: 'shape-lines', type: 'line', source: 'shapes', filter: ['all', noPoint, ['!', planned]], layout: { 'line-join': 'round' }, paint: line },
    { id: 'shape-lines-planned', type: 'line', source: 'shapes', filter: ['all', noPoint, planned], paint: { ...line, 'line-dasharray': [3, 2] } },
    {
      id: 'shape-points', type: 'symbol', source: 'shapes', filter: point,
      layout: {
        'icon-image': ['concat', 'shape|', ['get', 'what'], '|', ['get', 'state'], '|', colour, '|', p.halo], 'icon-allow-overlap': true,
        'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'text-size': 12, 'text-offset': [0, 1.3], 'text-anchor': 'top', 'text-optional': true,
      },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
    },
    {
      id: 'shape-words', type: 'symbol', source: 'shapes', filter: noPoint,
      layout: {
        'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'text-size': 12.5, 'text-max-width': 9,
        'text-variable-anchor': ['center', 'top', 'bottom', 'left', 'right'], 'text-radial-offset': 1.4, 'text-justify': 'auto',
      },
      paint: { 'text-color': colour, 'text-halo-color': p.halo, 'text-halo-width': 1.8 },
    },
  ];
}

function unitLayers(p: Palette): LayerSpecification[] {
  const fading: ExpressionSpecification = ['match', ['get', 'stale'], 2, 0.45, 1, 0.75, 1];
  return [
    { id: 'trails', type: 'line', source: 'trails', layout: { 'line-cap': 'round' }, paint: { 'line-color': p.text, 'line-width': ['case', selected, 2.5, 1.2], 'line-opacity': 0.4, 'line-dasharray': [1, 2] } },
    { id: 'unit-ring', type: 'circle', source: 'units', filter: selected, paint: { 'circle-radius': 22, 'circle-color': 'transparent', 'circle-stroke-color': p.select, 'circle-stroke-width': 2, 'circle-pitch-alignment': 'map' } },
    {
      id: 'units', type: 'symbol', source: 'units',
      layout: {
        'icon-image': ['concat', 'unit|', ['get', 'what'], '|', ['get', 'state'], '|', p.text, '|', p.halo], 'icon-allow-overlap': true,
        'text-field': ['concat', ['get', 'name'], ['match', ['get', 'stale'], 2, ' ?', '']], 'text-font': TEXT_FONT, 'text-size': 12, 'text-offset': [0, 1.15], 'text-anchor': 'top', 'text-optional': true,
      },
      paint: { 'icon-opacity': fading, 'text-opacity': fading, 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
    },
  ];
}

function gaugeLayers(p: Palette): LayerSpecification[] {
  const colour: ExpressionSpecification = ['match', ['get', 'severity'], 'critical', p.critical, 'serious', p.serious, 'caution', p.caution, 'normal', p.normal, p.unknown];
  return [
    { id: 'gauge-ring', type: 'circle', source: 'gauges', filter: selected, paint: { 'circle-radius': 20, 'circle-color': 'transparent', 'circle-stroke-color': p.select, 'circle-stroke-width': 2 } },
    {
      id: 'gauges', type: 'symbol', source: 'gauges',
      layout: {
        'icon-image': ['concat', 'gauge|', ['get', 'severity'], '|', colour, '|', p.halo], 'icon-allow-overlap': true,
        'text-field': ['format', ['get', 'value'], { 'font-scale': 1.15 }, '\n', {}, ['get', 'name'], { 'font-scale': 0.85 }], 'text-font': TEXT_FONT, 'text-size': 13,
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
      layout: { 'icon-image': ['concat', 'entry|', ['case', selected, p.select, p.text], '|', p.halo], 'icon-allow-overlap': true, 'icon-anchor': 'bottom' },
    },
    { id: 'mark', type: 'symbol', source: 'mark', layout: { 'icon-image': `mark|${p.select}|${p.halo}`, 'icon-allow-overlap': true } },
  ];
}

export function operationLayers(p: Palette): Grouped[] {
  const grouped = (group: Grouped['group'], layers: LayerSpecification[]): Grouped[] => layers.map((layer) => ({ group, layer }));
  return [
    ...grouped('shapes', shapeLayers(p)),
    ...grouped('entries', entryLayers(p).slice(0, 1)),
    ...grouped('resources', unitLayers(p)),
    ...grouped('sensors', gaugeLayers(p)),
    ...grouped(null, entryLayers(p).slice(1)),
  ];
}
