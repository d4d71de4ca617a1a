/** What the symbol of a drawing adds to its feature, and the features that stand at the ends of its line. Pure. */
import type { Position, Shape } from '@garance/client';
import { signedShape, type Line, type Sign } from './charters.ts';
import type { Feature } from './features.ts';
import { bearing_deg } from './geodesy.ts';

/** Which dashes a line wears: by nature, or because it is only planned. */
export const DASHES = { none: null, long: [3.5, 2.2], short: [1.2, 3.2], dots: [0.1, 2], sparse: [0.1, 4] } as const;
export type Dash = keyof typeof DASHES;

const BY_NATURE: Record<string, Dash> = { solid: 'none', double: 'none', dashed: 'long', dotted: 'dots' };
const BY_INTENT: Record<string, Dash> = { solid: 'long', double: 'long', dashed: 'short', dotted: 'sparse' };

/** How far apart the marks of a line stand: the engine knows three spacings. Those of a tight line touch: it never brings them nearer than their own width. */
export const SPACINGS = { tight: 1, middle: 46, wide: 96 } as const;
const spacingOf = ({ every_px = 60 }: Line): keyof typeof SPACINGS => (every_px <= 30 ? 'tight' : every_px <= 60 ? 'middle' : 'wide');

const UNSIGNED = { sign: '', ink_light: '', ink_dark: '', dash: '', gap: 0, width: 0, fill: '', spacing: '', turns: false, turn: 0 } as const;

export function signing(shape: Shape): Feature['properties'] {
  const signed = signedShape(shape);
  if (!signed) return UNSIGNED;
  const { sign, role, set } = signed;
  const { stroke = 'solid', width_px = 3 } = sign.line ?? {};
  const planned = shape.state === 'planned';
  return {
    sign: `${set}|${sign.id}`, ink_light: role.light, ink_dark: role.dark,
    dash: stroke === 'none' ? 'bare' : (planned ? BY_INTENT : BY_NATURE)[stroke] ?? 'none', gap: stroke === 'double' ? width_px * 1.4 : 0, width: width_px,
    fill: sign.fill ?? '', spacing: sign.line?.along ? spacingOf(sign.line) : '',
    text: encodeURIComponent(sign.label === 'inside' ? shape.symbol?.text ?? '' : ''), turns: sign.turns ?? false, turn: sign.turns ? shape.symbol?.rotation_deg ?? 0 : 0,
  };
}

/** What is written beside a drawing that wears a symbol: the words it was given; for a line or an area, the letter of its role before them. */
export function signLabel(shape: Shape): string | null {
  const signed = signedShape(shape);
  if (!signed) return null;
  const text = signed.sign.label === 'inside' && shape.geometry.type === 'Point' ? '' : shape.symbol?.text ?? '';
  return shape.geometry.type === 'Point' ? text : [signed.role.letter ?? '', text].filter(Boolean).join(' · ');
}

/** Arrow heads and the like: a point at each end of the line that wears one, turned as the line ends. */
export function endFeatures(shapes: readonly Shape[], faint: ReadonlySet<string>): Feature[] {
  return shapes.flatMap((shape): Feature[] => {
    const signed = signedShape(shape);
    if (!signed?.sign.line || shape.geometry.type !== 'LineString') return [];
    const { coordinates } = shape.geometry;
    const end = (which: 'head' | 'tail', at: Position, from: Position): Feature[] => (has(signed.sign, which) ? [{
      type: 'Feature', geometry: { type: 'Point', coordinates: at },
      properties: { kind: 'shape', id: shape.id, ...signing(shape), state: shape.state, faint: faint.has(shape.id), part: which, turn: bearing_deg(from, at) - 90 },
    }] : []);
    return [...end('head', coordinates.at(-1)!, coordinates.at(-2)!), ...end('tail', coordinates[0]!, coordinates[1]!)];
  });
}

const has = ({ line }: Sign, which: 'head' | 'tail'): boolean => (line?.[which]?.length ?? 0) > 0;
