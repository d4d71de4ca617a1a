/** Which groups are shown for what a person does at that moment: a phase of the crisis, seen from a role. Pure. */
import { GROUPS, type GroupId, type Visibility } from './groups.ts';

export const PHASES = ['watch', 'alert', 'prepare', 'impact', 'evacuation', 'recovery', 'analyse', 'inform'] as const;
export type Phase = (typeof PHASES)[number];

export const PROFILES = ['common', 'command', 'logbook', 'logistics', 'fire-service', 'prefecture'] as const;
export type Profile = (typeof PROFILES)[number];

const OPERATION: GroupId[] = ['shapes', 'incidents', 'resources', 'sensors', 'entries', 'traffic'];
const GROUND: GroupId[] = ['buildings', 'roads', 'railways', 'water', 'places', 'communes', 'relief'];

/** What everyone needs at that phase. Plans, networks, hydrants and addresses wait to be asked for, or for a role that lives by them. */
const SHOWN: Record<Phase, readonly GroupId[]> = {
  watch: ['sensors', 'gauges', 'shapes', 'incidents', 'resources', 'traffic', 'defences', 'sites', ...GROUND],
  alert: ['sensors', 'gauges', 'shapes', 'incidents', 'defences', 'risk-zones', 'depths', 'past-extent', 'sites', ...GROUND],
  prepare: ['sites', 'population', 'risk-zones', ...GROUND],
  impact: [...OPERATION, 'defences', 'sites', ...GROUND],
  evacuation: ['shapes', 'incidents', 'resources', 'entries', 'sites', 'population', ...GROUND],
  recovery: [...OPERATION, 'networks', 'sites', ...GROUND],
  analyse: [...OPERATION, 'depths', 'past-extent', ...GROUND],
  inform: ['shapes', 'incidents', 'sites', 'entries', ...GROUND],
};

/** What a role adds, at the phases it works in. */
const ADDED: Record<Profile, Partial<Record<Phase, readonly GroupId[]>>> = {
  common: {},
  command: { alert: ['population', 'resources'], evacuation: ['risk-zones'], recovery: ['population'] },
  logbook: { alert: ['entries'], watch: ['entries'], evacuation: ['sensors'] },
  logistics: { prepare: ['networks', 'resources'], impact: ['networks'], evacuation: ['networks', 'addresses'], recovery: ['addresses'] },
  'fire-service': { alert: ['resources'], prepare: ['hydrants', 'defences', 'resources'], impact: ['addresses'], evacuation: ['addresses', 'sensors'] },
  prefecture: { watch: ['risk-zones'], alert: ['population', 'resources'], impact: ['past-extent', 'gauges'], evacuation: ['risk-zones', 'gauges'], recovery: ['population'] },
};

export function presetOf(phase: Phase, profile: Profile): Visibility {
  const shown = new Set<GroupId>([...SHOWN[phase], ...(ADDED[profile][phase] ?? [])]);
  return Object.fromEntries(GROUPS.map(({ id }) => [id, shown.has(id)])) as Visibility;
}

/** The phase that each axis of work begins with. */
export const PHASE_OF_AXIS: Record<string, Phase> = {
  watch: 'watch', anticipate: 'alert', prepare: 'prepare', conduct: 'impact', analyse: 'analyse', inform: 'inform',
};

const PROFILE_OF_ROLE: Record<string, Profile> = {
  dos: 'command', rac: 'command', 'logbook-secretary': 'logbook', 'cell-head': 'logistics', 'sdis-officer': 'fire-service', 'prefecture-duty-officer': 'prefecture',
};

/** The view proposed to someone in that role. */
export const profileOf = (role: string | undefined): Profile => PROFILE_OF_ROLE[role ?? ''] ?? 'common';
