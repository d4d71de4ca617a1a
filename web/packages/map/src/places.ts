/** The points of a territory and its names: sites, hydrants, stations, addresses, and what places and waters are called. */
import type { ExpressionSpecification, SymbolLayerSpecification } from 'maplibre-gl';
import type { Palette } from './palette.ts';
import { RANKED } from './pictograms.ts';
import { among, by, from, grouped, ink, NAMES, seenFrom, TEXT_FONT, TILES, zoomed, type Grouped, type Maker } from './styling.ts';

const nameOrNothing: ExpressionSpecification = ['coalesce', ['get', 'name'], ''];
const beside: SymbolLayerSpecification['layout'] = { 'text-variable-anchor': ['left', 'right', 'bottom', 'top'], 'text-radial-offset': 1.05, 'text-justify': 'auto', 'text-optional': true };

/** Those a crisis turns on are always there; the others come as one gets nearer, when there is room. */
export const sites: Maker = ({ name }, p) => {
  const image = (kinds: string): ExpressionSpecification => ['concat', `${kinds}|`, ['coalesce', ['get', 'kind'], 'other'], `|${p.text}|${p.halo}|${p.serious}`];
  const rank = ['match', ['get', 'kind'], RANKED.vital, 1, RANKED.sheltering, 2, 3] as unknown as ExpressionSpecification;
  return grouped('sites', {
    id: `sites-lesser-${name}`, type: 'symbol', ...from(name), minzoom: 12.5,
    filter: ['all', ['>', rank, 1], seenFrom(['case', ['==', rank, 2], 12.5, 14.8])],
    layout: {
      'icon-image': image('site'), 'symbol-sort-key': rank, 'icon-padding': 3, ...beside, 'text-max-width': 9, 'text-font': TEXT_FONT, 'text-size': 11,
      'text-field': ['step', ['zoom'], '', 14.8, ['case', ['==', rank, 2], nameOrNothing, ''], 16, nameOrNothing],
    },
    paint: ink(p.text, p, 1.5),
  }, {
    id: `sites-${name}`, type: 'symbol', ...from(name), minzoom: 9.5, filter: ['==', rank, 1],
    layout: {
      'icon-image': image('site'), 'icon-allow-overlap': ['step', ['zoom'], false, 12.5, true], 'icon-size': ['interpolate', ['linear'], ['zoom'], 10, 0.75, 13, 1], ...beside, 'text-max-width': 11,
      'text-field': ['step', ['zoom'], '', 13, nameOrNothing], 'text-font': TEXT_FONT, 'text-size': 11.5,
    },
    paint: ink(p.text, p, 1.6),
  });
};

export const addresses: Maker = ({ name }, p) => grouped('addresses', {
  id: `addresses-${name}`, type: 'symbol', ...from(name), minzoom: 16,
  layout: { 'text-field': ['to-string', ['coalesce', ['get', 'number'], '']], 'text-font': TEXT_FONT, 'text-size': zoomed([16, 9.5], [19, 12.5]), 'text-padding': 1 },
  paint: ink(p.textQuiet, p, 1.2),
});

/** A post is round, a mouth in the ground is square, a reserve of water is a drop: as on the plans of fire services. */
export const hydrants: Maker = ({ name }, p) => grouped('hydrants', {
  id: `hydrants-${name}`, type: 'symbol', ...from(name), minzoom: 13,
  layout: {
    'icon-image': ['concat', 'hydrant|', ['coalesce', ['get', 'kind'], 'pillar'], `|${p.hydrant}|${p.halo}`], 'icon-size': ['interpolate', ['linear'], ['zoom'], 13, 0.45, 16, 1],
    'icon-allow-overlap': true, 'text-field': ['step', ['zoom'], '', 16.5, ['to-string', ['coalesce', ['get', 'ref'], '']]], 'text-font': TEXT_FONT, 'text-size': 10, 'text-anchor': 'top', 'text-offset': [0, 0.7], 'text-optional': true,
  },
  paint: ink(p.hydrant, p),
});

const NETWORK_OF = {
  'power-substation': 'power', 'power-transformer': 'power', 'water-tower': 'water', 'pumping-station': 'water', 'water-treatment': 'water',
  'telecom-mast': 'telecom', 'telecom-exchange': 'telecom', 'gas-station': 'gas', 'sewage-works': 'other',
} as const;

export const networkNodes: Maker = ({ name }, p) => {
  const colour = by('kind', Object.fromEntries(Object.entries(NETWORK_OF).map(([kind, network]) => [kind, p.networks[network]])), p.networks.other);
  return grouped('networks', {
    id: `networks-node-${name}`, type: 'symbol', ...from(name), minzoom: 10,
    filter: seenFrom(['match', ['get', 'kind'], ['power-transformer', 'other'], 14, 10]),
    layout: {
      'icon-image': ['concat', 'node|', ['coalesce', ['get', 'kind'], 'other'], '|', colour, `|${p.halo}`], 'icon-allow-overlap': true, 'icon-size': ['interpolate', ['linear'], ['zoom'], 10, 0.7, 14, 1],
      'text-field': ['step', ['zoom'], '', 13.5, ['coalesce', ['get', 'name'], ['get', 'ref'], '']], 'text-font': TEXT_FONT, 'text-size': 11, 'text-max-width': 10, ...beside,
    },
    paint: ink(colour, p, 1.5),
  });
};

/** Where a river or the rain is measured, whether or not someone follows it tonight. */
export const gauges: Maker = ({ name }, p) => grouped('gauges', {
  id: `gauges-${name}`, type: 'symbol', ...from(name), minzoom: 8,
  layout: {
    'icon-image': ['concat', 'station|', ['coalesce', ['get', 'kind'], 'other'], `|${p.waterText}|${p.halo}`], 'icon-size': ['interpolate', ['linear'], ['zoom'], 8, 0.6, 12, 1], 'icon-allow-overlap': true,
    'text-field': ['step', ['zoom'], '', 11.5, ['coalesce', ['get', 'name'], ['get', 'ref'], '']], 'text-font': TEXT_FONT, 'text-size': 11, 'text-max-width': 10, ...beside,
  },
  paint: ink(p.waterText, p, 1.5),
});

/** Quarters and hamlets, small and quiet. A town or a village bears the name of its commune, already written from afar. */
export const placeWords: Maker = ({ name }, p) => grouped('places', {
  id: `places-${name}`, type: 'symbol', ...from(name), minzoom: 12,
  filter: ['all', ['!', among('kind', ['country', 'state', 'region', 'city'])], seenFrom(['match', ['get', 'kind'], ['town', 'village'], 15.5, ['suburb', 'quarter', 'neighbourhood'], 12.5, 13])],
  layout: { 'text-field': nameOrNothing, 'text-font': TEXT_FONT, 'text-size': zoomed([12, 10.5], [16, 14]), 'text-letter-spacing': 0.08, 'text-max-width': 8, 'text-padding': 14 },
  paint: ink(p.place, p, 1.5),
});

export const communeWords = (name: string, p: Palette, source = TILES): Grouped[] => {
  const people = ['to-number', ['get', 'population'], 0] as unknown as ExpressionSpecification;
  const sized = (least: number, most: number): ExpressionSpecification => ['interpolate', ['linear'], ['ln', ['max', 1, people]], 6, least, 11, most];
  return grouped('communes', {
    id: `communes-word-${name}`, type: 'symbol', ...from(name, source), maxzoom: 15.5,
    layout: {
      'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'text-size': zoomed([8, sized(10.5, 13)], [13, sized(13, 20)]), 'text-letter-spacing': 0.05, 'text-max-width': 8, 'text-padding': 6,
      'symbol-sort-key': ['-', 0, people], 'text-variable-anchor': ['center', 'bottom', 'top', 'left', 'right'], 'text-radial-offset': 1.2, 'text-justify': 'auto',
    },
    paint: { ...ink(p.text, p, 1.9), 'text-opacity': ['interpolate', ['linear'], ['zoom'], 14, 1, 15.4, 0.4] },
  });
};

export const waterWords: Maker = ({ name }, p) => grouped('water', {
  id: `water-word-${name}`, type: 'symbol', ...from(name), minzoom: 9,
  filter: seenFrom(['match', ['get', 'kind'], ['sea'], 9, ['river'], 11, 13]),
  layout: { 'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'text-size': zoomed([9, 11], [15, 14.5]), 'text-letter-spacing': 0.12, 'text-max-width': 7, 'text-padding': 10 },
  paint: ink(p.waterText, p, 1.2),
});

/** The name of a watercourse follows it. */
export const waterLineWords: Maker = ({ name, attributes }, p) => (!attributes.includes('name') ? [] : grouped('water', {
  id: `water-course-${name}`, type: 'symbol', ...from(name), minzoom: 11.5, filter: ['all', ['has', 'name'], ['!', among('kind', ['ditch'])]],
  layout: { 'symbol-placement': 'line', 'symbol-spacing': 420, 'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'text-size': zoomed([11.5, 10.5], [16, 13]), 'text-letter-spacing': 0.08, 'text-padding': 12, 'text-max-angle': 30 },
  paint: ink(p.waterText, p, 1.2),
}));

/** A pack made before names were chosen still shows them, from its outlines. */
export const oldCommuneWords: Maker = ({ name }, p) => communeWords(name, p, NAMES);
