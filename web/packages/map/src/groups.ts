/** What a person can show or hide, and what its legend says. The layers panel and the style both read this. */
import type { TerritoryLayer } from '@garance/client';
import type { Palette } from './palette.ts';

export type GroupId =
  | 'shapes' | 'resources' | 'sensors' | 'entries'
  | 'sites' | 'communes' | 'defences' | 'risk-zones' | 'past-extent'
  | 'buildings' | 'roads' | 'water' | 'population' | 'relief';

/** `role` is the territory role that must be present; null for what people make. */
export type Group = { id: GroupId; role: string | null; family: 'operation' | 'risk' | 'ground' };

export const GROUPS: readonly Group[] = [
  { id: 'shapes', role: null, family: 'operation' },
  { id: 'resources', role: null, family: 'operation' },
  { id: 'sensors', role: null, family: 'operation' },
  { id: 'entries', role: null, family: 'operation' },
  { id: 'defences', role: 'defences', family: 'risk' },
  { id: 'risk-zones', role: 'risk-zones', family: 'risk' },
  { id: 'past-extent', role: 'past-extent', family: 'risk' },
  { id: 'sites', role: 'sites', family: 'risk' },
  { id: 'population', role: 'land-use', family: 'ground' },
  { id: 'buildings', role: 'buildings', family: 'ground' },
  { id: 'roads', role: 'roads', family: 'ground' },
  { id: 'water', role: 'water', family: 'ground' },
  { id: 'communes', role: 'communes', family: 'ground' },
  { id: 'relief', role: 'terrain', family: 'ground' },
];

export type Visibility = Record<GroupId, boolean>;

const all = (shown: readonly GroupId[]): Visibility =>
  Object.fromEntries(GROUPS.map(({ id }) => [id, shown.includes(id)])) as Visibility;

const OPERATION: GroupId[] = ['shapes', 'resources', 'sensors', 'entries'];
const GROUND: GroupId[] = ['buildings', 'roads', 'water', 'communes', 'relief'];

/** What each axis shows first: the picture for the question it asks. */
export const PRESETS: Record<string, Visibility> = {
  watch: all(['sensors', 'shapes', 'resources', 'defences', 'sites', ...GROUND]),
  anticipate: all(['sensors', 'shapes', 'defences', 'risk-zones', 'past-extent', 'sites', ...GROUND]),
  prepare: all(['sites', 'population', 'risk-zones', ...GROUND]),
  conduct: all([...OPERATION, 'defences', 'sites', ...GROUND]),
  analyse: all([...OPERATION, 'past-extent', ...GROUND]),
  inform: all(['shapes', 'sites', 'entries', ...GROUND]),
};

export type LegendItem = { key: string; colour: string; form: 'fill' | 'hatch' | 'line' | 'dash' | 'dots' | 'ring'; share?: number };

/** The legend of one group; `key` names its words in the catalogues (`legend.<key>`). */
export function legendOf(group: GroupId, p: Palette): LegendItem[] {
  switch (group) {
    case 'defences':
      return [
        { key: 'defences.good', colour: p.good, form: 'line' },
        { key: 'defences.medium', colour: p.medium, form: 'dash' },
        { key: 'defences.bad', colour: p.bad, form: 'dots' },
        { key: 'defences.unknown', colour: p.unknown, form: 'line' },
      ];
    case 'risk-zones':
      return [
        { key: 'risk-zones.red', colour: p.red, form: 'fill' },
        { key: 'risk-zones.orange', colour: p.orange, form: 'fill' },
        { key: 'risk-zones.blue', colour: p.blue, form: 'fill' },
        { key: 'risk-zones.other', colour: p.grey, form: 'fill' },
      ];
    case 'past-extent':
      return [{ key: 'past-extent', colour: p.past, form: 'hatch' }];
    case 'population':
      return [{ key: 'population', colour: p.people, form: 'fill' }];
    default:
      return [];
  }
}

/** Whether the territory has what the group needs. */
export function available(group: Group, layers: readonly TerritoryLayer[], terrain: string | null): boolean {
  if (group.role === null) return true;
  if (group.role === 'terrain') return terrain !== null;
  if (group.id === 'population') return layers.some((layer) => layer.attributes.includes('population') && layer.role === 'land-use');
  return layers.some((layer) => layer.role === group.role);
}
