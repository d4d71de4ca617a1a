/** One measure being made: its points, and what they come to on the ellipsoid. */
import type { Geometry, Position } from '@garance/client';
import type { Feature } from '@garance/map';
import { areaOf, circle, leg, legs, lengthOf, type Leg } from '@garance/map/measure.ts';
import { crossesItself } from '@garance/map/segments.ts';
import { areaWords, lengthWords } from './writing.ts';

export const MODES = ['distance', 'area', 'circle'] as const;
export type Mode = (typeof MODES)[number];

const FIRST_RADIUS_M = 500;
export const MOST_RADIUS_M = 200_000;

export class Measuring {
  mode = $state<Mode>('distance');
  points = $state.raw<readonly Position[]>([]);
  /** Where the pointer is while the measure is open: the next point to be. */
  next = $state.raw<Position | null>(null);
  ended = $state(false);
  radius_m = $state(FIRST_RADIUS_M);

  readonly legs: Leg[] = $derived(legs(this.points));
  readonly length_m: number = $derived(lengthOf(this.points));
  readonly crossed: boolean = $derived(this.mode === 'area' && this.points.length > 3 && crossesItself(this.points));

  /** The closed outline of what was measured; null for a distance, or when there is none yet. */
  readonly ring: Position[] | null = $derived.by(() => {
    const [first] = this.points;
    if (!first || this.mode === 'distance') return null;
    if (this.mode === 'circle') return circle(first, this.radius_m);
    return this.points.length < 3 ? null : [...this.points, first];
  });

  readonly surface: { area_m2: number; perimeter_m: number } | null = $derived(this.ring && !this.crossed ? areaOf(this.ring.slice(0, -1)) : null);

  add(position: Position): void {
    if (this.ended && this.mode !== 'circle') this.restart();
    if (this.mode === 'circle') {
      const [centre] = this.points;
      if (centre && !this.ended) {
        this.radius_m = Math.min(MOST_RADIUS_M, Math.max(1, Math.round(leg(centre, position).length_m)));
        this.ended = true;
        return;
      }
      this.points = [position];
      this.ended = false;
      return;
    }
    const last = this.points.at(-1);
    if (last && last[0] === position[0] && last[1] === position[1]) return;
    this.points = [...this.points, position];
  }

  undo = (): void => {
    this.points = this.points.slice(0, -1);
    this.ended = false;
  };

  end = (): void => {
    if (this.points.length > (this.mode === 'circle' ? 0 : 1)) this.ended = true;
  };

  restart = (): void => {
    this.points = [];
    this.ended = false;
  };

  choose(mode: Mode): void {
    if (mode === 'circle' || this.mode === 'circle') this.points = this.points.slice(0, 1);
    this.mode = mode;
    this.ended = false;
  }

  /** What was measured, to be kept as a drawing; null while there is nothing to keep. */
  get geometry(): Geometry | null {
    if (this.ring) return this.crossed ? null : { type: 'Polygon', coordinates: [this.ring] };
    return this.mode === 'distance' && this.points.length > 1 ? { type: 'LineString', coordinates: [...this.points] } : null;
  }

  /** As the map shows it: the points, the sides with their lengths, and the side to come. */
  get features(): Feature[] {
    const { points, ring } = this;
    const last = points.at(-1);
    const feature = (geometry: Geometry, text = ''): Feature => ({ type: 'Feature', geometry, properties: { role: 'measure', ...(text ? { text } : {}) } });
    const open = !this.ended && this.next && last && this.mode !== 'circle' ? [feature({ type: 'LineString', coordinates: [last, this.next] })] : [];
    const sides = this.mode !== 'distance' ? [] : this.legs.map(({ length_m }, index): Feature => {
      const [a, b] = [points[index]!, points[index + 1]!];
      return { type: 'Feature', geometry: { type: 'Point', coordinates: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] }, properties: { role: 'word', text: lengthWords(length_m) } };
    });
    const drawn = ring ? [feature({ type: 'Polygon', coordinates: [ring] })] : points.length > 1 ? [feature({ type: 'LineString', coordinates: [...points] })] : [];
    const total = this.mode === 'circle' ? lengthWords(this.radius_m) : this.surface ? areaWords(this.surface.area_m2) : points.length > 2 ? lengthWords(this.length_m) : '';
    return [...drawn, ...open, ...sides, ...points.map((point, index) => feature({ type: 'Point', coordinates: point }, index === points.length - 1 ? total : ''))];
  }
}
