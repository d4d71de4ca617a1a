/** Lengths, areas and bearings in words. */
import { decimal, t, term } from '@garance/kit';
import { axisOf, measuresOf, readingsOf, type Draft, type Handle, type Readings } from '@garance/map';
import type { Figure, Geometry, Position } from '@garance/client';

export const lengthWords = (m: number): string => (m < 1000 ? `${decimal(m, m < 10 ? 1 : 0)}\u00a0m` : `${decimal(m / 1000, m < 100_000 ? 2 : 0)}\u00a0km`);

export const areaWords = (m2: number): string =>
  m2 < 10_000 ? `${decimal(m2, 0)}\u00a0m²` : m2 < 1_000_000 ? `${decimal(m2 / 10_000, 1)}\u00a0ha` : `${decimal(m2 / 1_000_000, 2)}\u00a0km²`;

/** 037° */
export const bearingWords = (deg: number): string => `${String(Math.round(deg) % 360).padStart(3, '0')}°`;

/** Each reading that there is, with its own name. */
export function readingList(readings: Readings): [string, string][] {
  const { radius_m, bearing_deg, opening_deg, stretch_m, length_m, area_m2 } = readings;
  const found: [string, string | null][] = [
    ['radius', radius_m === null ? null : lengthWords(radius_m)],
    ['stretch', stretch_m === null ? null : lengthWords(stretch_m)],
    ['bearing', bearing_deg === null ? null : bearingWords(bearing_deg)],
    ['opening', opening_deg === null ? null : `${decimal(opening_deg, 0)}°`],
    ['area', area_m2 === null ? null : areaWords(area_m2)],
    [area_m2 === null ? 'length' : 'contour', length_m === null || radius_m !== null ? null : lengthWords(length_m)],
  ];
  return found.flatMap(([name, value]): [string, string][] => (value === null ? [] : [[term('reading', name), value]]));
}

/** The same, short, beside the pointer. */
export const readingWords = (draft: Draft, pointer: Position | null): string =>
  readingList(readingsOf(draft, pointer)).slice(0, 3).map(([name, value]) => `${name} ${value}`).join('\n');

export const handleWords = ({ role, index }: Handle): string => t(`handle.${role}`, { n: index + 1 });

/** The size of a drawing that stands: its radius, its area, its length; nothing for a point. */
export function measureWords(geometry: Geometry, figure: Figure | null): string {
  const { length_m, area_m2 } = measuresOf(geometry);
  return [
    figure ? `${term('reading', 'radius')} ${lengthWords(figure.radius_m)}` : '',
    figure?.form === 'sector' ? `${term('reading', 'bearing')} ${bearingWords(axisOf(figure))}` : '',
    area_m2 === null ? (length_m === null ? '' : lengthWords(length_m)) : areaWords(area_m2),
  ].filter(Boolean).join(' · ');
}
