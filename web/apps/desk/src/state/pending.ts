/** What was drawn and has not left yet: it stays on the map of its author, and says that nobody else sees it. */
import type { Parcel, Picture, Shape } from '@garance/client';
import { t } from '@garance/kit';
import type { Desk } from './desk.svelte.ts';

/** On a link that stands, a drawing is sent before anyone could read that it was not. */
const SENT_SOON_MS = 2_000;

type Drawn = Pick<Shape, 'geometry' | 'kind' | 'name' | 'state'> & { shape: string } & Partial<Pick<Shape, 'figure' | 'valid_until' | 'symbol' | 'sector' | 'course' | 'phase'>>;

/** The picture, with the drawings of this person that wait to be sent; the picture itself when there are none. */
export function withPending(desk: Desk): Picture {
  const { grant, picture } = desk;
  const waiting = desk.parcels.filter(({ state, name, command }) => state === 'waiting' && name === 'drawings.draw' && command.situation === desk.id);
  if (waiting.length === 0 || !grant || !desk.conductor.live) return picture;
  const author = { person: desk.account.person, role: grant.role, organisation: grant.organisation };
  const told = waiting.filter(({ order }) => desk.link !== 'live' || desk.real_now_ms - order > SENT_SOON_MS);
  return { ...picture, shapes: [...picture.shapes, ...told.map((parcel) => ({ ...shapeOf(parcel), author }))] };
}

function shapeOf({ command, order }: Parcel): Omit<Shape, 'author'> {
  const { shape: id, geometry, figure = null, kind, name, state, valid_until = null, symbol = null, sector = null, course = null, phase = null } = command.body as Drawn;
  const at = command.occurred_at ?? new Date(order).toISOString();
  return { id, geometry, figure, kind, name: t('outbox.unsent-name', { name }), state, valid_until, symbol, sector, course, phase, drawn_at: at, changed_at: at, follows: [], conflict: false };
}
