/** Where a drawn shape bears its name: one point, inside it, far from its edges. Tiles would write it once each. */
import type { Geometry, Position } from '@garance/client';

const STEPS = 14;
const kept = new WeakMap<Geometry, Position>();

/** The point of the name; kept, since a geometry never changes once said. */
export function namePoint(geometry: Geometry): Position {
  const known = kept.get(geometry);
  if (known) return known;
  const found = geometry.type === 'Polygon' ? heart(geometry.coordinates) : geometry.type === 'LineString' ? halfWay(geometry.coordinates) : geometry.coordinates;
  kept.set(geometry, found);
  return found;
}

/** Halfway along the line. */
function halfWay(line: Position[]): Position {
  const lengths = line.slice(1).map((point, index) => Math.hypot(point[0] - line[index]![0], point[1] - line[index]![1]));
  let left = lengths.reduce((sum, length) => sum + length, 0) / 2;
  for (const [index, length] of lengths.entries()) {
    const [from, to] = [line[index]!, line[index + 1]!];
    if (left <= length) return length === 0 ? from : [from[0] + ((to[0] - from[0]) * left) / length, from[1] + ((to[1] - from[1]) * left) / length];
    left -= length;
  }
  return line.at(-1) ?? [0, 0];
}

/** The point of a grid over the polygon that is inside and farthest from every edge; twice, the second time finer. */
function heart(rings: Position[][]): Position {
  const outer = rings[0] ?? [];
  const squeeze = Math.cos(((outer[0]?.[1] ?? 0) * Math.PI) / 180) || 1;
  const flat = rings.map((ring) => ring.map(([lon, lat]): Position => [lon * squeeze, lat]));
  const xs = flat[0]!.map(([x]) => x);
  const ys = flat[0]!.map(([, y]) => y);
  let box = { west: Math.min(...xs), east: Math.max(...xs), south: Math.min(...ys), north: Math.max(...ys) };
  let best: Position = [(box.west + box.east) / 2, (box.south + box.north) / 2];
  let depth = -Infinity;
  for (let pass = 0; pass < 2; pass += 1) {
    const wide = (box.east - box.west) / STEPS;
    const high = (box.north - box.south) / STEPS;
    for (let cell = 0; cell < STEPS * STEPS; cell += 1) {
      const at: Position = [box.west + ((cell % STEPS) + 0.5) * wide, box.south + (Math.floor(cell / STEPS) + 0.5) * high];
      const here = depthAt(at, flat);
      if (here > depth) [best, depth] = [at, here];
    }
    box = { west: best[0] - wide, east: best[0] + wide, south: best[1] - high, north: best[1] + high };
  }
  return [best[0] / squeeze, best[1]];
}

/** The distance to the nearest edge, negative outside. */
function depthAt([x, y]: Position, rings: Position[][]): number {
  let inside = false;
  let nearest = Infinity;
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [a, b] = [ring[i]!, ring[i + 1]!];
      if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside;
      nearest = Math.min(nearest, toSegment(x, y, a, b));
    }
  }
  return inside ? nearest : -nearest;
}

function toSegment(x: number, y: number, a: Position, b: Position): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - a[0]) * dx + (y - a[1]) * dy) / length));
  return Math.hypot(x - a[0] - along * dx, y - a[1] - along * dy);
}
