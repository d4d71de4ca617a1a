/** What drawing adds to the palette. */
import { t, type Key } from '@garance/kit';
import { TOOLS } from '@garance/map';
import type { Action } from '../actions.ts';
import type { Workbench } from '../state/workbench.svelte.ts';

export function drawingActions(bench: Workbench): Action[] {
  const { desk, sketching } = bench;
  if (!desk.can('drawings.draw')) return [];
  const selected = desk.selection?.kind === 'shape' ? desk.picture.shapes.find(({ id }) => id === desk.selection?.id) : undefined;
  return [
    { id: 'symbols', words: t('symbols.open'), keys: 'p', run: bench.symbols.toggle },
    { id: 'signals', words: t('signals.open'), run: () => (bench.signals = true) },
    ...TOOLS.map((tool): Action => ({ id: `draw-${tool}`, words: t(`draw.${tool}` as Key), run: () => sketching.begin(tool) })),
    ...(sketching.aside ? [{ id: 'draw-resume', words: t('sketch.resume'), run: sketching.resume }] : []),
    ...(selected ? [{ id: 'draw-take', words: t('shape.take', { name: selected.name }), run: () => sketching.take(selected) }] : []),
  ];
}
