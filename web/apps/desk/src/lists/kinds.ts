/** The closed lists of a line of the logbook, in the order people choose from. */
import type { Label } from '@garance/client';

export const CATEGORIES = ['information', 'request', 'decision', 'order', 'report', 'public-message', 'rumour'] as const;
export const CHANNELS = ['radio', 'phone', 'mail', 'face-to-face', 'social', 'other'] as const;
export const AUDIENCES: readonly Label['audience'][] = ['organisation', 'partners', 'level-above', 'public'];
