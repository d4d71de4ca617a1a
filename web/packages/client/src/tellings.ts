/** Which fact tells which aspect of which kind of thing. Written by `scripts/tellings.py` from the domain. */
export type Telling = {
  kind: string; thing: string; aspect: string; keys?: string[]; gathers?: boolean; begins?: boolean; ends?: boolean;
};

export const TELLINGS: Record<string, Telling> = {
  'centre.counted.v1': { kind: 'centre', thing: 'centre', aspect: 'occupancy' },
  'centre.described.v1': { kind: 'centre', thing: 'centre', aspect: 'description', begins: true },
  'centre.state-set.v1': { kind: 'centre', thing: 'centre', aspect: 'state' },
  'cycle.set.v1': { kind: 'cycle', thing: 'of', aspect: 'cycle', begins: true },
  'demand.answered.v1': { kind: 'demand', thing: 'demand', aspect: 'state' },
  'demand.made.v1': { kind: 'demand', thing: 'demand', aspect: 'description', begins: true },
  'entry.assessed.v1': { kind: 'entry', thing: 'entry', aspect: 'assessment' },
  'entry.marked.v1': { kind: 'entry', thing: 'entry', aspect: 'mark', keys: ['mark'] },
  'handover.given.v1': { kind: 'handover', thing: 'handover', aspect: 'text', begins: true },
  'handover.taken.v1': { kind: 'handover', thing: 'handover', aspect: 'taken', ends: true },
  'incident.described.v1': { kind: 'incident', thing: 'incident', aspect: 'description', begins: true },
  'incident.evolved.v1': { kind: 'incident', thing: 'incident', aspect: 'evolution' },
  'intent.set.v1': { kind: 'intent', thing: 'of', aspect: 'intent', begins: true },
  'mission.described.v1': { kind: 'mission', thing: 'mission', aspect: 'description', begins: true },
  'mission.state-set.v1': { kind: 'mission', thing: 'mission', aspect: 'state' },
  'order.given.v1': { kind: 'order', thing: 'order', aspect: 'text', begins: true },
  'outage.described.v1': { kind: 'outage', thing: 'outage', aspect: 'description', begins: true },
  'outage.state-set.v1': { kind: 'outage', thing: 'outage', aspect: 'state' },
  'post.ended.v1': { kind: 'post', thing: 'post', aspect: 'ended', ends: true },
  'post.held.v1': { kind: 'post', thing: 'post', aspect: 'holder', begins: true },
  'resource.assigned.v1': { kind: 'resource', thing: 'resource', aspect: 'assignment' },
  'resource.detailed.v1': { kind: 'resource', thing: 'resource', aspect: 'details' },
  'resource.relief-planned.v1': { kind: 'resource', thing: 'resource', aspect: 'relief' },
  'resource.spent.v1': { kind: 'resource', thing: 'resource', aspect: 'spent', gathers: true },
  'sheet.ended.v1': { kind: 'sheet', thing: 'sheet', aspect: 'ended', ends: true },
  'sheet.started.v1': { kind: 'sheet', thing: 'sheet', aspect: 'sheet', begins: true },
  'sheet.step-set.v1': { kind: 'sheet', thing: 'sheet', aspect: 'step', keys: ['step'] },
  'toll.settled.v1': { kind: 'toll', thing: 'about', aspect: 'settled', keys: ['category'], begins: true },
  'toll.stated.v1': { kind: 'toll', thing: 'about', aspect: 'stated', keys: ['category', 'source'], begins: true },
  'zone.described.v1': { kind: 'zone', thing: 'zone', aspect: 'description', begins: true },
  'zone.state-set.v1': { kind: 'zone', thing: 'zone', aspect: 'state' },
};
