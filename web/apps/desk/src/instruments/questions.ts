/** Questions asked of the ground, as the server answers them. */
import { Unreachable, type Api, type LineString, type Position } from '@garance/client';
import { Refusal } from '@garance/client';
import { refusalWords, t } from '@garance/kit';

export type PlaceFound = { kind: string; name: string; context: string; lon_deg: number; lat_deg: number; score: number; detail: string };
export type Thing = {
  layer: string;
  properties: Record<string, string | number | boolean>;
  distance_m: number | null;
  lon_deg: number | null;
  lat_deg: number | null;
  bearing_deg: number | null;
};
export type People = { low: number; central: number; high: number };
export type HereAnswer = {
  phrase: { fr: string; en: string; kind: string };
  commune: string | null;
  insee_code: string | null;
  elevation_m: number | null;
  zones: Thing[];
  sites: Thing[];
  water_points: Thing[];
  defences: Thing[];
  people_100m: People;
  people_300m: People;
  people_500m: People;
  people_1000m: People;
};
export type Inside = { people: People; buildings: number; roads_m: number; sites_by_kind: Record<string, number>; sites: Thing[]; zones_by_layer: Record<string, number> };
export type Profile = { distance_m: number[]; elevation_m: (number | null)[]; climb_m: number; drop_m: number };
export type Traveller = 'car' | 'heavy' | 'foot';
export type Route = {
  length_m: number;
  seconds: number;
  geometry: LineString;
  steps: { name: string | null; length_m: number }[];
  gap_m: number;
  wrong_way_m: number;
  warnings: string[];
};

const DIGITS = 6;
const said = ([lon, lat]: Position): string => `${lon.toFixed(DIGITS)},${lat.toFixed(DIGITS)}`;
const query = (values: Record<string, string>): string => new URLSearchParams(values).toString();

export const searchPlaces = (api: Api, q: string, near: Position | null): Promise<{ items: PlaceFound[] }> =>
  api.ask('GET', `territory/search?${query({ q, limit: '12', ...(near ? { near: said(near) } : {}) })}`);
export const askHere = (api: Api, [lon, lat]: Position): Promise<HereAnswer> =>
  api.ask('GET', `territory/here?${query({ lon: lon.toFixed(DIGITS), lat: lat.toFixed(DIGITS) })}`);
export const askInside = (api: Api, ring: readonly Position[]): Promise<Inside> =>
  api.ask('POST', 'territory/inside', { geometry: { type: 'Polygon', coordinates: [ring] } });
export const askProfile = (api: Api, line: readonly Position[]): Promise<Profile> =>
  api.ask('GET', `territory/profile?${query({ line: line.map(said).join(';'), samples: '200' })}`);
export const askRoute = (api: Api, from: Position, to: Position, profile: Traveller): Promise<Route> =>
  api.ask('GET', `territory/route?${query({ from: said(from), to: said(to), profile })}`);

/** Why a question has no answer, in words: the server refused it, or could not be reached. */
export function problemWords(problem: unknown): string {
  if (problem instanceof Refusal) return refusalWords(problem.code, problem.detail);
  return problem instanceof Unreachable ? t('instrument.unreachable') : t('instrument.failed');
}
