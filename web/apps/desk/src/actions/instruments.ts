/** The instruments of the map, as actions. */
import { t, term } from '@garance/kit';
import { GRIDS } from '@garance/map/grids.ts';
import { SYSTEMS } from '@garance/map/degrees.ts';
import type { Action } from '../actions.ts';
import type { Workbench } from '../state/workbench.svelte.ts';

export function instrumentActions(bench: Workbench): Action[] {
  const { instruments } = bench;
  return [
    { id: 'search', words: t('search.title'), keys: 'f', run: () => document.getElementById('place-search')?.focus() },
    { id: 'here', words: t('here.centre'), keys: 'i', run: () => instruments.look() },
    { id: 'measure', words: t('measure.title'), keys: 'm', run: () => instruments.measure() },
    { id: 'route', words: t('route.title'), run: () => instruments.route({}) },
    { id: 'box', words: t('selected.title'), keys: 'b', run: () => instruments.box() },
    { id: 'copy-coordinates', words: t('coordinates.copy'), keys: 'y', run: () => void instruments.copyCoordinates() },
    { id: 'grid', words: t('grid.title'), keys: 'k', run: () => instruments.open('grid') },
    ...GRIDS.map((grid) => ({ id: `grid-${grid}`, words: t('grid.draw', { grid: term('grid', grid) }), run: () => instruments.draw(grid) })),
    ...SYSTEMS.map((system) => ({ id: `system-${system}`, words: t('coordinates.use', { system: term('system', system) }), run: () => instruments.choose(system) })),
  ];
}
