/** Incidents, networks down, zones, centres and missions on the map: pure functions of the picture at the time shown. */
import type { Geometry, Picture, Position, Thing } from '@garance/client';
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import { collection, labelOf, placing, type Collection, type Feature, type Places, type ThingKind } from './features.ts';
import { namePoint } from './naming.ts';
import { levelOf, natureOf } from './natures.ts';
import type { Palette } from './palette.ts';
import type { Spot } from './stacking.ts';
import { TEXT_FONT } from './styling.ts';

/** One of them. `what` is its nature, network, measure or role; `level` its severity in shape and colour. */
export type Matter = { kind: ThingKind; id: string; name: string; what: string; state: string; severity: number; geometry: Geometry };

/** What each says under its name: its state, how many people; empty when it has nothing to say. */
export type Telling = (matter: Matter) => string;

/** Where each kind begins, the aspect that moves it on, and the states in which it is no longer on the map. */
const LIVES: Partial<Record<ThingKind, { aspect: string; member: string; first: string; over: readonly string[]; what: string }>> = {
  incident: { aspect: 'evolution', member: 'evolution', first: 'reported', over: ['over'], what: 'nature' },
  outage: { aspect: 'state', member: 'state', first: 'suspected', over: ['restored'], what: 'network' },
  zone: { aspect: 'state', member: 'state', first: 'planned', over: ['lifted'], what: 'measure' },
  centre: { aspect: 'state', member: 'state', first: 'planned', over: ['closed'], what: 'role' },
  mission: { aspect: 'state', member: 'state', first: 'requested', over: ['done', 'refused', 'failed', 'cancelled'], what: 'urgency' },
};

export const MATTER_KINDS = Object.keys(LIVES) as ThingKind[];

const word = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The state a thing is in: what was said last, or what it begins with. */
export function matterState(thing: Thing): string {
  const life = LIVES[thing.kind as ThingKind];
  return life ? word(thing.said[life.aspect]?.value[life.member]) || life.first : '';
}

export const isOver = (thing: Thing): boolean => thing.ended || (LIVES[thing.kind as ThingKind]?.over.includes(matterState(thing)) ?? false);

/** How grave an incident is: as somebody said, else as its nature is taken to be. */
export const gravityOf = ({ said }: Thing): number => {
  const { severity, nature } = said['description']?.value ?? {};
  return typeof severity === 'number' ? severity : natureOf(word(nature)).severity;
};

/** Where it is: its own outline, else that of the drawing it names. */
export function placeOfThing(thing: Thing, picture: Picture): Geometry | null {
  const { geometry, shape } = thing.said['description']?.value ?? {};
  return (geometry as Geometry | undefined) ?? picture.shapes.find(({ id }) => id === shape)?.geometry ?? null;
}

/** Everything of these kinds that has a place, what is over left out. */
export function mattersOf(picture: Picture): Matter[] {
  return picture.things.flatMap((thing): Matter[] => {
    const kind = thing.kind as ThingKind;
    const life = LIVES[kind];
    const geometry = life && !isOver(thing) ? placeOfThing(thing, picture) : null;
    if (!life || !geometry) return [];
    const said = thing.said['description']?.value ?? {};
    const severity = kind === 'incident' ? gravityOf(thing) : 0;
    return [{ kind, id: thing.id, name: word(said['title']) || word(said['name']), what: word(said[life.what]), state: matterState(thing), severity, geometry }];
  });
}

/** Toward which side of its outline each kind has its sign: two that lie on the same ground do not hide each other. */
const SIDES: Partial<Record<ThingKind, readonly [east: number, north: number]>> = { outage: [0, 1], zone: [-1, 0], mission: [1, 0] };
const TOWARD = 0.45;

/** The point where its sign is: its own, or one within its outline. */
export function signPoint({ kind, geometry }: Matter): Position {
  if (geometry.type === 'Point') return geometry.coordinates;
  const [lon, lat] = namePoint(geometry);
  const side = SIDES[kind];
  if (!side || geometry.type === 'LineString') return [lon, lat];
  const [east, north] = side;
  const far = (geometry.coordinates[0] ?? []).reduce((best, point) => (point[0] * east + point[1] * north > best[0] * east + best[1] * north ? point : best), [lon, lat] as Position);
  return [lon + (far[0] - lon) * TOWARD, lat + (far[1] - lat) * TOWARD];
}

/** What lies on an area or along a line keeps its sign there, without its name where there is no room for both. */
export const matterSpots = (matters: readonly Matter[]): Spot[] =>
  matters.map((matter) => ({
    id: matter.id, position: signPoint(matter), stands: true, must: true, letters: matter.name.length, ...(matter.geometry.type === 'Point' ? {} : { moves: true, bare: true, area: true }),
  }));

const properties = ({ kind, id, name, what, state, severity }: Matter): Feature['properties'] => ({ kind, id, name, what, state, severity, level: levelOf(severity) });

/** Their outlines on the ground. */
export const matterAreas = (matters: readonly Matter[]): Collection =>
  collection(matters.filter(({ geometry }) => geometry.type !== 'Point').map((matter) => ({ type: 'Feature', geometry: matter.geometry, properties: properties(matter) })));

/** Their signs, each at its place on this picture. */
export const matterSigns = (matters: readonly Matter[], places: Places = new Map(), tell: Telling = () => ''): Collection =>
  collection(matters.map((matter) => ({
    type: 'Feature', geometry: { type: 'Point', coordinates: signPoint(matter) },
    properties: { ...properties(matter), label: labelOf(matter.name, places.get(matter.id)?.letters), told: places.get(matter.id)?.letters === 0 ? '' : tell(matter), ...placing(places.get(matter.id)) },
  })));

/** Begun or only foreseen: what is not certain, or not ordered yet, is dashed. */
const TENTATIVE = ['planned', 'suspected', 'reported', 'requested', 'opening'];

const selected: ExpressionSpecification = ['==', ['get', 'id'], ['global-state', 'selected']];
const polygon: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon'];
const tentative: ExpressionSpecification = ['in', ['get', 'state'], ['literal', TENTATIVE]];

/** Colour by what it means; a shape and words always say it too. */
export const matterColour = (p: Palette): ExpressionSpecification => [
  'match', ['get', 'kind'],
  'incident', ['match', ['get', 'level'], 'critical', p.critical, 'serious', p.serious, 'caution', p.caution, 'normal', p.normal, p.unknown],
  'outage', ['match', ['get', 'what'], 'power', p.networks.power, ['water', 'sewage'], p.networks.water, 'gas', p.networks.gas, ['landline', 'mobile', 'internet'], p.networks.telecom, p.networks.other],
  'zone', ['match', ['get', 'what'], 'no-entry', p.red, 'shelter-in-place', p.violet, p.green2],
  'centre', p.green2,
  p.text,
];

/** How far a measure is, in what fills its zone: bare when foreseen, hatched once ordered, crossed while under way, dotted when people may return. */
const weaveOf = (colour: ExpressionSpecification): ExpressionSpecification => ['concat', [
  'case', ['==', ['get', 'kind'], 'outage'], 'dots', [
    'match', ['get', 'state'], ['ordered', 'confirmed', 'done'], 'hatch', ['under-way', 'worsening'], 'cross', 'dots',
  ],
], '|', colour];

export function matterLayers(p: Palette): LayerSpecification[] {
  const colour = matterColour(p);
  const line = { 'line-color': colour, 'line-width': ['case', selected, 4.5, 2.6] as ExpressionSpecification };
  return [
    { id: 'matter-fills', type: 'fill', source: 'matter-areas', filter: polygon, paint: { 'fill-color': colour, 'fill-opacity': ['case', selected, 0.26, tentative, 0.05, 0.12] } },
    { id: 'matter-hatch', type: 'fill', source: 'matter-areas', filter: ['all', polygon, ['!', tentative]], paint: { 'fill-pattern': weaveOf(colour), 'fill-opacity': 0.55 } },
    { id: 'matter-lines', type: 'line', source: 'matter-areas', filter: ['!', tentative], layout: { 'line-join': 'round' }, paint: line },
    { id: 'matter-lines-tentative', type: 'line', source: 'matter-areas', filter: tentative, paint: { ...line, 'line-dasharray': [2.5, 1.8] } },
  ];
}

/** The signs come with the symbols that people make. `pair` reads two numbers that a feature carries. */
export function matterSignLayers(p: Palette, pair: (property: string) => ExpressionSpecification): LayerSpecification[] {
  const anchor = ['get', 'anchor'] as ExpressionSpecification;
  return [{
    id: 'matters', type: 'symbol', source: 'matters',
    layout: {
      'icon-image': ['concat', 'matter|', ['get', 'kind'], '|', ['get', 'what'], '|', ['get', 'severity'], '|', ['get', 'state'], '|', matterColour(p), '|', p.halo, '|', ['case', selected, p.select, '']],
      'icon-allow-overlap': true, 'icon-offset': pair('offset'),
      'text-field': ['case', ['==', ['get', 'told'], ''], ['get', 'label'], ['format', ['get', 'label'], { 'font-scale': 1 }, '\n', {}, ['get', 'told'], { 'font-scale': 0.88, 'text-color': p.text }]],
      'text-font': TEXT_FONT, 'text-size': 12, 'text-offset': pair('words'), 'text-anchor': anchor, 'text-justify': 'auto', 'text-allow-overlap': true,
      'text-max-width': ['case', ['==', anchor, 'left'], 40, 12],
    },
    paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.8 },
  }];
}
