/** Segments that cross. Pure. */
import type { Position } from '@garance/client';

const turn = ([ax, ay]: Position, [bx, by]: Position, [cx, cy]: Position): number => Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));

/** Whether two segments cross each other elsewhere than at their ends. */
export const crossing = (a: Position, b: Position, c: Position, d: Position): boolean => turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;

/** Whether an outline crosses itself: its area would mean nothing. */
export function crossesItself(points: readonly Position[]): boolean {
  const side = (index: number): [Position, Position] => [points[index]!, points[(index + 1) % points.length]!];
  return points.some((_, one) => points.slice(one + 1).some((__, rest) => crossing(...side(one), ...side(one + 1 + rest))));
}
