/** What the keyboard and the palette do with units and with the layers of the map. */
import { t, term } from '@garance/kit';
import { PHASES, TRAILS, type TrailLength } from '@garance/map';
import type { Action } from '../actions.ts';
import { MEANS_VIEWS } from '../state/units.svelte.ts';
import type { Workbench } from '../state/workbench.svelte.ts';

export function unitActions({ desk }: Workbench): Action[] {
  const { fleet, layers, selection } = desk;
  const unit = selection?.kind === 'resource' ? fleet.unit(selection.id) : null;
  return [
    ...(unit ? [{ id: 'follow', words: t('resource.follow-named', { name: unit.resource.name }), keys: 'S', run: () => fleet.follow(fleet.followed === unit.resource.id ? null : unit.resource.id) }] : []),
    ...(unit ? [{ id: 'near', words: t('resource.near-named', { name: unit.resource.name }), run: () => void fleet.fromSelection() }] : []),
    ...MEANS_VIEWS.map((view) => ({ id: `means-${view}`, words: t('means.go', { view: term('means-view', view) }), run: () => { desk.axis = 'conduct'; desk.tab = 'resources'; fleet.view = view; } })),
    ...(Object.keys(TRAILS) as TrailLength[]).map((length) => ({ id: `trail-${length}`, words: t('resource.trail-set', { length: term('trail', length) }), run: () => fleet.setTrail(length) })),
    ...PHASES.map((phase) => ({ id: `phase-${phase}`, words: t('layers.take', { phase: term('phase', phase), profile: term('profile', layers.profile) }), run: () => layers.choose(phase, layers.profile) })),
    ...(layers.changed ? [{ id: 'layers-restore', words: t('layers.restore-long'), run: () => layers.restore() }] : []),
  ];
}
