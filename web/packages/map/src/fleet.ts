/** The units on the map: few or ten thousand, each as a symbol or a dot, its trail, and the camera that follows one. */
import type { Entry, Position, Shape, Tracks } from '@garance/client';
import { chosen, unitSpots, type Chosen, type Look } from './crowd.ts';
import { Dots, type Leader, type Lift } from './dots.ts';
import { collection, entryFeatures, shapeFeatures, signWalls, spotsOf, unitFeatures, type Collection, type LapsedWords, type Saying, type Unit } from './features.ts';
import { matterAreas, matterSigns, matterSpots, signPoint, type Matter, type Telling } from './matters.ts';
import type { Palette } from './palette.ts';
import { stacked, type Crowd, type Fixed, type OnPicture, type Spot, type Stacking } from './stacking.ts';
import { trailFeatures, type TrailLength } from './trails.ts';

/** What the camera gives to arrange things by. */
export type Sight = Omit<Look, 'followed'> & { project: OnPicture; lift: Lift; lapsed: LapsedWords; faint: ReadonlySet<string>; bottom_px: number };

/** What the sources of the map are given. */
export type Arranged = Record<'shapes' | 'entries' | 'units' | 'crowds' | 'trails' | 'matters' | 'matter-areas', Collection>;

/** A symbol moved less than this touches its place: no line is needed. */
const LEAST_LEADER_PX = 14;

export class Fleet {
  readonly dots: Dots;
  trail: TrailLength = 'short';
  followed = '';
  /** What else stands on the map, and may not be covered. */
  fixed: readonly Fixed[] = [];
  /** What is followed on boards, and what each says under its name. */
  matters: readonly Matter[] = [];
  tell: Telling = () => '';
  #units: readonly Unit[] = [];
  #tracks: Tracks | null = null;
  #now_ms = 0;
  #from_ms = -Infinity;
  #say: Saying = () => '';
  #symbols: ReadonlySet<string> = new Set();

  constructor(palette: Palette) {
    this.dots = new Dots(palette);
  }

  set(units: readonly Unit[], tracks: Tracks, now_ms: number, say: Saying, from_ms = -Infinity): void {
    this.#units = units;
    this.#tracks = tracks;
    this.#now_ms = now_ms;
    this.#say = say;
    this.#from_ms = from_ms;
  }

  unit(id: string): Unit | null {
    return this.#units.find(({ resource }) => resource.id === id) ?? null;
  }

  /** Those drawn as symbols now. */
  get symbols(): ReadonlySet<string> {
    return this.#symbols;
  }

  /** The series of positions of those drawn as symbols. */
  get series(): string[] {
    return this.#units.flatMap(({ resource, series }) => (series && this.#symbols.has(resource.id) ? [series] : []));
  }

  /** Puts everything that stands somewhere apart from each other on this picture. */
  arranged(shapes: readonly Shape[], entries: readonly Entry[], { project, lift, lapsed, faint, bottom_px, ...look }: Sight): Arranged {
    const choice = chosen(this.#units, { ...look, followed: this.followed }, this.#symbols);
    const [missions, matters] = [this.matters.filter(({ kind }) => kind === 'mission'), this.matters.filter(({ kind }) => kind !== 'mission').sort((a, b) => b.severity - a.severity)];
    const spots = spotsOf(shapes, this.#spots(choice), entries, matterSpots(matters), matterSpots(missions));
    const stacking = stacked(spots, project, look.selected, [...this.fixed, ...signWalls(shapes)], bottom_px);
    const counted = new Set(stacking.crowds.flatMap(({ members }) => members));
    const symbols = this.#drawn(choice, stacking.dotted, counted);
    this.dots.show(this.#units.filter(({ resource }) => !this.#symbols.has(resource.id)), this.#leaders(symbols, shapes, stacking), this.#now_ms, lift);
    const traced = choice.crowded ? symbols.filter(({ resource: { id } }) => id === look.selected || id === this.followed) : symbols;
    return {
      shapes: shapeFeatures(shapes.filter(({ id }) => !counted.has(id)), stacking.places, lapsed, faint),
      entries: entryFeatures(entries, stacking.places),
      units: unitFeatures(symbols, this.#now_ms, stacking.places, this.#say),
      crowds: crowdFeatures(stacking.crowds),
      matters: matterSigns(this.matters.filter(({ id }) => !counted.has(id)), stacking.places, this.tell),
      'matter-areas': matterAreas(this.matters),
      trails: this.#tracks ? trailFeatures(traced, this.#tracks, this.#now_ms, this.trail, this.#from_ms) : collection([]),
    };
  }

  #spots(choice: Chosen): Spot[] {
    return unitSpots(choice, this.#now_ms).map((spot) => (spot.id === this.followed ? { ...spot, must: true } : spot));
  }

  #drawn({ symbols }: Chosen, dotted: ReadonlySet<string>, counted: ReadonlySet<string>): Unit[] {
    const drawn = symbols.filter(({ resource: { id } }) => !dotted.has(id) && !counted.has(id));
    this.#symbols = new Set(drawn.map(({ resource }) => resource.id));
    return drawn;
  }

  #leaders(symbols: readonly Unit[], shapes: readonly Shape[], { places }: Stacking): Leader[] {
    const standing: [string, Position][] = [
      ...symbols.map(({ resource, position }): [string, Position] => [resource.id, position]),
      ...this.matters.map((matter): [string, Position] => [matter.id, signPoint(matter)]),
      ...shapes.flatMap(({ id, geometry }): [string, Position][] => (geometry.type === 'Point' ? [[id, geometry.coordinates]] : [])),
    ];
    return standing.flatMap(([id, position]) => {
      const place = places.get(id);
      return place && Math.hypot(place.right_px, place.down_px) >= LEAST_LEADER_PX ? [{ position, right_px: place.right_px, down_px: place.down_px }] : [];
    });
  }
}

/** The last row of a full column: how many others stand there, and who they are. */
function crowdFeatures(crowds: readonly Crowd[]): Collection {
  return collection(crowds.map(({ id, position, right_px, down_px, members }) => ({
    type: 'Feature', geometry: { type: 'Point', coordinates: position },
    properties: { kind: 'crowd', id, count: members.length, members: members.join(' '), offset: [right_px, down_px] },
  })));
}
