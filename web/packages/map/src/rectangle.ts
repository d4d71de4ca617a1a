/** Whether a geometry touches a rectangle of the screen. Pure. */
import type { Geometry, Position } from '@garance/client';
import { crossing } from './segments.ts';

/** Left, top, right, bottom. */
export type Rectangle = readonly [number, number, number, number];

/** `project` gives where a place is on the screen. */
export function overlaps(rectangle: Rectangle, geometry: Geometry, project: (position: Position) => Position): boolean {
  if (geometry.type === 'Point') return holds(rectangle, project(geometry.coordinates));
  const rings = (geometry.type === 'LineString' ? [geometry.coordinates] : geometry.coordinates).map((ring) => ring.map(project));
  if (rings.some((ring) => touches(rectangle, ring))) return true;
  return geometry.type === 'Polygon' && rings.filter((ring) => surrounds(ring, [rectangle[0], rectangle[1]])).length % 2 === 1;
}

const holds = ([left, top, right, bottom]: Rectangle, [x, y]: Position): boolean => x >= left && x <= right && y >= top && y <= bottom;

function touches(rectangle: Rectangle, line: readonly Position[]): boolean {
  const [left, top, right, bottom] = rectangle;
  const diagonals: [Position, Position][] = [[[left, top], [right, bottom]], [[left, bottom], [right, top]]];
  return line.some((point, index) => holds(rectangle, point) || (index > 0 && diagonals.some(([from, to]) => crossing(line[index - 1]!, point, from, to))));
}

/** By how many times a ray from the point crosses the ring. */
function surrounds(ring: readonly Position[], [x, y]: Position): boolean {
  return ring.filter(([bx, by], index) => {
    const [ax, ay] = ring.at(index - 1)!;
    return ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax;
  }).length % 2 === 1;
}
