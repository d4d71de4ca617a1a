/** One digit a state, in the order in which means are lived: from free to given back. */
export const KEYED_STATES = ['available', 'requested', 'validated', 'in-transit', 'arrived', 'engaged', 'released', 'out-of-service'] as const;

/** The state of that key; null when the key is no digit of the board. */
export const stateOfKey = (key: string): string | null => (/^[1-8]$/.test(key) ? KEYED_STATES[Number(key) - 1]! : null);
