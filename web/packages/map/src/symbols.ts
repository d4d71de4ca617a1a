/** Symbols drawn when the map first asks for them. An image name says what to draw: `family|…|colour|halo`. */

import type { StyleImageMetadata } from 'maplibre-gl';
import { flies, isTeam } from './codes.ts';
import { frameOf, kindOf } from './kinds.ts';
import { signImage } from './sign_images.ts';
import { INNER, outlineOf, OUTLINES, signOfMatter, STROKE } from './matter_signs.ts';
import { FILLED, NODES, rankOf, SITES, STATIONS } from './pictograms.ts';

const SCALE = 2;
/** A sign of the 12-unit grid on the map, and the room around it. */
const SIGN_PX = 30;
const UNIT_PX = 22 / 12;

type Pen = CanvasRenderingContext2D;

function sheet(size: number, height = size): { pen: Pen; done: () => ImageData } {
  const canvas = document.createElement('canvas');
  canvas.width = size * SCALE;
  canvas.height = height * SCALE;
  const pen = canvas.getContext('2d', { willReadFrequently: true })!;
  pen.scale(SCALE, SCALE);
  pen.lineJoin = 'round';
  pen.lineCap = 'round';
  return { pen, done: () => pen.getImageData(0, 0, canvas.width, canvas.height) };
}

function path(pen: Pen, d: string, colour: string, halo: string, { fill = false, width = 2, dash = [] as number[], edge = 3 } = {}): void {
  const shape = new Path2D(d);
  pen.setLineDash([]);
  pen.strokeStyle = halo;
  pen.lineWidth = width + edge;
  if (edge > 0) pen.stroke(shape);
  if (fill) {
    pen.fillStyle = colour;
    pen.fill(shape);
  }
  pen.setLineDash(dash);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke(shape);
}

function word(pen: Pen, text: string, x: number, y: number, size: number, colour: string): void {
  pen.font = `700 ${size}px 'Atkinson Hyperlegible Next Variable', sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}

const PLANNED = new Set(['planned', 'requested', 'validated']);
const PAST = new Set(['done', 'cancelled']);

const BOX_HIGH = 20;
const LETTERS_PX = 10.5;

/** A vehicle is a rounded rectangle with one tick on top and its letters inside; an aircraft has two facing triangles. */
function unit([what = '', code = '', state = '', colour = '', halo = '', ring = '']: string[]): ImageData {
  const wide = Math.max(34, 14 + code.length * 7.2);
  const { pen, done } = sheet(wide + 16, 40);
  const left = 8;
  const top = 12;
  const outline = `M${left + 3} ${top}h${wide - 6}a3 3 0 0 1 3 3v${BOX_HIGH - 6}a3 3 0 0 1-3 3H${left + 3}a3 3 0 0 1-3-3V${top + 3}a3 3 0 0 1 3-3Z`;
  const middle = left + wide / 2;
  const engaged = state === 'engaged';
  const ink = engaged ? halo : colour;
  if (ring) path(pen, `M4 8h${wide + 8}v${BOX_HIGH + 8}H4Z`, ring, halo, { width: 1.5 });
  if (!flies(what) && !isTeam(what)) path(pen, `M${middle} ${top - 6}v6`, colour, halo, { width: 2.4 });
  path(pen, outline, engaged ? colour : halo, halo, { fill: true, width: 1 });
  path(pen, outline, colour, engaged ? colour : halo, { dash: PLANNED.has(state) ? [4, 3] : [] });
  pen.setLineDash([]);
  if (state === 'released') pen.globalAlpha = 0.6;
  if (flies(what)) facingTriangles(pen, middle, top + BOX_HIGH / 2, wide / 2 - 6, ink, !PLANNED.has(state));
  else word(pen, code, middle, top + BOX_HIGH / 2 + 0.5, LETTERS_PX, ink);
  pen.globalAlpha = 1;
  marks(pen, state, { left, top, wide }, colour, halo);
  return done();
}

function facingTriangles(pen: Pen, x: number, y: number, reach: number, colour: string, fill: boolean): void {
  const shape = new Path2D(`M${x - reach} ${y - 6} ${x - 1} ${y} ${x - reach} ${y + 6}ZM${x + reach} ${y - 6} ${x + 1} ${y} ${x + reach} ${y + 6}Z`);
  pen.fillStyle = pen.strokeStyle = colour;
  pen.lineWidth = 1.4;
  if (fill) pen.fill(shape);
  pen.stroke(shape);
}

type Box = { left: number; top: number; wide: number };

/** What the state adds: an arrow when it travels, a foot when it has arrived, a cross when it is out of service. */
function marks(pen: Pen, state: string, { left, top, wide }: Box, colour: string, halo: string): void {
  const right = left + wide;
  if (state === 'in-transit') path(pen, `M${right + 2.5} ${top + 5}l4.5 5-4.5 5Z`, colour, halo, { fill: true, width: 0.5 });
  if (state === 'arrived') path(pen, `M${left + 3} ${top + BOX_HIGH + 2.5}h${wide - 6}`, colour, halo, { width: 2.4 });
  if (state === 'out-of-service') path(pen, `M${left} ${top + BOX_HIGH}L${right} ${top}M${left} ${top}l${wide} ${BOX_HIGH}`, colour, halo, { width: 1.3 });
}

/** Which way an aircraft goes: a small arrowhead ahead of it, turned by the map. */
function course([colour = '', halo = '']: string[]): ImageData {
  const { pen, done } = sheet(16);
  path(pen, 'M8 3 13 12 8 9.500 3 12Z', colour, halo, { fill: true, width: 0.8 });
  return done();
}

/** How many others stand there: the last row of a column, or a count under a symbol. */
function crowd([count = '', colour = '', halo = '']: string[]): ImageData {
  const wide = 16 + (count.length + 1) * 7;
  const { pen, done } = sheet(wide, 26);
  path(pen, `M5 4h${wide - 10}a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2Z`, colour, halo, { width: 1 });
  pen.fillStyle = halo;
  pen.fillRect(4, 5, wide - 8, 16);
  word(pen, `+${count}`, wide / 2, 13.5, 12, colour);
  return done();
}

const WAYS: Record<string, string> = { rising: 'M3 11 11 3M5.500 3H11v5.500', falling: 'M3 3l8 8M11 5.500V11H5.500', steady: 'M2 7h10M8.500 3.500 12 7l-3.500 3.500' };

function trend([way = '', colour = '', halo = '']: string[]): ImageData {
  const { pen, done } = sheet(14);
  path(pen, WAYS[way] ?? '', colour, halo, { width: 2 });
  return done();
}

/** A drawn point: the sign of its kind, dashed when only planned. Where nobody vouches for it any more, a question mark is added. */
function shape([what = '', state = '', colour = '', halo = '', lapsed = '']: string[]): ImageData {
  const { pen, done } = sheet(SIGN_PX);
  const { path: sign, full = false } = kindOf(what);
  const frame = frameOf(what);
  pen.translate(4, 4);
  pen.scale(UNIT_PX, UNIT_PX);
  const planned = PLANNED.has(state);
  const dash = planned ? [1.6, 1.4] : [];
  if (lapsed || PAST.has(state)) pen.globalAlpha = 0.55;
  if (frame) {
    pen.fillStyle = halo;
    pen.fill(new Path2D(frame));
    path(pen, frame, colour, halo, { dash, width: 1.1, edge: 1.6 });
    path(pen, sign, colour, halo, { width: 1.2, edge: 0, fill: full });
  } else path(pen, sign, full && !planned ? colour : halo, halo, { width: 1.1, edge: 1.6, fill: true });
  if (!frame) path(pen, sign, colour, halo, { width: 1.1, edge: 0, dash });
  pen.globalAlpha = 1;
  if (state === 'cancelled') path(pen, 'M0 12 12 0', colour, halo, { width: 1.3, edge: 1.6 });
  if (lapsed) word(pen, '?', 11, 2.2, 5.5, lapsed);
  return done();
}

const UNSURE = new Set(['reported', 'suspected', 'planned', 'opening', 'requested']);
/** Of a grave thing the outline is full; a centre is when it takes nobody more. */
const FULL = new Set(['full', 'worsening']);
const TURNS: Record<string, string> = { worsening: 'M0 4V-4M-3.500-.8 0-4.500 3.500-.8', improving: 'M0-4V4M-3.500.8 0 4.500 3.500.8' };

/** An incident, a network down, a zone, a centre, a mission: its sign in its outline, dashed while it is not certain. */
function matter([kind = '', what = '', severity = '', state = '', colour = '', halo = '', ring = '']: string[]): ImageData {
  const { pen, done } = sheet(44);
  if (ring) path(pen, 'M3 3h38v38H3Z', ring, halo, { width: 1.6 });
  const outline = outlineOf(kind, Number(severity));
  const full = FULL.has(state) || Number(severity) === 5;
  pen.save();
  pen.translate(8, 8);
  pen.scale(28 / 12, 28 / 12);
  path(pen, OUTLINES[outline], full ? colour : halo, halo, { fill: true, width: 1, edge: 1.4 });
  path(pen, OUTLINES[outline], colour, full ? colour : halo, { width: 1, edge: 0, dash: UNSURE.has(state) ? [1.400, 1.100] : [] });
  const { x, y, scale } = INNER[outline];
  pen.translate(x, y);
  pen.scale(scale, scale);
  path(pen, signOfMatter(kind, what), full ? halo : colour, halo, { width: 1.300, edge: 0 });
  if (kind === 'outage') path(pen, STROKE, full ? halo : colour, halo, { width: 1.200, edge: 1.400 });
  pen.restore();
  if (kind === 'incident') badge(pen, severity, 8, 36, colour, halo);
  if (TURNS[state]) {
    pen.translate(38, 10);
    path(pen, TURNS[state], colour, halo, { width: 2 });
  }
  return done();
}

/** A small number on a plate. */
function badge(pen: Pen, text: string, x: number, y: number, colour: string, halo: string): void {
  pen.fillStyle = halo;
  pen.fillRect(x - 5, y - 6, 10, 12);
  word(pen, text, x, y + 0.5, 11, colour);
}

const SEVERITY: Record<string, string> = {
  critical: 'M10.5 4h9l6.5 6.500v9L19.5 26h-9L4 19.500v-9Z',
  serious: 'M15 4 27 25H3Z',
  caution: 'm15 3 12 12-12 12L3 15Z',
  normal: 'M15 26a11 11 0 1 0 0-22 11 11 0 0 0 0 22Z',
};

function gauge([severity = '', colour = '', halo = '']: string[]): ImageData {
  const { pen, done } = sheet(30);
  const known = SEVERITY[severity];
  const outline = known ?? SEVERITY['normal']!;
  path(pen, outline, known ? colour : halo, halo, { fill: true });
  path(pen, outline, colour, halo, { width: 2 });
  if (known) {
    pen.fillStyle = colour;
    pen.fill(new Path2D(outline));
  }
  const y = severity === 'serious' ? 19 : 15;
  pen.strokeStyle = known ? halo : colour;
  pen.lineWidth = 1.8;
  pen.stroke(new Path2D(`M9.5 ${y - 2}c1.8-2 3.6-2 5.5 0s3.6 2 5.5 0M9.5 ${y + 2.5}c1.8-2 3.6-2 5.5 0s3.6 2 5.5 0`));
  return done();
}

function entry([colour = '', halo = '']: string[]): ImageData {
  const { pen, done } = sheet(22, 24);
  path(pen, 'M4 3h14v12h-4l-3 5-3-5H4Z', colour, halo, { width: 1.6 });
  pen.fillStyle = halo;
  pen.fill(new Path2D('M4 3h14v12h-4l-3 5-3-5H4Z'));
  path(pen, 'M4 3h14v12h-4l-3 5-3-5H4Z', colour, halo, { width: 1.6 });
  pen.lineWidth = 1.4;
  pen.strokeStyle = colour;
  pen.stroke(new Path2D('M7 7h8M7 10.500h5.5'));
  return done();
}

/** A pictogram of the 12-unit grid, its middle at that place. */
function picture(pen: Pen, d: string, at: number, size: number, colour: string, filled: boolean): void {
  pen.save();
  pen.translate(at - size / 2, at - size / 2);
  pen.scale(size / 12, size / 12);
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = (1.3 * 12) / size;
  const shape = new Path2D(d);
  if (filled) pen.fill(shape);
  pen.stroke(shape);
  pen.restore();
}

/** A rounded plate with a halo; returns the colour that reads on it. */
function plate(pen: Pen, at: number, side: number, round: number, [colour, halo]: [string, string], full: boolean): string {
  pen.beginPath();
  pen.roundRect(at - side / 2, at - side / 2, side, side, round);
  pen.strokeStyle = halo;
  pen.lineWidth = full ? 2.4 : 3.4;
  pen.stroke();
  pen.fillStyle = full ? colour : halo;
  pen.fill();
  if (!full) {
    pen.strokeStyle = colour;
    pen.lineWidth = 1.1;
    pen.stroke();
  }
  return full ? halo : colour;
}

const PLATES = { 1: { side: 19, round: 4.5, size: 13, full: true }, 2: { side: 17, round: 4, size: 11.5, full: false }, 3: { side: 15, round: 7.5, size: 9.5, full: false } } as const;

/** A site: full plate for those a crisis turns on, outlined for those that shelter, round for the others; a diamond for danger. */
function site([kind = '', colour = '', halo = '', danger = '']: string[]): ImageData {
  const { pen, done } = sheet(24);
  const d = SITES[kind] ?? SITES['other']!;
  if (kind === 'seveso') {
    path(pen, 'M12 1.800 22.200 12 12 22.200 1.800 12Z', danger, halo, { fill: true, width: 0.8 });
    picture(pen, d, 12, 13, halo, false);
    return done();
  }
  const { side, round, size, full } = PLATES[rankOf(kind)];
  const ink = plate(pen, 12, side, round, [colour, halo], full);
  picture(pen, d, 12, size, ink, FILLED.has(kind));
  return done();
}

/** A network's station: a hexagon, so that it is never taken for a site. */
function node([kind = '', colour = '', halo = '']: string[]): ImageData {
  const { pen, done } = sheet(24);
  const outline = 'M12 1.800 20.800 6.900v10.200L12 22.200l-8.800-5.100V6.900Z';
  pen.fillStyle = halo;
  pen.fill(new Path2D(outline));
  path(pen, outline, colour, halo, { width: 1.3 });
  picture(pen, NODES[kind] ?? NODES['other']!, 12, 11.5, colour, kind.startsWith('power'));
  return done();
}

/** A gauging station of the territory: a disc. */
function station([kind = '', colour = '', halo = '']: string[]): ImageData {
  const { pen, done } = sheet(22);
  const ink = plate(pen, 11, 17, 8.5, [colour, halo], false);
  picture(pen, STATIONS[kind] ?? STATIONS['other']!, 11, 11, ink, false);
  return done();
}

const HYDRANTS: Record<string, string> = {
  pillar: 'M8 13.200a5.200 5.200 0 1 0 0-10.400 5.200 5.200 0 0 0 0 10.400Z', underground: 'M3.200 3.200h9.600v9.600H3.200Z',
  cistern: 'M8 1.800c2.200 3.200 4.600 5.200 4.600 7.800a4.600 4.600 0 0 1-9.200 0C3.400 7 5.800 5 8 1.800Z',
};

function hydrant([kind = '', colour = '', halo = '']: string[]): ImageData {
  const { pen, done } = sheet(16);
  const outline = HYDRANTS[kind === 'natural' ? 'cistern' : kind] ?? HYDRANTS['pillar']!;
  path(pen, outline, colour, halo, { fill: true, width: 0.8 });
  return done();
}

function arrow([colour = '']: string[]): ImageData {
  const { pen, done } = sheet(16, 10);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.4;
  pen.stroke(new Path2D('M2 5h11M9.500 2 13 5 9.500 8'));
  return done();
}

/** Behind the number of a road; stretched to fit it. */
function roadPlate([fill = '', edge = '']: string[]): ImageData {
  const { pen, done } = sheet(20, 14);
  pen.beginPath();
  pen.roundRect(1, 1, 18, 12, 2.5);
  pen.fillStyle = fill;
  pen.fill();
  pen.strokeStyle = edge;
  pen.lineWidth = 0.8;
  pen.stroke();
  return done();
}

function cross([colour = '']: string[]): ImageData {
  const { pen, done } = sheet(14);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.1;
  pen.stroke(new Path2D('M-2 16 16-2M-2-2 16 16'));
  return done();
}

function dots([colour = '']: string[]): ImageData {
  const { pen, done } = sheet(12);
  pen.fillStyle = colour;
  for (const [x, y] of [[3, 3], [9, 9]] as const) {
    pen.beginPath();
    pen.arc(x, y, 1, 0, 2 * Math.PI);
    pen.fill();
  }
  return done();
}

function mark([colour = '', halo = '']: string[]): ImageData {
  const { pen, done } = sheet(34);
  path(pen, 'M17 25a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z', colour, halo, {});
  path(pen, 'M17 3v9m0 10v9M3 17h9m10 0h9', colour, halo, {});
  return done();
}

function hatch([colour = '']: string[]): ImageData {
  const { pen, done } = sheet(10);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.2;
  pen.stroke(new Path2D('M-2 12 12-2M-7 7 7-7M3 17 17 3'));
  return done();
}

const FAMILIES: Record<string, (parts: string[]) => ImageData> = { course, crowd, trend, unit, shape, matter, gauge, entry, site, node, station, hydrant, arrow, plate: roadPlate, mark, hatch, dots, cross };

export type SymbolImage = { image: ImageData; options: { pixelRatio: number } & Partial<StyleImageMetadata> };

/** Stretched, such an image keeps its corners. */
const STRETCHED: Partial<StyleImageMetadata> = { stretchX: [[4 * SCALE, 16 * SCALE]], stretchY: [[4 * SCALE, 10 * SCALE]], content: [2 * SCALE, 2 * SCALE, 18 * SCALE, 12 * SCALE] };

/** The image of that name, or null when no family draws it. */
export function symbolOf(name: string): SymbolImage | null {
  const [family = '', ...parts] = name.split('|');
  if (family === 'sign' || family === 'part') return signImage(name);
  const draw = FAMILIES[family];
  return draw ? { image: draw(parts), options: { pixelRatio: SCALE, ...(family === 'plate' ? STRETCHED : {}) } } : null;
}
