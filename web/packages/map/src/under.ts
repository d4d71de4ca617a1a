/** What a click means when several things lie under it. Pure. */
import type { Selection } from './features.ts';

export type Drawn = { geometry: { type: string }; properties: Record<string, unknown> };

/** Each thing once, nearest to the eye first. What stands at a place hides the zones and lines it stands on. */
export function selectionsOf(drawn: readonly Drawn[]): Selection[] {
  const stands = drawn.filter(({ geometry, properties }) => geometry.type === 'Point' && properties['kind'] !== 'crowd');
  const each = new Map<string, Selection>();
  for (const { properties } of stands.length > 0 ? stands : drawn) {
    const id = String(properties['id']);
    if (!each.has(id)) each.set(id, { kind: properties['kind'] as Selection['kind'], id });
  }
  return [...each.values()];
}
