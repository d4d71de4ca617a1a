/** The line that a draft becomes: only what was said of it. */
import { formatInstant, type Attachment, type Position, type Wanted } from '@garance/client';
import type { Desk } from '../state/desk.svelte.ts';
import type { Draft } from '../state/draft.svelte.ts';
import { nextProvisional } from '../state/provisional.ts';

type More = { only: string | null; about: string | null; place: Position | null; declared_ms: number | undefined };
type Line = Record<string, unknown> & { geometry?: { type: 'Point'; coordinates: Position }; attachments?: Attachment[]; wanted?: Wanted };

export function lineOf(desk: Desk, draft: Draft, { only, about, place, declared_ms }: More): Line {
  const said = { channel: draft.channel, sender: draft.sender.trim(), recipient: draft.recipient.trim(), place: draft.placeName.trim(), certainty: draft.certainty, reliability: draft.reliability, sheet: draft.sheet.trim() };
  return {
    text: draft.text.trim(), category: only ?? draft.category, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== '')),
    ...(draft.importance === 'ordinary' ? {} : { importance: draft.importance }),
    ...(draft.credibility ? { credibility: Number(draft.credibility) } : {}),
    ...(declared_ms === undefined ? {} : { declared_at: formatInstant(declared_ms) }),
    ...(place ? { geometry: { type: 'Point', coordinates: place } } : {}), ...(about ? { about } : {}),
    ...(draft.links.length > 0 ? { links: draft.links } : {}), ...(draft.attachments.length > 0 ? { attachments: draft.attachments } : {}),
    ...(draft.wanted ? { wanted: draft.wanted } : {}), ...(desk.link === 'live' ? {} : { provisional: nextProvisional() }),
  };
}
