/** A symbol of a charter as strokes and words in a box of 100 by 100: the same templates for the map, lists and the palette. Pure. */
import type { Line, Mark, Sign, Signed } from './charters.ts';

export type Ground = 'light' | 'dark';
export type Stroke = { d: string; colour: string; width: number; fill: string; dash: number[]; opacity?: number; at?: { x: number; y: number; scale: number } };
export type Word = { text: string; x: number; y: number; size: number; colour: string; halo: string };
export type Drawing = { strokes: Stroke[]; words: Word[]; faded: boolean; over: Stroke[] };
export type SignLook = { state: string; text: string; ground: Ground; halo: string };

const USUAL_WIDTH = 4.5;
const DASH = [9, 6];
const HALO_WIDTH = 6;
const LETTER_WIDTH = 0.62;
const CLOSE_PX = 70;
/** The size of a mark on the sample of a line. */
const PART = 0.33;
const SAMPLE = { line: 'M6 50H94', area: 'M8 22H92V78H8Z' };
const LINE_DASHES: Record<string, number[]> = { dashed: [14, 9], dotted: [1, 9] };
const PLANNED_DASHES: Record<string, number[]> = { solid: [14, 9], double: [14, 9], dashed: [5, 13], dotted: [1, 18] };
const OVER: Record<string, Mark> = { done: { d: 'M66 12l9 10 17-20', width: 7 }, cancelled: { d: 'M6 94L94 6', width: 6 } };

/** What one mark of a template is drawn with. */
export function strokeOf({ d, fill, width = USUAL_WIDTH, dash = true }: Mark, colour: string, halo: string, planned: boolean): Stroke {
  const filled = fill === 'ink' || (fill === 'engaged' && !planned) ? colour : fill ? halo : 'none';
  return { d, colour, width, fill: filled, dash: planned && dash ? DASH : [] };
}

export const inkOf = ({ role }: Signed, ground: Ground): string => (ground === 'light' ? role.light : role.dark);

/** The symbol as it is shown: a point in its place, a line or an area by a sample of it. */
export function drawingOf(signed: Signed, { state, text, ground, halo }: SignLook): Drawing {
  const { sign, role } = signed;
  const colour = inkOf(signed, ground);
  const planned = state === 'planned';
  const around = (sign.marks ?? []).map(({ d, width = USUAL_WIDTH }): Stroke => ({ d, colour: halo, width: width + HALO_WIDTH, fill: 'none', dash: [] }));
  const strokes = sign.marks ? [...around, ...sign.marks.map((mark) => strokeOf(mark, colour, halo, planned))] : sign.line ? sample(sign, sign.line, colour, halo, planned) : [];
  const over = OVER[state] ? [strokeOf(OVER[state]!, colour, halo, false)] : [];
  return { strokes, words: wordsOf(sign, text, colour, halo, planned, role.letter ?? ''), faded: over.length > 0, over };
}

function sample(sign: Sign, line: Line, colour: string, halo: string, planned: boolean): Stroke[] {
  const area = sign.places[0] === 'area';
  const d = area ? SAMPLE.area : SAMPLE.line;
  const width = (line.width_px ?? 3) * 1.8;
  const stroke = line.stroke ?? 'solid';
  const dash = (planned ? PLANNED_DASHES : LINE_DASHES)[stroke] ?? [];
  const bare = { d, colour, fill: 'none', dash };
  const tint: Stroke[] = area && sign.fill ? [{ ...bare, dash: [], width: 0, fill: colour, opacity: 0.2 }] : [];
  const hatch: Stroke[] = sign.fill === 'hatch' ? [{ ...bare, d: 'M8 60L46 22M22 78L78 22M54 78L92 40', dash: [], width: 2 }] : [];
  const edge: Stroke[] = stroke === 'none' ? [] : stroke === 'double' ? [{ ...bare, width: width * 2.6 }, { ...bare, colour: halo, dash: [], width }] : [{ ...bare, width }];
  const y = area ? 22 : 50;
  const along = (line.every_px ?? 60) < CLOSE_PX ? [8, 50, 92] : [50];
  const standing: [number, readonly Mark[]][] = [...along.map((x): [number, readonly Mark[]] => [x, line.along ?? []]), [92, line.head ?? []], [8, line.tail ?? []]];
  const marks = standing.flatMap(([x, each]) => each.map((mark): Stroke => ({ ...strokeOf(mark, colour, halo, planned), at: { x: x - 50 * PART, y: y - 50 * PART, scale: PART } })));
  return [...tint, ...hatch, ...edge, ...marks];
}

function wordsOf({ letters = {}, label }: Sign, said: string, colour: string, halo: string, planned: boolean, role: string): Word[] {
  const inside = (label === 'inside' && said) || letters.text || '';
  const { x = 50, y = 50, size = 26, width = 80, ink } = letters;
  const onInk = ink === 'ground' || (ink === 'engaged' && !planned);
  const words: Word[] = [];
  if (inside) words.push({ text: inside, x, y, size: Math.min(size, width / (inside.length * LETTER_WIDTH)), colour: onInk ? halo : colour, halo: onInk ? '' : halo });
  if (role) words.push({ text: role, x: 95, y: 92, size: 24, colour, halo });
  return words;
}
