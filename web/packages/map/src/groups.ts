/** What a person can show or hide, and what its legend says. The layers panel and the style both read this. */
import type { TerritoryLayer, TerritoryRaster } from '@garance/client';
import { hueOf, SHAPE_KINDS, signOf } from './kinds.ts';
import { OUTLINES, signOfMatter } from './matter_signs.ts';
import type { Palette } from './palette.ts';
import { DOT_PATHS, DOTS } from './dot_looks.ts';
import { SITES, STATIONS } from './pictograms.ts';

export type GroupId =
  | 'shapes' | 'incidents' | 'resources' | 'sensors' | 'entries' | 'traffic'
  | 'sites' | 'gauges' | 'communes' | 'defences' | 'risk-zones' | 'hazard-zones' | 'depths' | 'past-extent' | 'hydrants' | 'networks'
  | 'buildings' | 'roads' | 'railways' | 'water' | 'places' | 'addresses' | 'population' | 'planning' | 'protected-areas' | 'relief';

/** `layers` are those of the pack it shows, any of which is enough; null for what people make. The relief and the simulated depths are no layers. */
export type Group = { id: GroupId; layers: readonly string[] | null; family: 'operation' | 'risk' | 'ground' };

/** Within a family, from the one drawn on top to the one under all. */
export const GROUPS: readonly Group[] = [
  { id: 'sensors', layers: null, family: 'operation' },
  { id: 'resources', layers: null, family: 'operation' },
  { id: 'entries', layers: null, family: 'operation' },
  { id: 'incidents', layers: null, family: 'operation' },
  { id: 'traffic', layers: null, family: 'operation' },
  { id: 'shapes', layers: null, family: 'operation' },
  { id: 'sites', layers: ['sites'], family: 'risk' },
  { id: 'gauges', layers: ['gauges'], family: 'risk' },
  { id: 'hydrants', layers: ['hydrants'], family: 'risk' },
  { id: 'defences', layers: ['defences'], family: 'risk' },
  { id: 'networks', layers: ['networks', 'network-nodes'], family: 'risk' },
  { id: 'past-extent', layers: ['past-extent'], family: 'risk' },
  { id: 'depths', layers: [], family: 'risk' },
  { id: 'hazard-zones', layers: ['hazard-zones'], family: 'risk' },
  { id: 'risk-zones', layers: ['risk-zones'], family: 'risk' },
  { id: 'places', layers: ['place-labels'], family: 'ground' },
  { id: 'railways', layers: ['railways'], family: 'ground' },
  { id: 'roads', layers: ['roads'], family: 'ground' },
  { id: 'communes', layers: ['communes'], family: 'ground' },
  { id: 'addresses', layers: ['addresses'], family: 'ground' },
  { id: 'buildings', layers: ['buildings'], family: 'ground' },
  { id: 'protected-areas', layers: ['protected-areas'], family: 'ground' },
  { id: 'planning', layers: ['planning-zones', 'planning-areas', 'planning-lines', 'planning-points'], family: 'ground' },
  { id: 'water', layers: ['sea', 'water', 'water-lines', 'coast'], family: 'ground' },
  { id: 'relief', layers: [], family: 'ground' },
  { id: 'population', layers: ['land-use'], family: 'ground' },
];

const FAMILIES = new Map(GROUPS.map(({ id, family }) => [id, family]));
export const familyOf = (group: GroupId): Group['family'] => FAMILIES.get(group)!;

export type Visibility = Record<GroupId, boolean>;

export type LegendForm = 'fill' | 'hatch' | 'line' | 'dash' | 'dots' | 'dashdot' | 'sleepers' | 'disc' | 'square' | 'drop' | 'picture';
/** `picture` is drawn from `path` (12-unit grid), `filled` or with a pen. */
export type LegendItem = { key: string; colour: string; form: LegendForm; path?: string; filled?: boolean };

const swatches = (group: GroupId, form: LegendForm, colours: Record<string, string>): LegendItem[] =>
  Object.entries(colours).map(([word, colour]) => ({ key: `${group}.${word}`, colour, form }));

/** The severities as they are shaped everywhere, on the 12-unit grid. */
const SEVERITIES = {
  critical: 'M4 1.500h4L10.500 4v4L8 10.500H4L1.500 8V4Z', serious: 'M6 1.500 11 10.500H1Z', caution: 'M6 1l5 5-5 5-5-5Z', normal: DOT_PATHS.ring.path, unknown: DOT_PATHS.ring.path,
} as const;

const LEGENDS: Partial<Record<GroupId, (p: Palette) => LegendItem[]>> = {
  sensors: (p) => Object.entries(SEVERITIES).map(([severity, path]) => ({
    key: `sensors.${severity}`, colour: p[severity as keyof typeof SEVERITIES], form: 'picture', path, filled: severity !== 'unknown',
  })),
  shapes: (p) => SHAPE_KINDS.map(({ kind }) => ({ key: `shapes.${kind}`, colour: hueOf(kind, p), form: 'picture', path: signOf(kind) })),
  incidents: (p) => [
    ...Object.entries(SEVERITIES).filter(([severity]) => severity !== 'unknown').map(([severity, path]) => ({ key: `incidents.${severity}`, colour: p[severity as keyof typeof SEVERITIES], form: 'picture' as const, path, filled: true })),
    { key: 'incidents.outage', colour: p.networks.power, form: 'picture', path: `${OUTLINES.square}${signOfMatter('outage', 'power')}` },
    { key: 'incidents.zone', colour: p.green2, form: 'picture', path: `${OUTLINES.square}${signOfMatter('zone', 'evacuation')}` },
    { key: 'incidents.shelter', colour: p.violet, form: 'picture', path: `${OUTLINES.square}${signOfMatter('zone', 'shelter-in-place')}` },
    { key: 'incidents.no-entry', colour: p.red, form: 'picture', path: `${OUTLINES.square}${signOfMatter('zone', 'no-entry')}` },
    { key: 'incidents.centre', colour: p.green2, form: 'picture', path: OUTLINES.house },
    { key: 'incidents.mission', colour: p.text, form: 'picture', path: `${OUTLINES.circle}${signOfMatter('mission', '')}` },
  ],
  resources: (p) => Object.entries(DOTS).map(([state, { shape, ink }]) => ({ key: `resources.${state}`, colour: p[ink], form: 'picture', ...DOT_PATHS[shape] })),
  traffic: (p) => [{ key: 'traffic.passing', colour: p.blue, form: 'picture', path: DOT_PATHS.ring.path }],
  defences: (p) => [
    { key: 'defences.good', colour: p.good, form: 'line' },
    { key: 'defences.medium', colour: p.medium, form: 'dash' },
    { key: 'defences.bad', colour: p.bad, form: 'dots' },
    { key: 'defences.unknown', colour: p.unknown, form: 'line' },
  ],
  'risk-zones': (p) => swatches('risk-zones', 'fill', { red: p.red, orange: p.orange, blue: p.blue, other: p.grey }),
  'hazard-zones': (p) => swatches('hazard-zones', 'fill', Object.fromEntries(p.depths.map((colour, index) => [`depth-${index}`, colour]))),
  depths: (p) => p.depths.map((colour, index) => ({ key: `depths.${index}`, colour, form: 'fill' as const })),
  'past-extent': (p) => [{ key: 'past-extent', colour: p.past, form: 'hatch' }],
  population: (p) => [{ key: 'population', colour: p.people, form: 'fill' }],
  planning: (p) => [...swatches('planning', 'fill', { u: p.planU, au: p.planAU, a: p.planA, n: p.planN }), { key: 'planning.rule', colour: p.planU, form: 'dash' }],
  'protected-areas': (p) => [{ key: 'protected-areas', colour: p.green2, form: 'fill' }],
  networks: ({ networks: n }) => [
    { key: 'networks.power', colour: n.power, form: 'dash' }, { key: 'networks.water', colour: n.water, form: 'line' },
    { key: 'networks.telecom', colour: n.telecom, form: 'dots' }, { key: 'networks.gas', colour: n.gas, form: 'dashdot' }, { key: 'networks.other', colour: n.other, form: 'dash' },
  ],
  hydrants: (p) => [
    { key: 'hydrants.pillar', colour: p.hydrant, form: 'disc' }, { key: 'hydrants.underground', colour: p.hydrant, form: 'square' }, { key: 'hydrants.reserve', colour: p.hydrant, form: 'drop' },
  ],
  railways: (p) => [{ key: 'railways', colour: p.rail, form: 'sleepers' }],
  sites: (p) => Object.entries(SITES).map(([kind, path]) => ({ key: `sites.${kind}`, colour: kind === 'seveso' ? p.serious : p.text, form: 'picture', path })),
  gauges: (p) => Object.entries(STATIONS).map(([kind, path]) => ({ key: `gauges.${kind}`, colour: p.waterText, form: 'picture', path })),
};

/** The legend of one group; `key` names its words in the catalogues (`legend.<key>`). */
export const legendOf = (group: GroupId, p: Palette): LegendItem[] => LEGENDS[group]?.(p) ?? [];

/** Whether the territory has what the group needs. */
export function available(group: Group, layers: readonly TerritoryLayer[], terrain: string | null, rasters: readonly TerritoryRaster[] = []): boolean {
  if (group.layers === null) return true;
  if (group.id === 'relief') return terrain !== null;
  if (group.id === 'depths') return rasters.some(({ role, unit }) => role === 'water-depths' && unit === 'm');
  if (group.id === 'population') return layers.some((layer) => layer.attributes.includes('population') && layer.name === 'land-use');
  return layers.some((layer) => group.layers?.includes(layer.name));
}
