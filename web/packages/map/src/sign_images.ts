/** Symbols of charters as images for the map. A name says what to draw: `sign|set|id|state|ground|halo|text`, `part|set|id|which|state|ground|halo`. */
import { signedBy, type Mark, type Signed } from './charters.ts';
import { drawingOf, inkOf, strokeOf, type Ground, type Stroke, type Word } from './signs.ts';

/** Twice as fine as a plain screen, as fine as the finest. */
const RATIO = Math.max(2, Math.ceil(globalThis.devicePixelRatio ?? 1));
/** Ticks, letters and halos stand out of the box. */
const EDGE = 14;
const USUAL_PX = 36;

export type SignImage = { image: ImageData; options: { pixelRatio: number } };

function sheet(wide_px: number, draw: (pen: CanvasRenderingContext2D) => void): SignImage {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.round(wide_px * (1 + (2 * EDGE) / 100) * RATIO);
  const pen = canvas.getContext('2d', { willReadFrequently: true })!;
  pen.scale(canvas.width / (100 + 2 * EDGE), canvas.height / (100 + 2 * EDGE));
  pen.translate(EDGE, EDGE);
  pen.lineJoin = pen.lineCap = 'round';
  draw(pen);
  return { image: pen.getImageData(0, 0, canvas.width, canvas.height), options: { pixelRatio: RATIO } };
}

function follow(pen: CanvasRenderingContext2D, { d, colour, width, fill, dash, opacity = 1 }: Stroke): void {
  const path = new Path2D(d);
  pen.globalAlpha *= opacity;
  if (fill !== 'none') {
    pen.fillStyle = fill;
    pen.fill(path);
  }
  if (width > 0) {
    pen.setLineDash(dash);
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke(path);
  }
}

function write(pen: CanvasRenderingContext2D, { text, x, y, size, colour, halo }: Word): void {
  pen.font = `700 ${size}px 'Atkinson Hyperlegible Next Variable', sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'alphabetic';
  pen.setLineDash([]);
  if (halo) {
    pen.strokeStyle = halo;
    pen.lineWidth = 4;
    pen.strokeText(text, x, y + size * 0.35);
  }
  pen.fillStyle = colour;
  pen.fillText(text, x, y + size * 0.35);
}

function whole(signed: Signed, state: string, ground: Ground, halo: string, text: string): SignImage {
  const { strokes, words, faded, over } = drawingOf(signed, { state, text, ground, halo });
  return sheet(signed.sign.wide_px ?? USUAL_PX, (pen) => {
    pen.globalAlpha = faded ? 0.6 : 1;
    for (const stroke of strokes) follow(pen, stroke);
    for (const word of words) write(pen, word);
    pen.globalAlpha = 1;
    for (const stroke of over) follow(pen, stroke);
  });
}

function part(signed: Signed, marks: readonly Mark[], state: string, ground: Ground, halo: string): SignImage {
  return sheet(signed.sign.line?.mark_px ?? 26, (pen) => {
    for (const mark of marks) {
      const { width = 4.5 } = mark;
      follow(pen, { d: mark.d, colour: halo, width: width + 8, fill: 'none', dash: [] });
    }
    for (const mark of marks) follow(pen, strokeOf(mark, inkOf(signed, ground), halo, state === 'planned'));
  });
}

/** The image of that name; null when its set is not held. */
export function signImage(name: string): SignImage | null {
  const [family = '', set = '', id = '', ...rest] = name.split('|');
  const signed = signedBy({ set, id });
  if (!signed) return null;
  if (family === 'sign') {
    const [state = '', ground = '', halo = '', text = ''] = rest;
    return whole(signed, state, ground as Ground, halo, decodeURIComponent(text));
  }
  const [which = '', state = '', ground = '', halo = ''] = rest;
  const marks = signed.sign.line?.[which as 'along' | 'head' | 'tail'];
  return family === 'part' && marks ? part(signed, marks, state, ground as Ground, halo) : null;
}
