/** A drawing being made, as a value: each gesture gives the next one, so that any of them can be undone. Pure. */
import type { Figure, Geometry, Position } from '@garance/client';
import { centred, circleOf, opened, polygonOf, radiusEnd, reaching, sectorOf, sideEnd, USUAL_OPENING_DEG } from './figures.ts';
import { bearing_deg, distance_m, length_m, measuresOf, rounded, type Measures } from './geodesy.ts';

export const TOOLS = ['polygon', 'linestring', 'point', 'circle', 'sector'] as const;
export type Tool = (typeof TOOLS)[number];
/** How a zone is traced; all three make a polygon. */
export const WAYS = ['corners', 'rectangle', 'freehand'] as const;
export type Way = (typeof WAYS)[number];

/**
 * `trace` holds the vertices given so far (a ring is left open); `figure` what a circle or a sector has become.
 * `done` says that the outline is whole: from then on it is adjusted, not traced.
 */
export type Draft = { tool: Tool; way: Way; trace: readonly Position[]; holes: readonly Position[][]; figure: Figure | null; done: boolean };

const LEAST: Record<Tool, number> = { point: 1, linestring: 2, polygon: 3, circle: 1, sector: 1 };
const MOST_FREEHAND = 80;
/** More handles than this cannot be told apart; the whole can still be moved. */
const MOST_HANDLES = 120;
const MOST_MIDDLES = 40;

export const emptyDraft = (tool: Tool, way: Way = 'corners'): Draft => ({ tool, way, trace: [], holes: [], figure: null, done: false });

/** An existing outline taken in hand. */
export function draftOf(geometry: Geometry, figure: Figure | null): Draft {
  if (figure) return { ...emptyDraft(figure.form), trace: [figure.centre], figure, done: true };
  if (geometry.type === 'Point') return { ...emptyDraft('point'), trace: [geometry.coordinates], done: true };
  if (geometry.type === 'LineString') return { ...emptyDraft('linestring'), trace: geometry.coordinates, done: true };
  const [outer = [], ...holes] = geometry.coordinates;
  return { ...emptyDraft('polygon'), trace: outer.slice(0, -1), holes, done: true };
}

const same = (a: Position, b: Position): boolean => a[0] === b[0] && a[1] === b[1];

/** One more place given, by hand or by numbers. */
export function placed(draft: Draft, position: Position): Draft {
  if (draft.done) return draft;
  const at = rounded(position);
  const [first] = draft.trace;
  if (draft.tool === 'point') return { ...draft, trace: [at], done: true };
  if ((draft.tool === 'circle' || draft.tool === 'sector') && first) return { ...draft, figure: figureTo(draft.tool, first, at), done: true };
  if (draft.tool === 'polygon' && draft.way === 'rectangle' && first) return same(first, at) ? draft : { ...draft, trace: cornersOf(first, at), done: true };
  const last = draft.trace.at(-1);
  return last && same(last, at) ? draft : { ...draft, trace: [...draft.trace, at] };
}

const figureTo = (tool: 'circle' | 'sector', centre: Position, end: Position): Figure =>
  tool === 'circle' ? circleOf(centre, distance_m(centre, end)) : sectorOf(centre, distance_m(centre, end), bearing_deg(centre, end), USUAL_OPENING_DEG);

const cornersOf = (a: Position, b: Position): Position[] => [a, [b[0], a[1]], b, [a[0], b[1]]];

export const canComplete = ({ tool, trace, done, way }: Draft): boolean =>
  !done && tool !== 'circle' && tool !== 'sector' && way !== 'rectangle' && new Set(trace.map(String)).size >= LEAST[tool];

/** The tracing is over. A drawing that is not whole yet stays as it is. */
export const completed = (draft: Draft): Draft => (canComplete(draft) ? { ...draft, done: true } : draft);

/** A line drawn in one gesture, kept with as few vertices as tell it; `slack_m` is how far it may stand off. */
export function swept(draft: Draft, path: readonly Position[], slack_m: number): Draft {
  let slack = slack_m;
  let kept = thinned(path, slack);
  while (kept.length > MOST_FREEHAND) kept = thinned(path, (slack *= 1.5));
  const trace = kept.map(rounded).filter((at, index, all) => index === 0 || !same(at, all[index - 1]!));
  return completed({ ...draft, trace: trace.length > 1 && same(trace[0]!, trace.at(-1)!) ? trace.slice(0, -1) : trace });
}

/** Douglas and Peucker's way of dropping what a straight line says as well. */
function thinned(path: readonly Position[], slack_m: number): Position[] {
  if (path.length < 3) return [...path];
  const [first, last] = [path[0]!, path.at(-1)!];
  const squeeze = Math.cos((first[1] * Math.PI) / 180);
  const flat = (at: Position): [number, number] => [(at[0] - first[0]) * squeeze * 111_195, (at[1] - first[1]) * 111_195];
  const [ex, ey] = flat(last);
  const long = Math.hypot(ex, ey);
  let worst = 0;
  let off = -1;
  path.forEach((at, index) => {
    const [x, y] = flat(at);
    const away = long === 0 ? Math.hypot(x, y) : Math.abs(x * ey - y * ex) / long;
    if (away > off) [worst, off] = [index, away];
  });
  if (off <= slack_m) return [first, last];
  return [...thinned(path.slice(0, worst + 1), slack_m).slice(0, -1), ...thinned(path.slice(worst), slack_m)];
}

/** What the draft is as a geometry that can be sent; null while it is not whole. */
export function geometryOf(draft: Draft): Geometry | null {
  if (!draft.done) return null;
  if (draft.figure) return polygonOf(draft.figure);
  return outline(draft);
}

function outline({ tool, trace, holes }: Draft): Geometry | null {
  if (trace.length < LEAST[tool]) return null;
  if (tool === 'point') return { type: 'Point', coordinates: trace[0]! };
  if (tool === 'linestring') return { type: 'LineString', coordinates: [...trace] };
  return { type: 'Polygon', coordinates: [[...trace, trace[0]!], ...holes.map((hole) => [...hole])] };
}

/** What to show while tracing, with the pointer there: the outline as it would be. */
export function previewOf(draft: Draft, pointer: Position | null): Geometry | null {
  if (draft.done) return geometryOf(draft);
  const next = pointer ? placed(draft, pointer) : draft;
  if (next.figure) return polygonOf(next.figure);
  const { trace } = next;
  if (trace.length === 0 || draft.tool === 'circle' || draft.tool === 'sector') return null;
  if (draft.tool === 'polygon' && trace.length >= 3) return { type: 'Polygon', coordinates: [[...trace, trace[0]!]] };
  return trace.length >= 2 ? { type: 'LineString', coordinates: [...trace] } : null;
}

/** What there is to say of it: what is measured, and where its last stretch goes. */
export type Readings = Measures & { radius_m: number | null; bearing_deg: number | null; opening_deg: number | null; stretch_m: number | null };

export function readingsOf(draft: Draft, pointer: Position | null): Readings {
  const geometry = previewOf(draft, pointer);
  const next = draft.done || !pointer ? draft : placed(draft, pointer);
  const measures = geometry ? measuresOf(geometry) : { length_m: null, area_m2: null };
  const { figure } = next;
  if (figure) {
    const sector = figure.form === 'sector' ? figure : null;
    const opening = sector ? (sector.to_deg - sector.from_deg + 360) % 360 || 360 : null;
    return { ...measures, radius_m: figure.radius_m, opening_deg: opening, bearing_deg: sector ? (sector.from_deg + opening! / 2) % 360 : null, stretch_m: null };
  }
  const [before, last] = draft.done || draft.way === 'freehand' ? [] : next.trace.slice(-2);
  const stretch = before && last ? { bearing_deg: bearing_deg(before, last), stretch_m: length_m([before, last]) } : { bearing_deg: null, stretch_m: null };
  return { ...measures, radius_m: null, opening_deg: null, ...stretch };
}

/** A place of the drawing that can be taken hold of. */
export type Handle = { id: string; role: 'vertex' | 'middle' | 'whole' | 'centre' | 'radius' | 'from' | 'to'; index: number; position: Position };

/** `heart` is where the whole is taken hold of. */
export function handlesOf(draft: Draft, heart: Position): Handle[] {
  if (!draft.done) return [];
  const one = (role: Handle['role'], position: Position, index = 0): Handle => ({ id: `${role}-${index}`, role, index, position });
  const { figure, trace, tool } = draft;
  if (figure) {
    const sides = figure.form === 'sector' ? [one('from', sideEnd(figure, 'from')), one('to', sideEnd(figure, 'to'))] : [];
    return [one('centre', figure.centre), one('radius', radiusEnd(figure)), ...sides];
  }
  if (tool === 'point') return [one('whole', trace[0]!)];
  const whole = one('whole', heart);
  if (trace.length > MOST_HANDLES) return [whole];
  const vertices = trace.map((at, index) => one('vertex', at, index));
  return [...vertices, ...(trace.length > MOST_MIDDLES ? [] : middlesOf(draft).map((at, index) => one('middle', at, index))), whole];
}

function middlesOf({ tool, trace }: Draft): Position[] {
  const ends = tool === 'polygon' ? [...trace.slice(1), trace[0]!] : trace.slice(1);
  return ends.map((end, index) => [(trace[index]![0] + end[0]) / 2, (trace[index]![1] + end[1]) / 2]);
}

/** The drawing once that handle stands there. A middle becomes a vertex. */
export function handleMoved(draft: Draft, handle: Handle, to: Position): Draft {
  const { figure } = draft;
  if (figure && handle.role === 'centre') return { ...draft, trace: [rounded(to)], figure: centred(figure, to) };
  if (figure && handle.role === 'radius') return { ...draft, figure: reaching(figure, to) };
  if (figure?.form === 'sector' && (handle.role === 'from' || handle.role === 'to')) return { ...draft, figure: opened(figure, handle.role, to) };
  if (handle.role === 'whole') return shifted(draft, handle.position, to);
  if (handle.role === 'middle') return { ...draft, trace: draft.trace.toSpliced(handle.index + 1, 0, rounded(to)) };
  return { ...draft, trace: draft.trace.with(handle.index, rounded(to)) };
}

export function shifted(draft: Draft, from: Position, to: Position): Draft {
  const move = (at: Position): Position => rounded([at[0] + to[0] - from[0], at[1] + to[1] - from[1]]);
  return { ...draft, trace: draft.trace.map(move), holes: draft.holes.map((hole) => hole.map(move)), figure: draft.figure && centred(draft.figure, move(draft.figure.centre)) };
}

/** Without that vertex, if enough are left. */
export const without = (draft: Draft, index: number): Draft =>
  draft.trace.length > (draft.done ? LEAST[draft.tool] : 0) ? { ...draft, trace: draft.trace.toSpliced(index, 1) } : draft;
