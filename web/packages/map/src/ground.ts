/** The style of the territory: sources and layers, from the ground up, for whatever layers its pack has. */
import type { Territory } from '@garance/client';
import type { SourceSpecification } from 'maplibre-gl';
import * as areas from './areas.ts';
import type { Palette } from './palette.ts';
import * as places from './places.ts';
import { grouped, NAMES, TILES, type Grouped, type Maker } from './styling.ts';
import * as ways from './ways.ts';

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
  const tiles: SourceSpecification = { type: 'vector', url: `pmtiles://${resolve(territory.basemap)}` };
  const sources: Record<string, SourceSpecification> = { [TILES]: tiles, [NAMES]: { ...tiles, maxzoom: 7 } };
  if (territory.terrain) {
    const relief: SourceSpecification = { type: 'raster-dem', url: `pmtiles://${resolve(territory.terrain)}`, encoding: 'terrarium', tileSize: 256 };
    sources['terrain'] = relief;
    sources['hills'] = { ...relief };
    sources[OUTSIDE] = { type: 'geojson', data: around(territory.bbox) } as SourceSpecification;
  }
  return sources;
}

/** The soil, under the shadows of the relief. */
const SOIL: readonly [string, Maker][] = [['communes', areas.soil], ['land-cover', areas.landCover], ['land-use', areas.landUse]];

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

/** The colour of what is no part of the territory; nobody can tell it apart without communes. */
const beyond = (p: Palette, territory: Territory | null): string => (territory?.layers.some(({ name }) => name === 'communes') ? p.void : p.ground);

/** The layers of the territory: what lies on the ground, the volumes that stand on it, the words over all of it. */
export type Ground = { flat: Grouped[]; volumes: Grouped[]; words: Grouped[] };

export function groundLayers(territory: Territory | null, p: Palette): Ground {
  const background = grouped(null, { id: 'background', type: 'background', paint: { 'background-color': beyond(p, territory) } });
  if (territory === null) return { flat: background, volumes: [], words: [] };
  const made = (order: readonly [string, Maker][]): Grouped[] =>
    order.flatMap(([name, maker]) => territory.layers.filter((layer) => layer.name === name).flatMap((layer) => maker(layer, p)));
  const old = territory.layers.some(({ role }) => role === 'names') ? [] : made([['communes', places.oldCommuneWords]]);
  const drawn = made(DRAWN);
  const isWord = ({ layer }: Grouped): boolean => layer.type === 'symbol';
  return {
    flat: [...background, ...made(SOIL), ...(territory.terrain ? relief(p, territory) : []), ...drawn.filter((each) => !isWord(each))],
    volumes: territory.layers.filter(({ name }) => name === 'buildings').flatMap(({ name }) => areas.volumes(name, p)),
    words: [...drawn.filter(isWord), ...made(SAID), ...old],
  };
}

/** The shadows of the relief. Its tiles go past the territory, where they know nothing: what they say there is covered. */
function relief(p: Palette, territory: Territory): Grouped[] {
  return grouped('relief', {
    id: 'hills', type: 'hillshade', source: 'hills',
    paint: {
      'hillshade-method': 'igor', 'hillshade-illumination-direction': 315, 'hillshade-illumination-anchor': 'map',
      'hillshade-shadow-color': p.hillShadow, 'hillshade-highlight-color': p.hillLight, 'hillshade-accent-color': p.ground, 'hillshade-exaggeration': p.hillStrength,
    },
  }, { id: 'outside', type: 'fill', source: OUTSIDE, paint: { 'fill-color': beyond(p, territory), 'fill-antialias': false } });
}
