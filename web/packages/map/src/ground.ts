/** The style of the territory: sources and layers, from the ground up, for whatever layers its pack has. */
import type { Territory, TerritoryLayer } from '@garance/client';
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, SourceSpecification } from 'maplibre-gl';
import type { GroupId } from './groups.ts';
import type { Palette } from './palette.ts';

/** A layer of the style, and the group that shows or hides it. */
export type Grouped = { group: GroupId | null; layer: LayerSpecification };

export const TEXT_FONT = ['Atkinson'];
const TILES = 'territory';
/** The same tiles read no deeper than zoom 7, where a commune lies in one tile: its name is written once. */
const NAMES = 'territory-names';

const OUTSIDE = 'outside';

/** The world but that box. */
function around([west, south, east, north]: Territory['bbox']): object {
  const world = [[-179, -84], [179, -84], [179, 84], [-179, 84], [-179, -84]];
  const hole = [[west, south], [west, north], [east, north], [east, south], [west, south]];
  return { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [world, hole] } };
}

/** `resolve` turns an address of the manifest into a full one. */
export function groundSources(territory: Territory | null, resolve: (path: string) => string): Record<string, SourceSpecification> {
  if (territory === null) return {};
  const sources: Record<string, SourceSpecification> = {
    [TILES]: { type: 'vector', url: `pmtiles://${resolve(territory.basemap)}`, attribution: territory.attribution },
  };
  sources[NAMES] = { ...sources[TILES], maxzoom: 7 } as SourceSpecification;
  if (territory.terrain) {
    const relief: SourceSpecification = { type: 'raster-dem', url: `pmtiles://${resolve(territory.terrain)}`, encoding: 'terrarium', tileSize: 256 };
    sources['terrain'] = relief;
    sources['hills'] = { ...relief };
    sources[OUTSIDE] = { type: 'geojson', data: around(territory.bbox) } as SourceSpecification;
  }
  return sources;
}

const by = (property: string, choices: Record<string, string>, otherwise: string): ExpressionSpecification =>
  ['match', ['get', property], ...Object.entries(choices).flat(), otherwise] as unknown as ExpressionSpecification;

const zoomed = (...stops: [number, number | ExpressionSpecification][]): ExpressionSpecification =>
  ['interpolate', ['exponential', 1.5], ['zoom'], ...stops.flat()] as unknown as ExpressionSpecification;

type Maker = (layer: TerritoryLayer, p: Palette) => Grouped[];

const vector = { source: TILES } as const;

const landUse: Maker = ({ name, attributes }, p) => {
  const cover: Grouped = {
    group: null,
    layer: {
      id: `ground-${name}`, type: 'fill', ...vector, 'source-layer': name,
      paint: {
        'fill-antialias': false,
        'fill-color': by('kind', {
          urban: p.urban, 'urban-adapted': p.urban, 'to-be-urbanised': p.urban, industrial: p.industrial, quarry: p.industrial,
          forest: p.green, green: p.green, wetland: p.wet, sea: p.sea, water: p.water,
        }, p.ground),
      },
    },
  };
  if (!attributes.includes('population')) return [cover];
  const people: Grouped = {
    group: 'population',
    layer: {
      id: `population-${name}`, type: 'fill', ...vector, 'source-layer': name, filter: ['>', ['coalesce', ['get', 'population'], 0], 0],
      paint: { 'fill-color': p.people, 'fill-opacity': ['interpolate', ['linear'], ['get', 'population'], 1, 0.12, 50, 0.3, 300, 0.6] },
    },
  };
  return [{ ...cover, layer: { ...cover.layer, minzoom: 9 } as LayerSpecification }, people];
};

const water: Maker = ({ name, geometry }, p) => {
  if (geometry === 'line') {
    return [{
      group: 'water',
      layer: {
        id: `water-${name}`, type: 'line', ...vector, 'source-layer': name,
        paint: { 'line-color': p.waterEdge, 'line-width': zoomed([9, 0.5], [14, 1.6], [18, 5]) },
      },
    }];
  }
  return [
    {
      group: 'water',
      layer: { id: `water-${name}`, type: 'fill', ...vector, 'source-layer': name, paint: { 'fill-color': name === 'sea' ? p.sea : p.water } },
    },
    {
      group: 'water',
      layer: {
        id: `water-edge-${name}`, type: 'line', ...vector, 'source-layer': name, minzoom: 12,
        paint: { 'line-color': p.waterEdge, 'line-width': 0.6, 'line-opacity': 0.7 },
      },
    },
  ];
};

const coast: Maker = ({ name }, p) => [{
  group: 'water',
  layer: { id: `coast-${name}`, type: 'line', ...vector, 'source-layer': name, paint: { 'line-color': p.coast, 'line-width': zoomed([8, 0.6], [14, 1.4]) } },
}];

const riskZones: Maker = ({ name }, p) => {
  const colour = by('kind', { red: p.red, orange: p.orange, blue: p.blue, green: p.green2 }, p.grey);
  return [
    { group: 'risk-zones', layer: { id: `risk-${name}`, type: 'fill', ...vector, 'source-layer': name, paint: { 'fill-color': colour, 'fill-opacity': 0.14 } } },
    { group: 'risk-zones', layer: { id: `risk-edge-${name}`, type: 'line', ...vector, 'source-layer': name, paint: { 'line-color': colour, 'line-width': 0.8, 'line-opacity': 0.75 } } },
    {
      group: 'risk-zones',
      layer: {
        id: `risk-word-${name}`, type: 'symbol', ...vector, 'source-layer': name, minzoom: 13,
        layout: { 'text-field': ['get', 'zone'], 'text-font': TEXT_FONT, 'text-size': 11 },
        paint: { 'text-color': colour, 'text-halo-color': p.halo, 'text-halo-width': 1.2 },
      },
    },
  ];
};

const pastExtent: Maker = ({ name }, p) => [
  { group: 'past-extent', layer: { id: `past-${name}`, type: 'fill', ...vector, 'source-layer': name, paint: { 'fill-pattern': `hatch|${p.past}`, 'fill-opacity': 0.55 } } },
  { group: 'past-extent', layer: { id: `past-edge-${name}`, type: 'line', ...vector, 'source-layer': name, paint: { 'line-color': p.past, 'line-width': 1.4 } } },
];

const buildings: Maker = ({ name }, p) => [
  { group: 'buildings', layer: { id: `buildings-${name}`, type: 'fill', ...vector, 'source-layer': name, minzoom: 13, paint: { 'fill-color': p.building, 'fill-outline-color': p.buildingTop } } },
  {
    group: 'buildings',
    layer: {
      id: `buildings-3d-${name}`, type: 'fill-extrusion', ...vector, 'source-layer': name, minzoom: 13, layout: { visibility: 'none' },
      paint: {
        'fill-extrusion-color': p.buildingTop, 'fill-extrusion-height': ['coalesce', ['get', 'height_m'], 4], 'fill-extrusion-opacity': 0.95,
      },
    },
  },
];

const importance: ExpressionSpecification = ['to-number', ['get', 'importance'], 5];
const seen: FilterSpecification = ['>=', ['zoom'], ['match', importance, 1, 0, 2, 0, 3, 9, 4, 11, 12.5]];
const roadWidth = (extra: number): ExpressionSpecification => {
  const width = (major: number, middle: number, minor: number): ExpressionSpecification =>
    ['+', extra, ['match', importance, 1, major, 2, major, 3, middle, 4, middle * 0.8, minor]];
  return zoomed([8, width(1, 0.5, 0.3)], [12, width(2.2, 1.3, 0.7)], [15, width(5, 3.4, 2.2)], [18, width(16, 12, 9)]);
};

const roads: Maker = ({ name }, p) => [
  {
    group: 'roads',
    layer: {
      id: `roads-case-${name}`, type: 'line', ...vector, 'source-layer': name, minzoom: 12, filter: seen,
      layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': p.roadCase, 'line-width': roadWidth(1.6) },
    },
  },
  {
    group: 'roads',
    layer: {
      id: `roads-${name}`, type: 'line', ...vector, 'source-layer': name, filter: seen,
      layout: { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': ['-', 0, importance] },
      paint: { 'line-color': ['match', importance, 1, p.roadMajor, 2, p.roadMajor, p.roadMinor], 'line-width': roadWidth(0) },
    },
  },
];

const roadWords: Maker = ({ name }, p) => [{
  group: 'roads',
  layer: {
    id: `roads-word-${name}`, type: 'symbol', ...vector, 'source-layer': name, minzoom: 11.5,
    layout: {
      'symbol-placement': 'line', 'text-font': TEXT_FONT, 'text-size': zoomed([12, 10], [16, 13]), 'symbol-sort-key': importance,
      'text-field': ['step', ['zoom'], ['coalesce', ['get', 'ref'], ''], 13.5, ['coalesce', ['get', 'name'], ['get', 'ref'], '']],
    },
    paint: { 'text-color': p.textQuiet, 'text-halo-color': p.halo, 'text-halo-width': 1.4 },
  },
}];

const STATUS = { good: 'good', medium: 'medium', bad: 'bad', unknown: 'unknown' } as const;
const DASHES: Record<string, number[]> = { medium: [4, 1.6], bad: [0.2, 1.9] };

const defences: Maker = ({ name }, p) =>
  Object.values(STATUS).map((status) => ({
    group: 'defences',
    layer: {
      id: `defences-${status}-${name}`, type: 'line', ...vector, 'source-layer': name, filter: ['==', ['coalesce', ['get', 'status'], 'unknown'], status],
      layout: { 'line-cap': status === 'bad' ? 'round' : 'butt', 'line-join': 'round' },
      paint: {
        'line-color': p[status], 'line-width': zoomed([10, 1.6], [14, 3], [17, 6]),
        ...(DASHES[status] ? { 'line-dasharray': DASHES[status] } : {}),
      },
    },
  }));

const communes: Maker = ({ name }, p) => [
  { group: 'communes', layer: { id: `communes-${name}`, type: 'line', ...vector, 'source-layer': name, paint: { 'line-color': p.commune, 'line-width': 1, 'line-dasharray': [5, 2, 1, 2], 'line-opacity': 0.8 } } },
];

/** Names of communes and waters, from the points that the pack chose: once each, the most inhabited first. */
const names: Maker = ({ name }, p) => [name === 'commune-labels' ? communeWords(name, p, TILES) : waterWords(name, p)];

function communeWords(name: string, p: Palette, source: string): Grouped {
  return {
    group: 'communes',
    layer: {
      id: `communes-word-${name}`, type: 'symbol', source, 'source-layer': name, maxzoom: 15,
      layout: {
        'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'text-size': zoomed([9, 12], [13, 16]), 'text-letter-spacing': 0.06, 'text-max-width': 8,
        'symbol-sort-key': ['-', 0, ['to-number', ['get', 'population'], 0]],
        'text-variable-anchor': ['center', 'bottom', 'top', 'left', 'right'], 'text-radial-offset': 1.2, 'text-justify': 'auto',
      },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
    },
  };
}

function waterWords(name: string, p: Palette): Grouped {
  return {
    group: 'water',
    layer: {
      id: `water-word-${name}`, type: 'symbol', ...vector, 'source-layer': name, minzoom: 10,
      filter: ['any', ['match', ['get', 'kind'], ['sea', 'river', 'estuary'], true, false], ['>=', ['zoom'], 13]],
      layout: {
        'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'text-size': zoomed([10, 11], [15, 14]), 'text-letter-spacing': 0.04, 'text-max-width': 7,
      },
      paint: { 'text-color': p.waterText, 'text-halo-color': p.halo, 'text-halo-width': 1.4 },
    },
  };
}

/** A pack made before names were chosen still shows them, from its outlines. */
const oldCommuneWords: Maker = ({ name }, p) => [communeWords(name, p, NAMES)];

const sites: Maker = ({ name }, p) => [{
  group: 'sites',
  layer: {
    id: `sites-${name}`, type: 'symbol', ...vector, 'source-layer': name, minzoom: 10,
    layout: {
      'icon-image': ['concat', 'site|', ['coalesce', ['get', 'kind'], 'other'], '|', p.text, '|', p.halo], 'icon-allow-overlap': true,
      'text-field': ['step', ['zoom'], '', 12.5, ['coalesce', ['get', 'name'], '']], 'text-font': TEXT_FONT, 'text-size': 11.5, 'text-optional': true,
      'text-variable-anchor': ['left', 'right', 'bottom'], 'text-radial-offset': 1.1, 'text-justify': 'auto', 'text-max-width': 12,
    },
    paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.4 },
  },
}];

/** In drawing order. Words come after every surface, so that nothing covers them. */
const ORDER: readonly [string, Maker][] = [
  ['land-use', landUse], ['water', water], ['coast', coast], ['risk-zones', riskZones], ['past-extent', pastExtent],
  ['buildings', buildings], ['roads', roads], ['defences', defences], ['communes', communes],
  ['roads', roadWords], ['names', names], ['sites', sites],
];

export function groundLayers(territory: Territory | null, p: Palette): Grouped[] {
  const background: Grouped = { group: null, layer: { id: 'background', type: 'background', paint: { 'background-color': p.ground } } };
  if (territory === null) return [background];
  const old = territory.layers.some(({ role }) => role === 'names') ? [] : ([['communes', oldCommuneWords]] as const);
  const made = [...ORDER, ...old].flatMap(([role, maker]) => territory.layers.filter((layer) => layer.role === role).flatMap((layer) => maker(layer, p)));
  if (!territory.terrain) return [background, ...made];
  const hills: Grouped = {
    group: 'relief',
    layer: {
      id: 'hills', type: 'hillshade', source: 'hills',
      paint: { 'hillshade-shadow-color': p.hillShadow, 'hillshade-highlight-color': p.hillLight, 'hillshade-accent-color': p.ground, 'hillshade-exaggeration': 0.7 },
    },
  };
  /** The relief tiles go past the territory, where they know nothing: what they say there is covered. */
  const outside: Grouped = { group: 'relief', layer: { id: 'outside', type: 'fill', source: OUTSIDE, paint: { 'fill-color': p.ground, 'fill-antialias': false } } };
  const firstWater = made.findIndex(({ group }) => group === 'water');
  const at = firstWater === -1 ? 0 : firstWater;
  return [background, ...made.slice(0, at), hills, outside, ...made.slice(at)];
}
