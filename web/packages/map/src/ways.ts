/** The lines of a territory: roads, railways, networks, defences, boundaries. */
import type { ExpressionSpecification, FilterSpecification } from 'maplibre-gl';
import { among, by, from, grouped, ink, seenFrom, TEXT_FONT, zoomed, type Maker } from './styling.ts';

/** 1 (national) to 5 (local). A network handed over without classes is one of main roads. */
export const importance: ExpressionSpecification = ['to-number', ['get', 'importance'], 4];
/** Ways that are not for cars: drawn thin and dashed. */
const FOOT = ['track', 'path', 'pedestrian'];
/** Ways that matter only when one is near. */
const LESSER = ['service', 'track', 'path'];
const lesser = among('kind', LESSER);
const onFoot = among('kind', FOOT);
const seen = seenFrom(['match', importance, 1, 0, 2, 0, 3, 9, 4, 11, ['case', lesser, 14, 12.3]]);
const cars: ExpressionSpecification = ['all', seen, ['!', onFoot]];
const bridge = ['==', ['coalesce', ['get', 'bridge'], false], true] as unknown as ExpressionSpecification;

const width = (extra: number): ExpressionSpecification => {
  const each = (major: number, second: number, third: number, fourth: number, minor: number): ExpressionSpecification =>
    ['+', extra, ['match', importance, 1, major, 2, second, 3, third, 4, fourth, ['case', lesser, minor * 0.55, minor]]];
  return zoomed([7, each(1, 0.7, 0.4, 0.3, 0.2)], [10, each(2, 1.6, 1, 0.6, 0.3)], [12, each(2.6, 2.1, 1.5, 1, 0.5)], [15, each(6.4, 5.6, 4.6, 3.8, 2.8)], [18, each(20, 18, 16, 14, 11)]);
};

export const roads: Maker = ({ name }, p) => {
  const colour: ExpressionSpecification = ['match', importance, 1, p.roadMajor, 2, p.roadMajor, 3, p.roadMiddle, p.roadMinor];
  const over = { 'line-join': 'round', 'line-sort-key': ['-', 0, importance] as ExpressionSpecification } as const;
  return grouped('roads', {
    id: `roads-foot-${name}`, type: 'line', ...from(name), minzoom: 13.5, filter: ['all', onFoot, seenFrom(['match', ['get', 'kind'], ['pedestrian'], 13.5, 14])],
    layout: { 'line-cap': 'butt', 'line-join': 'round' },
    paint: { 'line-color': p.path, 'line-width': zoomed([14, 0.9], [18, 3.5]), 'line-dasharray': [3, 1.5] },
  }, {
    id: `roads-case-${name}`, type: 'line', ...from(name), minzoom: 10.5, filter: cars,
    layout: { 'line-cap': 'butt', ...over }, paint: { 'line-color': p.roadCase, 'line-width': width(1.8) },
  }, {
    id: `roads-${name}`, type: 'line', ...from(name), filter: cars,
    layout: { 'line-cap': 'round', ...over }, paint: { 'line-color': colour, 'line-width': width(0) },
  }, {
    id: `roads-bridge-case-${name}`, type: 'line', ...from(name), minzoom: 12.5, filter: ['all', cars, bridge],
    layout: { 'line-cap': 'butt', ...over }, paint: { 'line-color': p.bridge, 'line-width': width(3.4) },
  }, {
    id: `roads-bridge-${name}`, type: 'line', ...from(name), minzoom: 12.5, filter: ['all', cars, bridge],
    layout: { 'line-cap': 'butt', ...over }, paint: { 'line-color': colour, 'line-width': width(0.4) },
  });
};

/** Which way the cars go, where they may go only one way. */
export const oneWays: Maker = ({ name, attributes }, p) => (!attributes.includes('oneway') ? [] : grouped('roads', {
  id: `roads-oneway-${name}`, type: 'symbol', ...from(name), minzoom: 16, filter: among('oneway', ['forward', 'backward']),
  layout: {
    'symbol-placement': 'line', 'symbol-spacing': 110, 'icon-image': `arrow|${p.textQuiet}`, 'icon-rotate': by('oneway', { backward: 180 }, 0),
    'icon-rotation-alignment': 'map', 'icon-padding': 12,
  },
}));

/** Names run along the road; the numbers of the main roads stand upright in a plate. */
export const roadWords: Maker = ({ name }, p) => grouped('roads', {
  id: `roads-word-${name}`, type: 'symbol', ...from(name), minzoom: 12.5,
  filter: ['all', ['has', 'name'], seenFrom(['match', importance, 1, 12.5, 2, 12.5, 3, 13, 4, 13.7, ['case', lesser, 16, 14.6]])],
  layout: {
    'symbol-placement': 'line', 'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'symbol-sort-key': importance, 'symbol-spacing': 320, 'text-padding': 6, 'text-max-angle': 35,
    'text-size': zoomed([13, ['match', importance, [1, 2, 3], 11.5, 10.5]], [17, ['match', importance, [1, 2, 3], 14, 13]]),
  },
  paint: ink(p.textQuiet, p, 1.6),
}, {
  id: `roads-number-${name}`, type: 'symbol', ...from(name), minzoom: 8.5,
  filter: ['all', ['has', 'ref'], ['!=', ['get', 'ref'], 'NC'], seenFrom(['match', importance, 1, 8.5, 2, 9.5, 3, 11, 13])],
  layout: {
    'symbol-placement': 'line', 'symbol-spacing': 380, 'text-field': ['get', 'ref'], 'text-font': TEXT_FONT, 'text-size': 10.5, 'text-rotation-alignment': 'viewport', 'text-pitch-alignment': 'viewport',
    'icon-image': `plate|${p.halo}|${p.textQuiet}`, 'icon-text-fit': 'both', 'icon-text-fit-padding': [1, 4, 1, 4], 'icon-rotation-alignment': 'viewport', 'symbol-sort-key': importance, 'text-padding': 24, 'icon-padding': 24,
  },
  paint: { 'text-color': p.text },
});

export const railways: Maker = ({ name }, p) => {
  const live: FilterSpecification = ['!=', ['coalesce', ['get', 'kind'], 'rail'], 'disused'];
  return grouped('railways', {
    id: `railways-case-${name}`, type: 'line', ...from(name), filter: live, paint: { 'line-color': p.rail, 'line-width': zoomed([9, 0.7], [13, 2], [17, 4.5]) },
  }, {
    id: `railways-${name}`, type: 'line', ...from(name), minzoom: 11.5, filter: live, paint: { 'line-color': p.railGap, 'line-width': zoomed([11.5, 0.6], [13, 1.1], [17, 2.8]), 'line-dasharray': [5, 5] },
  }, {
    id: `railways-disused-${name}`, type: 'line', ...from(name), minzoom: 12, filter: ['==', ['get', 'kind'], 'disused'], paint: { 'line-color': p.rail, 'line-width': zoomed([12, 0.8], [17, 2]), 'line-dasharray': [1, 2], 'line-opacity': 0.7 },
  });
};

const NETWORK_DASHES: [string, number[] | null][] = [['power', [6, 2]], ['water', null], ['telecom', [1, 1.5]], ['gas', [8, 2, 1, 2]], ['', [3, 3]]];

/** Each network has its colour and its own dashes. */
export const networks: Maker = ({ name }, p) => NETWORK_DASHES.flatMap(([kind, dashes]) => grouped('networks', {
  id: `networks-${kind || 'other'}-${name}`, type: 'line', ...from(name),
  filter: kind ? ['==', ['get', 'kind'], kind] : ['!', among('kind', NETWORK_DASHES.map(([word]) => word).filter(Boolean))] as FilterSpecification,
  paint: { 'line-color': p.networks[(kind || 'other') as keyof typeof p.networks], 'line-width': zoomed([11, 1], [16, 2.4]), ...(dashes ? { 'line-dasharray': dashes } : {}) },
}));

const STATUS = ['good', 'medium', 'bad', 'unknown'] as const;
const DASHES: Record<string, number[]> = { medium: [4, 1.6], bad: [0.2, 1.9] };

export const defences: Maker = ({ name }, p) =>
  STATUS.flatMap((status) => grouped('defences', {
    id: `defences-${status}-${name}`, type: 'line', ...from(name), filter: ['==', ['coalesce', ['get', 'status'], 'unknown'], status],
    layout: { 'line-cap': status === 'bad' ? 'round' : 'butt', 'line-join': 'round' },
    paint: { 'line-color': p[status], 'line-width': zoomed([10, 1.6], [14, 3], [17, 6]), ...(DASHES[status] ? { 'line-dasharray': DASHES[status] } : {}) },
  }));

/** A boundary is a soft band with a thin dashed line: seen from afar, never taken for a road. */
export const communes: Maker = ({ name }, p) => grouped('communes', {
  id: `communes-band-${name}`, type: 'line', ...from(name), minzoom: 9, paint: { 'line-color': p.commune, 'line-width': zoomed([9, 2], [14, 7]), 'line-opacity': 0.13 },
}, {
  id: `communes-${name}`, type: 'line', ...from(name),
  paint: { 'line-color': p.commune, 'line-width': zoomed([8, 0.6], [14, 1.4]), 'line-dasharray': [6, 2.5, 1.5, 2.5], 'line-opacity': 0.85 },
});
