/** What a person can show or hide, and what its legend says. The layers panel and the style both read this. */
import type { TerritoryLayer } from '@garance/client';
import type { Palette } from './palette.ts';
import { SITES, STATIONS } from './pictograms.ts';

export type GroupId =
  | 'shapes' | 'resources' | 'sensors' | 'entries'
  | 'sites' | 'gauges' | 'communes' | 'defences' | 'risk-zones' | 'hazard-zones' | 'past-extent' | 'hydrants' | 'networks'
  | 'buildings' | 'roads' | 'railways' | 'water' | 'places' | 'addresses' | 'population' | 'planning' | 'protected-areas' | 'relief';

/** `layers` are those of the pack it shows, any of which is enough; null for what people make. The relief is no layer. */
export type Group = { id: GroupId; layers: readonly string[] | null; family: 'operation' | 'risk' | 'ground' };

export const GROUPS: readonly Group[] = [
  { id: 'shapes', layers: null, family: 'operation' },
  { id: 'resources', layers: null, family: 'operation' },
  { id: 'sensors', layers: null, family: 'operation' },
  { id: 'entries', layers: null, family: 'operation' },
  { id: 'defences', layers: ['defences'], family: 'risk' },
  { id: 'risk-zones', layers: ['risk-zones'], family: 'risk' },
  { id: 'hazard-zones', layers: ['hazard-zones'], family: 'risk' },
  { id: 'past-extent', layers: ['past-extent'], family: 'risk' },
  { id: 'gauges', layers: ['gauges'], family: 'risk' },
  { id: 'sites', layers: ['sites'], family: 'risk' },
  { id: 'hydrants', layers: ['hydrants'], family: 'risk' },
  { id: 'networks', layers: ['networks', 'network-nodes'], family: 'risk' },
  { id: 'population', layers: ['land-use'], family: 'ground' },
  { id: 'planning', layers: ['planning-zones', 'planning-areas', 'planning-lines', 'planning-points'], family: 'ground' },
  { id: 'protected-areas', layers: ['protected-areas'], family: 'ground' },
  { id: 'buildings', layers: ['buildings'], family: 'ground' },
  { id: 'addresses', layers: ['addresses'], family: 'ground' },
  { id: 'roads', layers: ['roads'], family: 'ground' },
  { id: 'railways', layers: ['railways'], family: 'ground' },
  { id: 'water', layers: ['sea', 'water', 'water-lines', 'coast'], family: 'ground' },
  { id: 'places', layers: ['place-labels'], family: 'ground' },
  { id: 'communes', layers: ['communes'], family: 'ground' },
  { id: 'relief', layers: [], family: 'ground' },
];

export type Visibility = Record<GroupId, boolean>;

const all = (shown: readonly GroupId[]): Visibility =>
  Object.fromEntries(GROUPS.map(({ id }) => [id, shown.includes(id)])) as Visibility;

const OPERATION: GroupId[] = ['shapes', 'resources', 'sensors', 'entries'];
const GROUND: GroupId[] = ['buildings', 'roads', 'railways', 'water', 'places', 'communes', 'relief'];

/** What each axis shows first: the picture for the question it asks. Plans, networks, hydrants and addresses wait to be asked for. */
export const PRESETS: Record<string, Visibility> = {
  watch: all(['sensors', 'gauges', 'shapes', 'resources', 'defences', 'sites', ...GROUND]),
  anticipate: all(['sensors', 'gauges', 'shapes', 'defences', 'risk-zones', 'past-extent', 'sites', ...GROUND]),
  prepare: all(['sites', 'population', 'risk-zones', ...GROUND]),
  conduct: all([...OPERATION, 'defences', 'sites', ...GROUND]),
  analyse: all([...OPERATION, 'past-extent', ...GROUND]),
  inform: all(['shapes', 'sites', 'entries', ...GROUND]),
};

export type LegendForm = 'fill' | 'hatch' | 'line' | 'dash' | 'dots' | 'dashdot' | 'sleepers' | 'disc' | 'square' | 'drop' | 'picture';
/** `picture` is drawn from `path` (12-unit grid). */
export type LegendItem = { key: string; colour: string; form: LegendForm; path?: string };

const swatches = (group: GroupId, form: LegendForm, colours: Record<string, string>): LegendItem[] =>
  Object.entries(colours).map(([word, colour]) => ({ key: `${group}.${word}`, colour, form }));

const LEGENDS: Partial<Record<GroupId, (p: Palette) => LegendItem[]>> = {
  defences: (p) => [
    { key: 'defences.good', colour: p.good, form: 'line' },
    { key: 'defences.medium', colour: p.medium, form: 'dash' },
    { key: 'defences.bad', colour: p.bad, form: 'dots' },
    { key: 'defences.unknown', colour: p.unknown, form: 'line' },
  ],
  'risk-zones': (p) => swatches('risk-zones', 'fill', { red: p.red, orange: p.orange, blue: p.blue, other: p.grey }),
  'hazard-zones': (p) => swatches('hazard-zones', 'fill', Object.fromEntries(p.depths.map((colour, index) => [`depth-${index}`, colour]))),
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
export function available(group: Group, layers: readonly TerritoryLayer[], terrain: string | null): boolean {
  if (group.layers === null) return true;
  if (group.id === 'relief') return terrain !== null;
  if (group.id === 'population') return layers.some((layer) => layer.attributes.includes('population') && layer.name === 'land-use');
  return layers.some((layer) => group.layers?.includes(layer.name));
}
