/** How many different things there are among what the map drew: one that lies over several tiles, or in several layers, counts once. Pure. */

type Drawn = { id?: string | number; sourceLayer?: string; properties: Record<string, unknown> | null };

/** What people make has an identifier of its own; what a pack holds has that of its tile, else its attributes. */
export function countThings(drawn: readonly Drawn[]): number {
  return new Set(drawn.map(({ id, sourceLayer, properties }) => `${sourceLayer ?? ''} ${(sourceLayer === undefined ? properties?.['id'] : id) ?? JSON.stringify(properties)}`)).size;
}
