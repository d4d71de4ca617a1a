/** The map itself: one MapLibre object, kept out of reactive state; the desk speaks to it through this class. */
import type { Entry, Picture, Position, Shape, Territory, Tracks } from '@garance/client';
import { Map as Engine, NavigationControl, ScaleControl, type GeoJSONSource, type LngLatBoundsLike, type StyleSpecification } from 'maplibre-gl';
import {
  collection, gaugeFeatures, gaugeWalls, shapeNames,
  type Collection, type Feature, type LapsedWords, type Reading, type Saying, type Unit, type Written,
} from './features.ts';
import { Dress } from './dress.ts';
import type { Opacity, Order } from './dressing.ts';
import { Fleet } from './fleet.ts';
import { Follow } from './follow.ts';
import { mattersOf, type Telling } from './matters.ts';
import { groundSources } from './ground.ts';
import { DEPTHS_LAYER, DepthOverlay } from './depths.ts';
import type { GroupId, Visibility } from './groups.ts';
import { CLICKABLE, OPERATION_SOURCES, operationSources, type OperationSource } from './operations.ts';
import { paletteOf } from './palette.ts';
import { exaggerationOf, reliefOf } from './relief.ts';
import { symbolOf } from './symbols.ts';
import { prepare, type Box, type Camera, type MapSettings } from './settings.ts';
import { selectionsOf, type Drawn } from './under.ts';
import type { ThemeName } from './theme.ts';

const PADDING = { top: 56, right: 64, bottom: 56, left: 48 };
/** Symbols and their words reach farther than the places they stand at. */
const OPERATION_PADDING = { top: 124, right: 110, bottom: 76, left: 84 };
const NEAREST_FRAME = 14.5;
const TILT_DEG = 56;
/** The words at the foot of the map: no column goes under them. */
const FOOT_PX = 44;

export class MapView {
  readonly engine: Engine;
  readonly depths: DepthOverlay;
  #settings: MapSettings;
  readonly #held = new Map<OperationSource, Collection>();
  readonly #sent = new Map<OperationSource, string>();
  #theme: ThemeName;
  #styled = false;
  #volume = false;
  #selected = '';
  /** Hears the clicks until the hand that draws is loaded: on a slow machine none is lost. */
  early: ((position: Position) => void) | null = null;
  #picking: ((position: Position | null) => void) | null = null;
  #drawing = false;
  #picture: Picture | null = null;
  #entries: readonly Entry[] = [];
  readonly fleet: Fleet;
  readonly #dress: Dress;
  readonly #follow: Follow;
  #raised: number | null = null;
  #hidden: string | null = null;
  #lapsed: LapsedWords = new Map();
  #faint: ReadonlySet<string> = new Set();

  constructor(settings: MapSettings) {
    prepare(settings);
    this.#settings = settings;
    this.#theme = settings.theme;
    this.fleet = new Fleet(paletteOf(settings.theme));
    this.#dress = new Dress(settings.territory, settings.worn, this.fleet.dots);
    const { territory, camera, frame } = settings;
    this.engine = new Engine({
      container: settings.container,
      style: this.#style(),
      attributionControl: false,
      fadeDuration: settings.still ? 0 : 150,
      maxPitch: 70,
      locale: settings.words,
      ...(camera
        ? { center: [camera.lon_deg, camera.lat_deg], zoom: camera.zoom, pitch: camera.pitch_deg, bearing: camera.bearing_deg }
        : frame ? { bounds: frame as LngLatBoundsLike, fitBoundsOptions: { padding: OPERATION_PADDING, maxZoom: NEAREST_FRAME } }
          : territory ? { bounds: territory.bbox as LngLatBoundsLike, fitBoundsOptions: { padding: PADDING } } : { center: [2.5, 46.6], zoom: 5 }),
    });
    this.depths = new DepthOverlay(this.engine, paletteOf(this.#theme), () => this.#dress.above(this.engine, DEPTHS_LAYER));
    this.#follow = new Follow(this.engine, settings.still, (id) => this.#followed(id));
    this.engine.addControl(new NavigationControl({ visualizePitch: true }), 'top-right');
    this.engine.addControl(new ScaleControl({ maxWidth: 110 }), 'bottom-left');
    this.#listen();
  }

  #style(): StyleSpecification {
    const { territory, fontUrls, resolve } = this.#settings;
    const palette = paletteOf(this.#theme);
    return {
      version: 8,
      'font-faces': { Atkinson: fontUrls.map(({ url, ranges }) => ({ url, 'unicode-range': ranges })) },
      state: { selected: { default: '' } },
      sky: { 'sky-color': palette.sky, 'horizon-color': palette.haze, 'fog-color': palette.haze, 'fog-ground-blend': 0.55, 'horizon-fog-blend': 0.6, 'sky-horizon-blend': 0.7, 'atmosphere-blend': 0 },
      sources: { ...groundSources(territory, resolve), ...operationSources() },
      layers: this.#dress.layers(palette),
    };
  }

  #listen(): void {
    const { engine } = this;
    engine.setMissingStyleImageResolver((id) => {
      const symbol = symbolOf(id);
      if (symbol && !engine.hasImage(id)) engine.addImage(id, symbol.image, symbol.options);
    });
    engine.on('style.load', () => this.#restore());
    engine.on('error', ({ error }) => this.#settings.onproblem(error?.message ?? 'error'));
    engine.on('click', ({ point, lngLat }) => this.#clicked([point.x, point.y], [lngLat.lng, lngLat.lat]));
    engine.on('mousemove', ({ point, lngLat }) => {
      this.#settings.onpoint([lngLat.lng, lngLat.lat]);
      if (this.#picking || this.#drawing) return;
      engine.getCanvas().style.cursor = this.#under([point.x, point.y]).length > 0 ? 'pointer' : '';
    });
    engine.on('mouseout', () => this.#settings.onpoint(null));
    engine.on('moveend', () => {
      this.#arrange();
      this.#settings.oncamera(this.camera);
    });
    engine.on('idle', () => this.#arrangeOnRelief());
  }

  /** After a new style: data, selection and relief are put back. */
  #restore(): void {
    this.#styled = true;
    this.#sent.clear();
    for (const [name, data] of this.#held) this.#push(name, data);
    this.engine.setGlobalStateProperty('selected', this.#selected);
    this.depths.restore(paletteOf(this.#theme));
    this.#dress.restore(this.engine);
    this.#relief();
  }

  get camera(): Camera {
    const { lng, lat } = this.engine.getCenter();
    return { lon_deg: lng, lat_deg: lat, zoom: this.engine.getZoom(), pitch_deg: this.engine.getPitch(), bearing_deg: this.engine.getBearing() };
  }

  /** Everything under the pointer, nearest to the eye first; the dot of a unit lies over zones and under symbols. */
  #under([x, y]: [number, number]): Drawn[] {
    const layers = CLICKABLE.filter((id) => this.engine.getLayer(id));
    const found: Drawn[] = layers.length === 0 ? [] : this.engine.queryRenderedFeatures([[x - 4, y - 4], [x + 4, y + 4]], { layers });
    if (found[0]?.geometry.type === 'Point') return found;
    const unit = this.#dress.shows('resources') ? this.fleet.dots.under(x, y) : null;
    return unit ? [{ geometry: { type: 'Point' }, properties: { kind: 'resource', id: unit.resource.id } }, ...found] : found;
  }

  #clicked(point: [number, number], position: Position): void {
    if (this.#drawing) return;
    if (this.early) return this.early(position);
    if (this.#picking) {
      const picked = this.#picking;
      this.#stopPicking();
      picked(position);
      return;
    }
    const found = this.#under(point);
    if (found[0]?.properties['kind'] === 'crowd') return this.#settings.oncrowd(String(found[0].properties['members']).split(' '));
    const under = selectionsOf(found);
    this.#settings.onselect(under[0] ?? null, under, point);
  }

  /** Asks for one place. Answers null when the person gives up. */
  pick(): Promise<Position | null> {
    this.#picking?.(null);
    this.engine.getCanvas().style.cursor = 'crosshair';
    return new Promise((resolve) => {
      this.#picking = resolve;
    });
  }

  #stopPicking(): void {
    this.#picking = null;
    this.engine.getCanvas().style.cursor = '';
  }

  /** Ends a picking: at the middle of the map (the keyboard's way), or with nothing. */
  endPicking(at: 'centre' | 'nothing'): void {
    const picked = this.#picking;
    this.#stopPicking();
    picked?.(at === 'centre' ? [this.camera.lon_deg, this.camera.lat_deg] : null);
  }

  /** While a drawing is being made, clicks belong to it. */
  set drawing(on: boolean) {
    this.#drawing = on;
  }

  #push(name: OperationSource, data: Collection): void {
    this.#held.set(name, data);
    const written = JSON.stringify(data);
    const source = this.#styled ? this.engine.getSource<GeoJSONSource>(name) : undefined;
    if (!source || this.#sent.get(name) === written) return;
    this.#sent.set(name, written);
    void source.setData(data as Parameters<GeoJSONSource['setData']>[0]);
  }

  /**
   * `faint` are the drawings of a course of action that is not the one looked at; `tell` gives what each incident,
   * network, zone, centre or mission says under its name.
   */
  showPicture(picture: Picture, entries: readonly Entry[], faint: ReadonlySet<string> = new Set(), tell: Telling = () => ''): void {
    this.#picture = picture;
    this.#faint = faint;
    this.fleet.matters = mattersOf(picture);
    this.fleet.tell = tell;
    this.#entries = entries;
    this.#arrange();
  }

  /** `say` gives the words of a measured position that is no longer fresh; trails begin no earlier than `from_ms`. */
  showUnits(units: readonly Unit[], tracks: Tracks, track_ms: number, say: Saying, from_ms = -Infinity): void {
    this.fleet.set(units, tracks, track_ms, say, from_ms);
    this.#arrange();
    this.#follow.to(this.fleet.unit(this.fleet.followed)?.position ?? null);
  }

  /** How far back trails go. */
  setTrail(length: Fleet['trail']): void {
    this.fleet.trail = length;
    this.#arrange();
  }

  /** The camera goes with that unit until the person moves the map; null ends it. */
  follow(id: string | null): void {
    this.#follow.begin(id, this.fleet.unit(id ?? '')?.position ?? null);
  }

  #followed(id: string | null): void {
    this.fleet.followed = id ?? '';
    this.#settings.onfollow(id);
  }

  /** The relief comes after the camera stops: places rise, so they are put apart once more. */
  #arrangeOnRelief(): void {
    if (this.#volume) this.#arrange();
  }

  /** Puts everything that stands somewhere on the map, apart from each other on this picture. */
  #arrange(): void {
    const { engine, shapes } = this;
    const { lon_deg, lat_deg } = this.camera;
    const raised = engine.getTerrain() !== null;
    const arranged = this.fleet.arranged(shapes, this.#entries, {
      box: this.box, centre: [lon_deg, lat_deg], selected: this.#selected, lapsed: this.#lapsed, faint: this.#faint,
      project: (position) => engine.project(position), bottom_px: engine.getCanvas().clientHeight - FOOT_PX,
      lift: (position) => (raised ? engine.queryTerrainElevation(position) ?? 0 : 0),
    });
    this.#push('shape-names', shapeNames(shapes, this.#lapsed, this.#faint));
    for (const [name, data] of Object.entries(arranged)) this.#push(name as keyof typeof arranged, data);
  }

  showGauges(readings: readonly Reading[], write: (reading: Reading) => Written): void {
    this.fleet.fixed = gaugeWalls(readings);
    this.#push('gauges', gaugeFeatures(readings, write));
  }

  /** The place being given to an entry or a unit, before it is said. */
  showMark(position: Position | null): void {
    const features = position ? [{ type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates: position }, properties: {} }] : [];
    this.#push('mark', { type: 'FeatureCollection', features });
  }

  /** Leaves out of the map the drawing that someone here has in hand. */
  hide(shape: string | null): void {
    this.#hidden = shape;
    this.#arrange();
  }

  /** Who has what in hand, the outlines in conflict, the drawing being made, what passes by. */
  show(name: 'hands' | 'claims' | 'sketch' | 'traffic', features: readonly Feature[]): void {
    this.#push(name, collection([...features]));
  }

  showLapsed(words: LapsedWords): void {
    this.#lapsed = words;
    this.#arrange();
  }

  /** The drawings on the map, for what snaps to them. */
  get shapes(): readonly Shape[] {
    return (this.#picture?.shapes ?? []).filter(({ id }) => id !== this.#hidden);
  }

  select(id: string): void {
    if (id === this.#selected) return;
    this.#selected = id;
    if (this.#styled) this.engine.setGlobalStateProperty('selected', id);
    this.#arrange();
  }

  setTheme(theme: ThemeName): void {
    if (theme === this.#theme) return;
    this.#theme = theme;
    this.#styled = false;
    this.depths.away();
    this.engine.setStyle(this.#style(), { diff: false });
  }

  /** Another version of the ground: its sources and layers are made again, under the same view. */
  setTerritory(territory: Territory | null): void {
    if (territory?.version === this.#settings.territory?.version) return;
    this.#settings = { ...this.#settings, territory };
    prepare(this.#settings);
    this.#raised = null;
    this.#styled = false;
    this.#dress.territory = territory;
    this.engine.setStyle(this.#style(), { diff: false });
  }

  setVisibility(visibility: Visibility): void {
    this.#dress.setVisibility(this.#styled ? this.engine : null, visibility);
  }

  /** How strong each group is drawn, and what lies over what. */
  setStrength(opacity: Opacity, order: Order): void {
    this.#dress.setStrength(this.#styled ? this.engine : null, opacity, order);
  }

  /** How many things of that group are drawn in view now. */
  countOf(group: GroupId): number {
    return this.#styled ? this.#dress.countOf(this.engine, group) : 0;
  }

  get volume(): boolean {
    return this.#volume;
  }

  /** Turns relief and building volumes on or off, and tilts the camera to match. */
  setVolume(on: boolean): void {
    this.#volume = on;
    this.#dress.setVolume(this.#styled ? this.engine : null, on);
    if (this.#styled) this.#relief();
    this.engine.easeTo({ pitch: on ? TILT_DEG : 0, bearing: on ? this.engine.getBearing() : 0, duration: this.#settings.still ? 0 : 600 });
  }

  #relief(): void {
    const { territory } = this.#settings;
    if (!this.#volume || !territory?.terrain) return void this.engine.setTerrain(null);
    if (this.#raised === null) return void this.#raise(territory, territory.terrain);
    this.engine.setTerrain({ source: 'terrain', exaggeration: this.#raised });
  }

  /** How much to raise the relief is known from the pack's own heights, read when 3D is first asked for. */
  async #raise(territory: Territory, terrain: string): Promise<void> {
    try {
      this.#raised = exaggerationOf(await reliefOf(this.#settings.resolve(terrain), territory.bbox));
    } catch (error) {
      this.#settings.onproblem(error instanceof Error ? error.message : 'terrain');
      this.#raised = 1;
    }
    this.#settings.onrelief(this.#raised);
    if (this.#styled) this.#relief();
  }

  /** Looks from there: by a short move from a place near, at once from far away. */
  look({ lon_deg, lat_deg, zoom, pitch_deg, bearing_deg }: Camera): void {
    this.#follow.end();
    const duration = this.#settings.still || !this.#styled ? 0 : 700;
    this.engine.easeTo({ center: [lon_deg, lat_deg], zoom, pitch: pitch_deg, bearing: bearing_deg, duration });
  }

  /** `aside_px` is how much of the right of the map is covered: what is shown comes to the middle of the rest. */
  goTo(position: Position, zoom = 14, aside_px = 0): void {
    this.#follow.end();
    this.engine.easeTo({ center: position, zoom: Math.max(zoom, this.engine.getZoom()), offset: [-aside_px / 2, 0], duration: this.#settings.still ? 0 : 500 });
  }

  /** What the map shows: west, south, east, north, in degrees. */
  get box(): Box {
    return this.engine.getBounds().toArray().flat() as Box;
  }

  /** `aside_px` and `left_px` are how much of the right and of the left is covered. */
  fit(box: Box, aside_px = 0, left_px = 0): void {
    this.#follow.end();
    this.engine.fitBounds(box as LngLatBoundsLike, { padding: { top: 60, right: 60 + aside_px, bottom: 60, left: 60 + left_px }, maxZoom: 16, duration: this.#settings.still ? 0 : 500 });
  }

  /** Frames what is going on, with room for the words around it. */
  frame(box: Box): void {
    this.#follow.end();
    this.engine.fitBounds(box as LngLatBoundsLike, { padding: OPERATION_PADDING, maxZoom: NEAREST_FRAME, duration: this.#settings.still ? 0 : 500 });
  }

  goHome(): void {
    this.#follow.end();
    const { territory } = this.#settings;
    if (territory) this.engine.fitBounds(territory.bbox as LngLatBoundsLike, { padding: PADDING, duration: this.#settings.still ? 0 : 500 });
  }

  get sources(): readonly string[] {
    return OPERATION_SOURCES;
  }

  remove(): void {
    this.#stopPicking();
    this.engine.remove();
  }
}
