/** The states that zones and centres go through, in order. */
export const ZONE_STATES = ['planned', 'ordered', 'under-way', 'done', 'return-allowed', 'lifted'] as const;
export const MEASURES = ['evacuation', 'shelter-in-place', 'no-entry'] as const;
export const CENTRE_STATES = ['planned', 'opening', 'open', 'full', 'closed'] as const;
export const CENTRE_ROLES = ['reception', 'lodging', 'assembly', 'casualties', 'families'] as const;

/** From this share of its capacity on, a centre is proposed to be said full. */
export const NEARLY_FULL = 0.9;
