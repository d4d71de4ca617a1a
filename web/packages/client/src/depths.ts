/** Simulated water depths as the server gives them: grids, grey pictures, comparison with a mapped extent. */

export type DepthGrid = {
  grid: string;
  title_fr: string;
  title_en: string;
  bands: number;
  cell_m: number;
  deepest_m: number;
  bbox: [number, number, number, number];
  /** Address of a band's picture, `{band}` to be filled. */
  picture: string;
  source: string;
  licence: string;
  attribution: string;
};

export type DepthGrids = { items: DepthGrid[]; compared: boolean };
export type PeopleCounted = { low: number; central: number; high: number };

export type DepthComparison = {
  grid: string;
  band: number;
  cell_m: number;
  wet_from_m: number;
  land_km2: number;
  mapped_km2: number;
  modelled_km2: number;
  both_km2: number;
  only_mapped_km2: number;
  only_modelled_km2: number;
  people_mapped: PeopleCounted | null;
  people_modelled: PeopleCounted | null;
};

/** What one level of grey is worth, in metres; `DEEPEST` is that depth or more, `UNKNOWN` nothing known. */
export const LEVEL_M = 0.05;
export const DEEPEST = 254;
export const UNKNOWN = 255;

/** One band in web mercator: a level for each pixel, from the north-west corner. */
export type DepthFrame = { width: number; height: number; levels: Uint8Array; bbox: DepthGrid['bbox'] };

/** Reads a picture. Its levels are data: no colour profile may touch them. */
export async function readFrame(address: string, bbox: DepthGrid['bbox']): Promise<DepthFrame> {
  const answer = await fetch(address, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const bitmap = await createImageBitmap(await answer.blob(), { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const { width, height } = bitmap;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const levels = new Uint8Array(width * height);
  for (let i = 0; i < levels.length; i += 1) levels[i] = data[i * 4]!;
  return { width, height, levels, bbox };
}

const northing = (lat_deg: number): number => Math.log(Math.tan(Math.PI / 4 + (lat_deg * Math.PI) / 360));

/** The level at a place; null outside the picture. */
export function levelAt({ width, height, levels, bbox: [west, south, east, north] }: DepthFrame, [lon_deg, lat_deg]: [number, number]): number | null {
  const x = Math.floor(((lon_deg - west) / (east - west)) * width);
  const y = Math.floor(((northing(north) - northing(lat_deg)) / (northing(north) - northing(south))) * height);
  if (x < 0 || y < 0 || x >= width || y >= height) return null;
  return levels[y * width + x]!;
}
