/** The states that incidents and networks go through, and the keys that say them while a row has the keyboard. */
export const EVOLUTIONS = ['reported', 'confirmed', 'worsening', 'stable', 'improving', 'over'] as const;
export const EVOLUTION_KEYS: Record<string, string> = { '+': 'worsening', '=': 'stable', '-': 'improving', '0': 'over' };

export const OUTAGE_STATES = ['suspected', 'confirmed', 'partly-restored', 'restored'] as const;
export const NETWORKS = ['power', 'water', 'sewage', 'gas', 'landline', 'mobile', 'internet', 'road', 'rail', 'heat'] as const;

/** The state after that one. */
export const after = (states: readonly string[], state: string): string | undefined => states[states.indexOf(state) + 1];
