/** The shapes of the wire contract v1, exactly as the server writes them. Instants are RFC 3339 strings. */

export type Mode = 'actual' | 'exercise' | 'test';
export type Position = [number, number];
export type Point = { type: 'Point'; coordinates: Position };
export type LineString = { type: 'LineString'; coordinates: Position[] };
export type Polygon = { type: 'Polygon'; coordinates: Position[][] };
export type Geometry = Point | LineString | Polygon;

/** What a polygon was drawn as: its radius in metres, its bearings in degrees clockwise from north. */
export type Circle = { form: 'circle'; centre: Position; radius_m: number };
export type Sector = { form: 'sector'; centre: Position; radius_m: number; from_deg: number; to_deg: number };
export type Figure = Circle | Sector;

export type SavedCamera = { lon_deg: number; lat_deg: number; zoom: number; pitch_deg?: number; bearing_deg?: number };

export type Grant = {
  id: string;
  role: string;
  organisation: string;
  organisation_name: string;
  cell?: string | null;
  situation?: string | null;
  abilities: string[];
  not_before?: string | null;
  not_after?: string | null;
};

export type Session = {
  signed_in: boolean;
  person?: { id: string; display_name: string };
  csrf?: string;
  grants?: Grant[];
  read_only?: boolean;
  demo: boolean;
  first_administrator: boolean;
  /** IANA zone of the legal time every hour is shown in. */
  time_zone: string;
  oidc?: { title_fr: string; title_en: string } | null;
  /** What files may be joined to a line; not told by an older node. */
  files?: { max_bytes: number; kinds: string[] };
};

export type DemoRole = {
  role: string;
  person: string;
  display_name: string;
  title_fr: string;
  title_en: string;
  does_fr: string;
  does_en: string;
  organisation_name: string;
};

export type Label = {
  audience: 'cell' | 'organisation' | 'partners' | 'level-above' | 'public';
  sensitivity: 'ordinary' | 'personal' | 'health' | 'restricted';
  cell?: string | null;
};

export type Author = { person: string; role: string; organisation: string; cell?: string | null };
export type Reference = { rel: 'follows' | 'corrects' | 'strikes' | 'answers'; fact: string };

export type Withheld = 'redacted' | 'erased' | 'device';

export type Fact = {
  position: number;
  id: string;
  name: string;
  situation: string | null;
  mode: Mode;
  occurred_at: string;
  recorded_at: string;
  tick: number;
  author: Author;
  label: Label;
  refs: Reference[];
  command: string | null;
  body: Record<string, unknown> | null;
  /** `device`: said by this device alone, which keeps nothing personal or restricted. */
  withheld?: Withheld | null;
};

export type ExerciseClock = { story_at: string; real_at: string; speed: number };

export type SituationSummary = {
  id: string;
  title: string;
  kind: string;
  mode: Mode;
  level: number;
  status: string;
  clock?: ExerciseClock | null;
  opened_at: string;
};

export type Command = {
  id: string;
  situation: string | null;
  role: string;
  occurred_at?: string;
  label?: Label;
  follows?: string[];
  /** The lines, or the statements of things, that it comes from. */
  answers?: string[];
  body: Record<string, unknown>;
};

export type CommandAnswer = { facts: string[]; cursor: string; repeated: boolean };

export type Severity = 'caution' | 'serious' | 'critical';
export type Threshold = { name: string; value: number; severity: Severity };
export type Sample = number[];
export type SamplePage = { series: string; columns: string[]; samples: Sample[]; next: string | null };

export type Presence = {
  person: string;
  role: string;
  organisation: string;
  doing: 'looking' | 'writing' | 'drawing';
  /** The thing in hand, or what kind of thing is being made. */
  about?: string;
  since: string;
};

export type Directory = {
  people: Record<string, { display_name: string }>;
  organisations: Record<string, { name: string; level?: string }>;
};

export type TerritoryLayer = {
  name: string;
  title_fr: string;
  title_en: string;
  geometry: 'point' | 'line' | 'polygon';
  role: string;
  count: number;
  attributes: string[];
  source: string;
  licence: string;
  attribution: string;
};

export type TerritoryRaster = {
  name: string;
  role: string;
  title_fr: string;
  title_en: string;
  unit: string;
  bands: number;
  cell_m: number;
  low: number;
  high: number;
  source: string;
  licence: string;
  attribution: string;
};

export type TerritorySeries = { code: string; name: string; kind: string; unit: string; count: number; gauge: string | null; source: string };

export type Finding = 'found' | 'doubtful' | 'repaired' | 'derived' | 'not-understood' | 'unused' | 'missing';
export type ReportLine = { kind: Finding; code: string; subject: string; text_fr: string; count: number };

/** The card of a territory pack. A pack made before grids and series were kept has neither. */
export type Territory = {
  id: string;
  name: string;
  fictitious: boolean;
  version: string;
  bbox: [number, number, number, number];
  centre: [number, number];
  insee_codes: string[];
  attribution: string;
  licences: string[];
  basemap: string;
  terrain: string | null;
  layers: TerritoryLayer[];
  rasters?: TerritoryRaster[];
  series?: TerritorySeries[];
  missing: { role: string; disables_fr: string }[];
  report: ReportLine[];
  /** The files of the pack, with the SHA-256 of each. */
  files?: { name: string; bytes: number; sha256?: string }[];
};

/** What a zone holds; people between `low` and `high`. */
export type Inside = { people: { low: number; central: number; high: number }; buildings: number; roads_m: number; sites_by_kind: Record<string, number> };

export type ServerFrame =
  | { type: 'welcome'; now: string; cursor: string; node: string }
  | { type: 'facts'; facts: Fact[]; cursor: string }
  | { type: 'live' }
  | { type: 'tracks'; series: Record<string, Sample[]> }
  | { type: 'presence'; people: Presence[] }
  | { type: 'clock'; now: string }
  | { type: 'behind' }
  | { type: 'bye'; code: string };

/** The symbol a shape is drawn with: which one of which set, its words, its turn. */
export type DrawnSymbol = { set: string; id: string; text?: string; rotation_deg?: number };

export type Net = { id: string; name: string; kind: string; channel?: string };
export type Post = { id: string; name: string; call_sign?: string; level: string; parent?: string; nets?: string[]; liaison?: string };
export type Fallback = { means: string; detail: string };
