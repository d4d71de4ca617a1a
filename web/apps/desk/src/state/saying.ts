/** What goes with a command beside its name and its body. */
import type { Label } from '@garance/client';

/**
 * `follows`: what was known of the thing; nothing when it is empty, all that may be seen when it is left out.
 * `answers`: the lines, or the statements of things, that it comes from. `then`: what comes from it, naming it in turn.
 */
export type Saying = { follows?: string[]; answers?: string[]; label?: Label; occurred_ms?: number; then?: { name: string; body: Record<string, unknown> }[] };
