/** What a person is shown of a situation at a time: the same members as the server's picture and logbook. */
import type { Version } from './register.ts';
import type { Thing } from './things.ts';
import type { Author, DrawnSymbol, ExerciseClock, Fallback, Figure, Geometry, Label, Mode, Net, Point, Post, SavedCamera, Threshold, Withheld } from './wire.ts';

export type Correction = { fact: string; text: string | null; reason: string | null; author: Author; at: string };
export type Strike = { fact: string; reason: string | null; author: Author; at: string };

export type Acknowledgement = { fact: string; author: Author; at: string };

/** Whoever is asked: a post rather than a name. */
export type Party = { role?: string; cell?: string; organisation?: string; person?: string; name?: string };

/** An acknowledgement wanted of the first, then of the next after so many minutes. */
export type Wanted = { of: Party[]; within_min: number };

export type Attachment = { sha256: string; name: string; kind: string; size_bytes: number; taken_at?: string; geometry?: Point };

export type Entry = {
  entry: string;
  text: string | null;
  original_text: string | null;
  category: string | null;
  channel: string | null;
  sender: string | null;
  recipient: string | null;
  geometry: Geometry | null;
  about: string | null;
  /** Gap-free within its register; null on lines older than numbers, or withheld. */
  number: number | null;
  declared_at: string | null;
  place: string | null;
  importance: string;
  certainty: string | null;
  reliability: string | null;
  credibility: number | null;
  links: string[];
  attachments: Attachment[];
  wanted: Wanted | null;
  /** The number that the device gave it without the network. */
  provisional: string | null;
  sheet: string | null;
  answers: string[];
  occurred_at: string;
  recorded_at: string;
  author: Author;
  label: Label;
  struck: Strike[];
  corrections: Correction[];
  acknowledged: Acknowledgement[];
  conflict: boolean;
  follows: string[];
  withheld: Withheld | null;
};

export type Resource = {
  id: string;
  name: string;
  kind: string;
  state: string;
  declared_at: string;
  state_at: string | null;
  geometry: Point | null;
  moved_at: string | null;
  follows: string[];
  conflict: boolean;
};

export type Shape = {
  id: string;
  geometry: Geometry;
  figure: Figure | null;
  kind: string;
  name: string;
  state: string;
  /** Past this nobody vouches for it any more. */
  valid_until: string | null;
  symbol: DrawnSymbol | null;
  /** The shape of the sector it belongs to. */
  sector: string | null;
  /** The course of action it is drawn for, and in which of its phases, from 1. */
  course: string | null;
  phase: number | null;
  author: Author;
  drawn_at: string;
  changed_at: string;
  follows: string[];
  conflict: boolean;
};

/** A shape that no longer stands; the desk lists it, the map does not draw it. */
export type EndedShape = { id: string; name: string; kind: string; reason: string; author: Author; at: string };

export type Series = {
  id: string;
  name: string;
  kind: string;
  unit: string;
  provenance: string;
  thresholds: Threshold[];
  geometry: Point | null;
  resource: string | null;
  /** What passes by (a ship, an aircraft), when no resource moves. */
  mobile: string | null;
  declared_at: string;
};

/** A film of the territory dated in the situation: one instant per band of `raster`. */
export type Grid = {
  id: string;
  raster: string;
  territory: string;
  name: string;
  at: string[];
  provenance: string;
  attached_at: string;
  author: Author;
  follows: string[];
  conflict: boolean;
};

/** A way of looking kept under a name; `at` null shows the present. */
export type SavedView = {
  id: string;
  name: string;
  axis: string;
  layers: string[];
  camera: SavedCamera;
  volume: boolean;
  at: string | null;
  by: 'occurred' | 'recorded';
  order: number;
  dwell_s: number;
  note: string | null;
  look: string | null;
  author: Author;
  saved_at: string;
  follows: string[];
  conflict: boolean;
};

/** A course of action still considered; `chosen` when it is the one. */
export type Course = {
  id: string;
  name: string;
  idea: string | null;
  phases: string[];
  chosen: { fact: string; reason: string; author: Author; at: string } | null;
  author: Author;
  described_at: string;
  follows: string[];
  conflict: boolean;
};

export type SignalsPlan = {
  id: string;
  name: string;
  nets: Net[];
  posts: Post[];
  fallbacks: Fallback[];
  author: Author;
  set_at: string;
  follows: string[];
  conflict: boolean;
};

export type SituationShown = {
  id: string;
  title: string;
  kind: string;
  mode: Mode;
  level: number;
  /** The fact that set the level, once it was set, and who says to have read it. */
  level_fact: string | null;
  acknowledged: Acknowledgement[];
  status: 'open' | 'closed';
  opened_at: string;
  clock: ExerciseClock | null;
  follows: string[];
};

export type Conflict = { thing: string; id: string; aspect: string; versions: Version[] };

export type Picture = {
  situation: SituationShown | null;
  entries: Entry[];
  /** Incidents, missions, people, means: what is told aspect by aspect. */
  things: Thing[];
  resources: Resource[];
  shapes: Shape[];
  ended: EndedShape[];
  series: Series[];
  grids: Grid[];
  saved_views: SavedView[];
  courses: Course[];
  signals_plans: SignalsPlan[];
  conflicts: Conflict[];
};
