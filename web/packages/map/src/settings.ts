/** What a map is made with: where it is drawn, what it shows first, and whom it tells what happens on it. */
import type { Position, Territory } from '@garance/client';
import { addProtocol, setWorkerUrl } from 'maplibre-gl';
import { archivesOf } from './archive.ts';
import type { Worn } from './dress.ts';
import type { Selection } from './features.ts';
import type { ThemeName } from './theme.ts';

export type Camera = { lon_deg: number; lat_deg: number; zoom: number; pitch_deg: number; bearing_deg: number };

export type MapSettings = {
  container: HTMLElement;
  territory: Territory | null;
  theme: ThemeName;
  worn: Worn;
  workerUrl: string;
  fontUrls: { url: string; ranges: string[] }[];
  resolve: (path: string) => string;
  words: Record<string, string>;
  camera: Camera | null;
  /** What to frame first when no camera is asked for; the whole territory when there is nothing. */
  frame: Box | null;
  still: boolean;
  /** `under` is everything under the pointer, nearest to the eye first; `at` is where, in pixels of the map. */
  onselect: (selection: Selection | null, under: Selection[], at: [number, number]) => void;
  /** Several units at one place, counted together, were clicked. */
  oncrowd: (members: string[]) => void;
  /** Whom the camera follows now; null once the person has moved the map. */
  onfollow: (id: string | null) => void;
  onpoint: (position: Position | null) => void;
  oncamera: (camera: Camera) => void;
  onproblem: (message: string) => void;
  /** How many times the relief is raised in 3D, once its heights are read. */
  onrelief: (times: number) => void;
};

export type Box = [number, number, number, number];

/** Tells the engine where its worker is, and how the archives of this territory are read. */
export function prepare({ workerUrl, territory, resolve }: MapSettings): void {
  setWorkerUrl(workerUrl);
  addProtocol('pmtiles', archivesOf([territory?.basemap, territory?.terrain].flatMap((path) => (path ? [resolve(path)] : []))).tile);
}
