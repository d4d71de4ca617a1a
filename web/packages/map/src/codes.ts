/** The few letters written in a unit's rectangle, as fire services do: FPT, VSAV, BLS… */

/** What the letters are when the name does not begin with its own. */
const CODES: Record<string, string> = {
  'fire-engine': 'FPT', ambulance: 'VSAV', 'command-car': 'VLCG', 'rescue-boat': 'BLS', bus: 'TC', pump: 'MPR', team: 'ÉQ', other: 'MOY',
};

const AIR = /helicopter|aircraft|plane|drone/;
const OWN = /^([A-ZÉ]{2,5}\d?)(?=$|[\s\-–—/.\d])/;

/** A unit that flies bears two facing triangles and no letters. */
export const flies = (kind: string): boolean => AIR.test(kind);

/** A group of people has no tick: it is not a vehicle. */
export const isTeam = (kind: string): boolean => /team|post|staff|person/.test(kind);

/** The letters of a unit; empty for what flies. */
export function codeOf(name: string, kind: string): string {
  if (flies(kind)) return '';
  return OWN.exec(name.trim())?.[1] ?? CODES[kind] ?? kind.replace(/[^a-z]/g, '').slice(0, 3).toUpperCase();
}
