/** What a network down takes away, as the territory tells it. */
import type { Api, Geometry, Thing } from '@garance/client';
import { decimal, t, term } from '@garance/kit';
import { circleOf, polygonOf } from '@garance/map';
import { textOf, told } from '../things.ts';

export type Dependent = {
  layer: string; kind: string; name: string; lon_deg: number; lat_deg: number; sensitive: boolean; inside: boolean; cascade: boolean; loses: string[]; via: string[];
  autonomy_h?: number; capacity?: number;
};
export type Dependents = { total: number; sensitive: number; by_kind: Record<string, number>; items: Dependent[] };

/** A cut placed by one point is looked for around it. */
const AROUND_M = 150;

export const askDependents = (api: Api, outage: Thing): Promise<Dependents> | null => {
  const said = told(outage, 'description');
  const geometry = said['geometry'] as Geometry | undefined;
  const area = geometry?.type === 'Point' ? polygonOf(circleOf(geometry.coordinates, AROUND_M)) : geometry?.type === 'Polygon' ? geometry : null;
  return area ? api.ask('POST', 'territory/dependents', { network: textOf(said, 'network'), geometry: area }) : null;
};

/** A station or a site, in words. */
export const kindWords = ({ layer, kind }: Dependent): string => (layer === 'network-nodes' ? term('network-node', kind) : term('legend.sites', kind));

export const hoursWords = (hours: number): string => t('outage.hours', { n: decimal(hours, hours % 1 === 0 ? 0 : 1) });

/** « 3 sites sensibles sans électricité, dont EHPAD Les Mimosas (autonomie 4 h). » */
export function sentence(network: string, { sensitive, items }: Dependents): string {
  if (sensitive === 0) return t('outage.none-sensitive');
  const first = items.find((one) => one.sensitive)!;
  const name = first.name || kindWords(first);
  const who = first.autonomy_h === undefined ? t('outage.autonomy-unknown', { name }) : t('outage.autonomy', { name, hours: hoursWords(first.autonomy_h) });
  return t(sensitive === 1 ? 'outage.one-sensitive' : 'outage.some-sensitive', { n: decimal(sensitive, 0), lost: term('network-lost', network), who });
}
