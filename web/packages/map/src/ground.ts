/** The style of the territory: sources and layers, from the ground up, for whatever layers its pack has. */
import type { Territory } from '@garance/client';
import type { SourceSpecification } from 'maplibre-gl';
import * as areas from './areas.ts';
import type { Palette } from './palette.ts';
import * as places from './places.ts';
import { grouped, NAMES, TILES, type Grouped, type Maker } from './styling.ts';
import * as ways from './ways.ts';

const INSIDE = 'inside';
const OUTSIDE = 'outside';

type Ring = [number, number][];

const polygon = (...rings: Ring[]): SourceSpecification =>
  ({ type: 'geojson', data: { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: rings } } }) as SourceSpecification;

const ring = ([west, south, east, north]: Territory['bbox']): Ring => [[west, south], [east, south], [east, north], [west, north], [west, south]];

/** `resolve` turns an address of the manifest into a full one. */
export function groundSources(territory: Territory | null, resolve: (path: string) => string): Record<string, SourceSpecification> {
  if (territory === null) return {};
  const tiles: SourceSpecification = { type: 'vector', url: `pmtiles://${resolve(territory.basemap)}` };
  const sources: Record<string, SourceSpecification> = { [TILES]: tiles, [NAMES]: { ...tiles, maxzoom: 7 } };
  sources[INSIDE] = polygon(ring(territory.bbox));
  sources[OUTSIDE] = polygon(ring([-179, -84, 179, 84]), ring(territory.bbox).toReversed());
  if (territory.terrain) {
    const relief: SourceSpecification = { type: 'raster-dem', url: `pmtiles://${resolve(territory.terrain)}`, encoding: 'terrarium', tileSize: 256 };
    sources['terrain'] = relief;
    sources['hills'] = { ...relief };
  }
  return sources;
}

/** The soil, under the shadows of the relief. */
const SOIL: readonly [string, Maker][] = [['land-cover', areas.landCover], ['land-use', areas.landUse]];

/** Surfaces and lines, in drawing order. */
const DRAWN: readonly [string, Maker][] = [
  ['sea', areas.water], ['water', areas.water], ['water-lines', areas.waterLines], ['coast', areas.coast],
  ['planning-zones', areas.planningZones], ['planning-areas', areas.planningShapes], ['protected-areas', areas.protectedAreas],
  ['risk-zones', areas.riskZones], ['hazard-zones', areas.hazardZones], ['past-extent', areas.pastExtent],
  ['buildings', areas.buildings], ['communes', ways.communes], ['roads', ways.roads], ['railways', ways.railways],
  ['networks', ways.networks], ['planning-lines', areas.planningShapes], ['planning-points', areas.planningShapes], ['defences', ways.defences],
];

/** Names and symbols, after every surface so that nothing covers them; the last ones are placed first. */
const SAID: readonly [string, Maker][] = [
  ['roads', ways.oneWays], ['addresses', places.addresses], ['roads', ways.roadWords], ['water-lines', places.waterLineWords], ['hydrants', places.hydrants],
  ['water-labels', places.waterWords], ['gauges', places.gauges], ['network-nodes', places.networkNodes],
  ['commune-labels', ({ name }, p) => places.communeWords(name, p)], ['sites', places.sites], ['place-labels', places.placeWords],
];

/** The layers of the territory: what lies on the ground, the volumes that stand on it, the words over all of it. */
export type Ground = { flat: Grouped[]; volumes: Grouped[]; words: Grouped[] };

export function groundLayers(territory: Territory | null, p: Palette): Ground {
  const background = grouped(null, { id: 'background', type: 'background', paint: { 'background-color': territory ? p.void : p.ground } });
  if (territory === null) return { flat: background, volumes: [], words: [] };
  const made = (order: readonly [string, Maker][]): Grouped[] =>
    order.flatMap(([name, maker]) => territory.layers.filter((layer) => layer.name === name).flatMap((layer) => maker(layer, p)));
  const old = territory.layers.some(({ role }) => role === 'names') ? [] : made([['communes', places.oldCommuneWords]]);
  const drawn = made(DRAWN);
  const isWord = ({ layer }: Grouped): boolean => layer.type === 'symbol';
  return {
    flat: [...background, ...soil(p), ...made(SOIL), ...(territory.terrain ? relief(p) : []), ...drawn.filter((each) => !isWord(each))],
    volumes: territory.layers.filter(({ name }) => name === 'buildings').flatMap(({ name }) => areas.volumes(name, p)),
    words: [...drawn.filter(isWord), ...made(SAID), ...old],
  };
}

/** The territory itself, on what lies beyond it. */
const soil = (p: Palette): Grouped[] => grouped(null, { id: 'soil', type: 'fill', source: INSIDE, paint: { 'fill-color': p.ground, 'fill-antialias': false } });

/** The shadows of the relief. Its tiles go past the territory, where they know nothing: what they say there is covered. */
function relief(p: Palette): Grouped[] {
  return grouped('relief', {
    id: 'hills', type: 'hillshade', source: 'hills',
    paint: {
      'hillshade-method': 'igor', 'hillshade-illumination-direction': 315, 'hillshade-illumination-anchor': 'map',
      'hillshade-shadow-color': p.hillShadow, 'hillshade-highlight-color': p.hillLight, 'hillshade-accent-color': p.ground, 'hillshade-exaggeration': p.hillStrength,
    },
  }, { id: 'outside', type: 'fill', source: OUTSIDE, paint: { 'fill-color': p.void, 'fill-antialias': false } });
}
