/** How high the ground of a territory rises, read from its own terrain tiles; and how much to raise it in 3D. */
import { PMTiles } from 'pmtiles';
import { WholeSource } from './archive.ts';

type Box = readonly [number, number, number, number];

/** Heights in metres between which nearly all the dry ground lies. */
export type Relief = { low_m: number; high_m: number };

const TILE_PX = 256;
const LEAST_ZOOM = 8;
const MOST_ZOOM = 12;
/** A rise that shows by itself, seen from above a commune. */
const SHOWS_M = 160;
const MOST = 3;

/** Marshes are raised threefold so that their banks show; cliffs a little; mountains stand as they are. */
export function exaggerationOf({ low_m, high_m }: Relief): number {
  const times = SHOWS_M / Math.max(1, high_m - low_m);
  return Math.round(Math.min(MOST, Math.max(1, times)) * 10) / 10;
}

/** The tiles that cover the box, few enough to be read at once. */
export function tilesOver([west, south, east, north]: Box): { z: number; x: number; y: number }[] {
  const z = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, Math.floor(Math.log2(360 / Math.max(east - west, north - south, 1e-6)))));
  const [left, top] = tileAt(west, north, z);
  const [right, bottom] = tileAt(east, south, z);
  const tiles: { z: number; x: number; y: number }[] = [];
  for (let x = Math.floor(left); x <= Math.floor(right); x += 1) for (let y = Math.floor(top); y <= Math.floor(bottom); y += 1) tiles.push({ z, x, y });
  return tiles;
}

function tileAt(lon_deg: number, lat_deg: number, z: number): [number, number] {
  const count = 2 ** z;
  return [((lon_deg + 180) / 360) * count, ((1 - Math.asinh(Math.tan((lat_deg * Math.PI) / 180)) / Math.PI) / 2) * count];
}

/** From the second to the ninety-eighth hundredth of the dry heights; the sea bed counts for sea level. */
export function reliefIn(heights_m: number[]): Relief {
  const sorted = heights_m.map((height) => Math.max(0, height)).sort((one, other) => one - other);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return { low_m: at(0.02), high_m: at(0.98) };
}

/** Reads the relief of that box in this archive. */
export async function reliefOf(url: string, box: Box): Promise<Relief> {
  const archive = new PMTiles(new WholeSource(url));
  const heights = await Promise.all(tilesOver(box).map(async ({ z, x, y }) => {
    const tile = await archive.getZxy(z, x, y);
    return tile ? heightsOf(tile.data, { z, x, y }, box) : [];
  }));
  return reliefIn(heights.flat());
}

/** The heights of a terrarium tile, inside the box: red × 256 + green + blue / 256 − 32 768 metres. */
async function heightsOf(png: ArrayBuffer, { z, x, y }: { z: number; x: number; y: number }, [west, south, east, north]: Box): Promise<number[]> {
  const image = await createImageBitmap(new Blob([png], { type: 'image/png' }), { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const pen = new OffscreenCanvas(TILE_PX, TILE_PX).getContext('2d', { willReadFrequently: true })!;
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, TILE_PX, TILE_PX);
  const [left, top] = tileAt(west, north, z);
  const [right, bottom] = tileAt(east, south, z);
  const found: number[] = [];
  for (let row = 0; row < TILE_PX; row += 2) {
    for (let column = 0; column < TILE_PX; column += 2) {
      const [px, py] = [x + (column + 0.5) / TILE_PX, y + (row + 0.5) / TILE_PX];
      if (px < left || px > right || py < top || py > bottom) continue;
      const at = 4 * (row * TILE_PX + column);
      found.push(data[at]! * 256 + data[at + 1]! + data[at + 2]! / 256 - 32_768);
    }
  }
  return found;
}
