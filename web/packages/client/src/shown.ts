/** What a person is shown of a situation at a time: the same members as the server's picture and logbook. */
import type { Version } from './register.ts';
import type { Author, ExerciseClock, Geometry, Label, Mode, Point, Threshold } from './wire.ts';

export type Correction = { fact: string; text: string | null; reason: string | null; author: Author; at: string };
export type Strike = { fact: string; reason: string | null; author: Author; at: string };

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
  occurred_at: string;
  recorded_at: string;
  author: Author;
  label: Label;
  struck: Strike[];
  corrections: Correction[];
  conflict: boolean;
  follows: string[];
  withheld: 'redacted' | 'erased' | null;
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
  kind: string;
  name: string;
  state: string;
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
  declared_at: string;
};

export type SituationShown = {
  id: string;
  title: string;
  kind: string;
  mode: Mode;
  level: number;
  status: 'open' | 'closed';
  opened_at: string;
  clock: ExerciseClock | null;
  follows: string[];
};

export type Conflict = { thing: 'situation' | 'resource' | 'shape'; id: string; aspect: string; versions: Version[] };

export type Picture = {
  situation: SituationShown | null;
  entries: Entry[];
  resources: Resource[];
  shapes: Shape[];
  ended: EndedShape[];
  series: Series[];
  conflicts: Conflict[];
};
