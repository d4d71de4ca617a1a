/** When and where a photograph says it was taken, read from its own first bytes (JPEG, Exif 2.3). Only to propose. Pure. */
import type { Point } from './wire.ts';

/** `wall`: the hour of the camera, in whatever zone it was set; `offset_min` when it says which. */
export type Taken = { wall: string | null; offset_min: number | null; geometry: Point | null };

export const NOT_TOLD: Taken = { wall: null, offset_min: null, geometry: null };
/** As far as Exif may stand from the beginning of a file. */
export const EXIF_BYTES = 256 * 1024;

const MOST_SEGMENTS = 64;
const MOST_FIELDS = 256;
const [EXIF_PART, GPS_PART] = [0x8769, 0x8825];
const WIDTH: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 };

class Tiff {
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(view: DataView, little: boolean) {
    this.#view = view;
    this.#little = little;
  }

  short = (at: number): number => (at + 2 <= this.#view.byteLength ? this.#view.getUint16(at, this.#little) : 0);
  long = (at: number): number => (at + 4 <= this.#view.byteLength ? this.#view.getUint32(at, this.#little) : 0);

  text(at: number, length: number): string {
    let words = '';
    for (let next = at; next < Math.min(at + length, this.#view.byteLength); next += 1) {
      const code = this.#view.getUint8(next);
      if (code === 0) break;
      words += String.fromCharCode(code);
    }
    return words.trim();
  }

  ratio(at: number): number {
    const under = this.long(at + 4);
    return under === 0 ? NaN : this.long(at) / under;
  }

  /** The fields of a part: by tag, where the value stands and how many there are. */
  part(at: number): Map<number, { at: number; count: number }> {
    const found = new Map<number, { at: number; count: number }>();
    const count = Math.min(this.short(at), MOST_FIELDS);
    for (let index = 0; index < count; index += 1) {
      const field = at + 2 + index * 12;
      const [tag, kind, many] = [this.short(field), this.short(field + 2), this.long(field + 4)];
      const size = (WIDTH[kind] ?? 0) * many;
      if (size > 0) found.set(tag, { at: size <= 4 ? field + 8 : this.long(field + 8), count: many });
    }
    return found;
  }
}

/** The Exif of a JPEG, wherever it stands among the segments before the picture. */
function tiffOf(bytes: ArrayBuffer): Tiff | null {
  const view = new DataView(bytes, 0, Math.min(bytes.byteLength, EXIF_BYTES));
  if (view.byteLength < 12 || view.getUint16(0) !== 0xffd8) return null;
  for (let [at, seen] = [2, 0]; at + 10 < view.byteLength && seen < MOST_SEGMENTS; seen += 1) {
    const [marker, length] = [view.getUint16(at), view.getUint16(at + 2)];
    if ((marker & 0xff00) !== 0xff00 || marker === 0xffda || length < 2) return null;
    if (marker === 0xffe1 && length > 16 && view.getUint32(at + 4) === 0x45786966) {
      const from = at + 10;
      const order = from + 8 <= view.byteLength ? view.getUint16(from) : 0;
      return order === 0x4949 || order === 0x4d4d ? new Tiff(new DataView(bytes, from, Math.min(length - 8, view.byteLength - from)), order === 0x4949) : null;
    }
    at += 2 + length;
  }
  return null;
}

const MOMENT = /^(\d{4}):(\d{2}):(\d{2})[ T](\d{2}):(\d{2}):(\d{2})$/;
const OFFSET = /^([+-])(\d{2}):?(\d{2})$/;

/** « 2010-02-28T04:31:00 », when there is such a day and hour. */
function wallOf(words: string): string | null {
  const found = MOMENT.exec(words);
  if (!found) return null;
  const wall = `${found[1]}-${found[2]}-${found[3]}T${found[4]}:${found[5]}:${found[6]}`;
  const at = new Date(`${wall}Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(wall) ? wall : null;
}

function offsetOf(words: string): number | null {
  const found = OFFSET.exec(words);
  const minutes = found ? Number(found[2]) * 60 + Number(found[3]) : NaN;
  return minutes <= 14 * 60 ? (found![1] === '-' ? -minutes : minutes) : null;
}

function degrees(tiff: Tiff, field: { at: number; count: number } | undefined, most: number): number | null {
  if (!field || field.count < 3) return null;
  const [whole, minutes, seconds] = [0, 1, 2].map((part) => tiff.ratio(field.at + part * 8));
  const value = whole! + minutes! / 60 + (Number.isNaN(seconds!) ? 0 : seconds! / 3600);
  return value >= 0 && value <= most ? value : null;
}

function placeOf(tiff: Tiff, at: number): Point | null {
  const gps = tiff.part(at);
  const [lat, lon] = [degrees(tiff, gps.get(2), 90), degrees(tiff, gps.get(4), 180)];
  if (lat === null || lon === null || (lat === 0 && lon === 0)) return null; // what a camera writes before it knows
  const sign = (tag: number, letter: string): number => (gps.has(tag) && tiff.text(gps.get(tag)!.at, 1).toUpperCase() === letter ? -1 : 1);
  const round = (value: number): number => Math.round(value * 1e7) / 1e7;
  return { type: 'Point', coordinates: [round(lon * sign(3, 'W')), round(lat * sign(1, 'S'))] };
}

/** Never throws: what cannot be read tells nothing. */
export function takenOf(bytes: ArrayBuffer): Taken {
  const tiff = tiffOf(bytes);
  if (!tiff) return NOT_TOLD;
  const first = tiff.part(tiff.long(4));
  const part = (tag: number): number | null => (first.has(tag) ? tiff.long(first.get(tag)!.at) : null);
  const [more, gps] = [part(EXIF_PART), part(GPS_PART)];
  const exif = more === null ? new Map<number, { at: number; count: number }>() : tiff.part(more);
  const words = (tag: number): string => (exif.has(tag) ? tiff.text(exif.get(tag)!.at, exif.get(tag)!.count) : '');
  const changed = first.has(0x0132) ? tiff.text(first.get(0x0132)!.at, first.get(0x0132)!.count) : '';
  return { wall: wallOf(words(0x9003)) ?? wallOf(changed), offset_min: offsetOf(words(0x9011)), geometry: gps === null ? null : placeOf(tiff, gps) };
}
