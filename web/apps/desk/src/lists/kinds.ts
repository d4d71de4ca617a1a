/** The closed lists of a line of the logbook, in the order people choose from. */
import type { Label } from '@garance/client';

export const CATEGORIES = ['information', 'request', 'decision', 'order', 'report', 'public-message', 'rumour', 'brief'] as const;
export const CHANNELS = ['radio', 'phone', 'mail', 'face-to-face', 'social', 'other'] as const;
export const AUDIENCES: readonly Label['audience'][] = ['organisation', 'partners', 'level-above', 'public'];
export const IMPORTANCES = ['ordinary', 'important', 'vital'] as const;
export const CERTAINTIES = ['presumed', 'confirmed', 'lapsed'] as const;
/** How far a source is relied on, and what it says believed: as in the books, A to F and 1 to 6. */
export const RELIABILITIES = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
export const CREDIBILITIES = ['1', '2', '3', '4', '5', '6'] as const;

/** What means may be, in the order people choose from; a situation may know others. */
export const KINDS = ['fire-engine', 'ambulance', 'command-car', 'rescue-boat', 'helicopter', 'bus', 'pump', 'team', 'other'] as const;
export const LEVELS = ['vehicle', 'team', 'group', 'column', 'stock'] as const;
