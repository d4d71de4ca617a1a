/** The ways a place is said in figures, written and read: degrees, Lambert-93, UTM, MGRS, the DFCI squares of French firefighters. */
import type { Position } from '@garance/client';
import proj4 from 'proj4';
import { sayDecimal, saySexagesimal, type Manner, type Said, type System } from './degrees.ts';
import { dfciOf, dfciSquare } from './dfci.ts';

/** A place read from what somebody typed. `size_m` is the side of the square it names, when it names a square. */
export type Reading = { system: System; position: Position; size_m: number };

const LAMBERT_93 = '+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000 +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +units=m +no_defs';
/** Where Lambert-93 is meant for: metropolitan France and its waters (EPSG area of use). */
const FRANCE = { west: -9.86, south: 41.15, east: 10.38, north: 51.56 };

const inFrance = ([lon, lat]: Position): boolean => lon >= FRANCE.west && lon <= FRANCE.east && lat >= FRANCE.south && lat <= FRANCE.north;
const onEarth = ([lon, lat]: Position): boolean => Math.abs(lon) <= 180 && Math.abs(lat) <= 90;

const utm = (zone: number, south = false): string => `+proj=utm +zone=${zone} ${south ? '+south ' : ''}+datum=WGS84 +units=m +no_defs`;
/** The UTM zone of a place; null beyond the latitudes the grid is made for. */
export const zoneOf = ([lon, lat]: Position): number | null => (lat < -80 || lat > 84 ? null : (Math.floor((lon + 180) / 6) % 60) + 1);

export const toLambert93 = (position: Position): Position | null => (inFrance(position) ? (proj4(LAMBERT_93).forward([...position]) as Position) : null);
export const toUtm = (position: Position, zone: number): Position => proj4(utm(zone, position[1] < 0)).forward([...position]) as Position;
export const fromUtm = (flat: Position, zone: number, south = false): Position => proj4(utm(zone, south)).inverse([...flat]) as Position;

const thousands = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u202f');

/** How a place is said in that system; null where the system does not reach. */
export function say(position: Position, system: System, manner: Manner): Said | null {
  if (!onEarth(position)) return null;
  switch (system) {
    case 'decimal': return sayDecimal(position, manner);
    case 'sexagesimal': return saySexagesimal(position, manner);
    case 'lambert93': return sayLambert93(position);
    case 'utm': return sayUtm(position, manner);
    case 'mgrs': return sayMgrs(position);
    case 'dfci': return sayDfci(position);
  }
}

function sayLambert93(position: Position): Said | null {
  const flat = toLambert93(position);
  return flat && { shown: `X\u00a0${thousands(flat[0])}\u2002Y\u00a0${thousands(flat[1])}`, copied: `${Math.round(flat[0])} ${Math.round(flat[1])}` };
}

function sayUtm(position: Position, { north, south }: Manner): Said | null {
  const zone = zoneOf(position);
  if (zone === null) return null;
  const [x, y] = toUtm(position, zone);
  const [shownHalf, half] = position[1] < 0 ? [south, 'S'] : [north, 'N'];
  return { shown: `${zone}\u00a0${shownHalf}\u2002${thousands(x)}\u2002${thousands(y)}`, copied: `${zone}${half} ${Math.round(x)} ${Math.round(y)}` };
}

function sayMgrs(position: Position): Said | null {
  if (zoneOf(position) === null) return null;
  const copied = proj4.mgrs.forward([...position]);
  const [, zone, square, easting, northing] = /^(\d{1,2}[A-Z])([A-Z]{2})(\d{5})(\d{5})$/.exec(copied)!;
  return { shown: `${zone}\u00a0${square}\u00a0${easting}\u00a0${northing}`, copied };
}

function sayDfci(position: Position): Said | null {
  const code = dfciOf(position);
  return code === null ? null : { shown: code, copied: code };
}

/**
 * The places that a typed text may name. Several when it can be understood in more than one way; none when it is no
 * coordinate. Two bare degrees are latitude then longitude; the other order is also offered when only that one falls
 * within `likely` (west, south, east, north).
 */
export function readCoordinates(text: string, likely: readonly number[] | null = null): Reading[] {
  const typed = text.trim().replace(/[\u00a0\u202f\u2002]/g, ' ');
  const found = readDfci(typed) ?? readMgrs(typed) ?? readUtm(typed) ?? readLambert93(typed);
  return found ? [found] : readDegrees(typed, likely);
}

function readDfci(typed: string): Reading | null {
  const square = dfciSquare(typed);
  return square && { system: 'dfci', position: square.centre, size_m: square.size_m };
}

function readMgrs(typed: string): Reading | null {
  const plain = typed.replaceAll(' ', '').toUpperCase();
  const parts = /^\d{1,2}[C-HJ-NP-X][A-HJ-NP-Z][A-HJ-NP-V](\d*)$/.exec(plain);
  const digits = parts?.[1]?.length ?? 1;
  if (digits % 2 === 1 || digits > 10 || digits < 2) return null;
  try {
    return { system: 'mgrs', position: proj4.mgrs.toPoint(plain) as Position, size_m: 10 ** (5 - digits / 2) };
  } catch {
    return null;
  }
}

/** Metres, whose thousands may be set apart and which may have decimals. */
const METRES = String.raw`(\d{1,3}(?: \d{3})+(?:[.,]\d+)?|\d{5,7}(?:[.,]\d+)?)`;
const metres = (text: string): number => Number(text.replaceAll(' ', '').replace(',', '.'));

function readUtm(typed: string): Reading | null {
  const before = new RegExp(String.raw`^(?:UTM )?(\d{1,2}) ?([NS]),? +(?:[EX]:? ?)?${METRES}[ ,;]+(?:[NY]:? ?)?${METRES}$`, 'i').exec(typed);
  const [, zoneText = '', half = '', x = '', y = ''] = before ?? [];
  const zone = Number(zoneText);
  if (!before || zone < 1 || zone > 60) return null;
  const flat: Position = [metres(x), metres(y)];
  if (flat[0] < 100_000 || flat[0] > 900_000 || flat[1] > 10_000_000) return null;
  return { system: 'utm', position: fromUtm(flat, zone, half.toUpperCase() === 'S'), size_m: 1 };
}

function readLambert93(typed: string): Reading | null {
  const parts = new RegExp(String.raw`^(?:(?:L93|Lambert[ -]?93):? *)?(?:[XE]:? ?)?${METRES}(?: *[,;] *| +)(?:[YN]:? ?)?${METRES}$`, 'i').exec(typed);
  if (!parts) return null;
  const flat: Position = [metres(parts[1]!), metres(parts[2]!)];
  if (flat[0] > 1_400_000 || flat[1] < 5_900_000 || flat[1] > 7_300_000) return null;
  const position = proj4(LAMBERT_93).inverse([...flat]) as Position;
  return inFrance(position) ? { system: 'lambert93', position, size_m: 1 } : null;
}

type Angle = { value: number; axis: 'lon' | 'lat' | null; sexagesimal: boolean };

const NUMBER = String.raw`(\d{1,3})(?:[.,](\d+))?`;
const MAGNITUDE = String.raw`([-+−])?${NUMBER}\s*(?:°|º|d)?\s*(?:(\d{1,2})(?:[.,](\d+))?\s*['′’m]\s*(?:(\d{1,2})(?:[.,](\d+))?\s*(?:"|″|”|''|s)?)?)?`;
const AFTER = String.raw`\s*[,;/]?\s*`;
/** The letter of its wind comes before or after an angle, never both. */
const LED = new RegExp(String.raw`^([NSEWO])\s*${MAGNITUDE}()${AFTER}`, 'i');
const FOLLOWED = new RegExp(String.raw`^()${MAGNITUDE}\s*([NSEWO])?${AFTER}`, 'i');

/** One angle at the head of a text, and what follows it. */
function takeAngle(text: string): [Angle, string] | null {
  const parts = LED.exec(text) ?? FOLLOWED.exec(text);
  if (!parts) return null;
  const [whole, before, sign, degrees, part, minutes, minutePart, seconds, secondPart, after] = parts;
  const letter = (before || after || '').toUpperCase();
  const number = (head: string | undefined, tail: string | undefined): number => Number(`${head ?? 0}.${tail ?? 0}`);
  const [minute, second] = [number(minutes, minutePart), number(seconds, secondPart)];
  if (minute >= 60 || second >= 60 || (minutes && part)) return null;
  const size = number(degrees, part) + minute / 60 + second / 3600;
  const minus = (sign === '-' || sign === '−') !== ['S', 'W', 'O'].includes(letter);
  const axis = letter === '' ? null : 'NS'.includes(letter) ? 'lat' : 'lon';
  return [{ value: minus ? -size : size, axis, sexagesimal: minutes !== undefined }, text.slice(whole.length)];
}

function readDegrees(typed: string, likely: readonly number[] | null): Reading[] {
  const first = takeAngle(typed);
  const second = first && takeAngle(first[1]);
  if (!first || !second || second[1] !== '') return [];
  const [a, b] = [first[0], second[0]];
  const system = a.sexagesimal || b.sexagesimal ? 'sexagesimal' : 'decimal';
  if ((a.axis === null) !== (b.axis === null) || (a.axis !== null && a.axis === b.axis)) return [];
  const reading = (lat: number, lon: number): Reading => ({ system, position: [lon, lat], size_m: 0 });
  const plain = a.axis === 'lon' ? reading(b.value, a.value) : reading(a.value, b.value);
  const offered = [plain];
  if (a.axis === null && likely && !within(plain.position, likely) && within([a.value, b.value], likely)) offered.unshift(reading(b.value, a.value));
  return offered.filter(({ position }) => onEarth(position));
}

const within = ([lon, lat]: Position, [west, south, east, north]: readonly number[]): boolean => lon >= west! && lon <= east! && lat >= south! && lat <= north!;
