/** The map itself: one MapLibre object, kept out of reactive state; the desk speaks to it through this class. */
import type { Entry, Picture, Position, Territory, Tracks } from '@garance/client';
import {
  Map as Engine, NavigationControl, ScaleControl, addProtocol, setWorkerUrl,
  type GeoJSONSource, type LngLatBoundsLike, type MapGeoJSONFeature, type StyleSpecification,
} from 'maplibre-gl';
import {
  entryFeatures, gaugeFeatures, shapeFeatures, shapeNames, spotsOf, trailFeatures, unitFeatures,
  type Collection, type Reading, type Saying, type Selection, type Unit, type Written,
} from './features.ts';
import { archivesOf } from './archive.ts';
import { groundSources } from './ground.ts';
import type { Visibility } from './groups.ts';
import { CLICKABLE, OPERATION_SOURCES, operationSources, type OperationSource } from './operations.ts';
import { paletteOf } from './palette.ts';
import { exaggerationOf, reliefOf } from './relief.ts';
import { stacked } from './stacking.ts';
import { wholeStyle } from './style.ts';
import type { Grouped } from './styling.ts';
import { symbolOf } from './symbols.ts';
import type { ThemeName } from './theme.ts';

export type Camera = { lon_deg: number; lat_deg: number; zoom: number; pitch_deg: number; bearing_deg: number };

export type MapSettings = {
  container: HTMLElement;
  territory: Territory | null;
  theme: ThemeName;
  visibility: Visibility;
  workerUrl: string;
  fontUrls: { url: string; ranges: string[] }[];
  resolve: (path: string) => string;
  words: Record<string, string>;
  camera: Camera | null;
  /** What to frame first when no camera is asked for; the whole territory when there is nothing. */
  frame: Box | null;
  still: boolean;
  onselect: (selection: Selection | null) => void;
  onpoint: (position: Position | null) => void;
  oncamera: (camera: Camera) => void;
  onproblem: (message: string) => void;
  /** How many times the relief is raised in 3D, once its heights are read. */
  onrelief: (times: number) => void;
};

export type Box = [number, number, number, number];

const PADDING = { top: 56, right: 64, bottom: 56, left: 48 };
/** Symbols and their words reach farther than the places they stand at. */
const OPERATION_PADDING = { top: 84, right: 110, bottom: 76, left: 84 };
const NEAREST_FRAME = 14.5;
const TILT_DEG = 56;

function prepare(workerUrl: string, archives: readonly string[]): void {
  setWorkerUrl(workerUrl);
  addProtocol('pmtiles', archivesOf(archives).tile);
}

export class MapView {
  readonly engine: Engine;
  readonly #settings: MapSettings;
  readonly #held = new Map<OperationSource, Collection>();
  readonly #sent = new Map<OperationSource, string>();
  #grouped: Grouped[] = [];
  #theme: ThemeName;
  #visibility: Visibility;
  #styled = false;
  #volume = false;
  #selected = '';
  #picking: ((position: Position | null) => void) | null = null;
  #drawing = false;
  #picture: Picture | null = null;
  #entries: readonly Entry[] = [];
  #units: readonly Unit[] = [];
  #tracks: Tracks | null = null;
  #track_ms = 0;
  #say: Saying = () => '';
  #raised: number | null = null;

  constructor(settings: MapSettings) {
    prepare(settings.workerUrl, [settings.territory?.basemap, settings.territory?.terrain].flatMap((path) => (path ? [settings.resolve(path)] : [])));
    this.#settings = settings;
    this.#theme = settings.theme;
    this.#visibility = settings.visibility;
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
    this.engine.addControl(new NavigationControl({ visualizePitch: true }), 'top-right');
    this.engine.addControl(new ScaleControl({ maxWidth: 110 }), 'bottom-left');
    this.#listen();
  }

  #style(): StyleSpecification {
    const { territory, fontUrls, resolve } = this.#settings;
    const palette = paletteOf(this.#theme);
    this.#grouped = wholeStyle(territory, palette);
    return {
      version: 8,
      'font-faces': { Atkinson: fontUrls.map(({ url, ranges }) => ({ url, 'unicode-range': ranges })) },
      state: { selected: { default: '' } },
      sky: { 'sky-color': palette.sky, 'horizon-color': palette.haze, 'fog-color': palette.haze, 'fog-ground-blend': 0.55, 'horizon-fog-blend': 0.6, 'sky-horizon-blend': 0.7, 'atmosphere-blend': 0 },
      sources: { ...groundSources(territory, resolve), ...operationSources() },
      layers: this.#grouped.map(({ group, layer }) => this.#dressed(group, layer)),
    };
  }

  #dressed(group: Grouped['group'], layer: Grouped['layer']): Grouped['layer'] {
    const visibility = this.#shown(group, layer.id) ? 'visible' : 'none';
    return { ...layer, layout: { ...layer.layout, visibility } } as Grouped['layer'];
  }

  #shown(group: Grouped['group'], id: string): boolean {
    if (group === null) return true;
    if (!this.#visibility[group]) return false;
    if (group === 'buildings') return id.startsWith('buildings-3d') === this.#volume;
    return true;
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
      engine.getCanvas().style.cursor = this.#under([point.x, point.y]) ? 'pointer' : '';
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
    this.#dress();
    this.#relief();
  }

  get camera(): Camera {
    const { lng, lat } = this.engine.getCenter();
    return { lon_deg: lng, lat_deg: lat, zoom: this.engine.getZoom(), pitch_deg: this.engine.getPitch(), bearing_deg: this.engine.getBearing() };
  }

  #under([x, y]: [number, number]): MapGeoJSONFeature | undefined {
    const layers = CLICKABLE.filter((id) => this.engine.getLayer(id));
    if (layers.length === 0) return undefined;
    return this.engine.queryRenderedFeatures([[x - 4, y - 4], [x + 4, y + 4]], { layers })[0];
  }

  #clicked(point: [number, number], position: Position): void {
    if (this.#drawing) return;
    if (this.#picking) {
      const picked = this.#picking;
      this.#stopPicking();
      picked(position);
      return;
    }
    const found = this.#under(point);
    this.#settings.onselect(found ? { kind: found.properties['kind'], id: String(found.properties['id']) } as Selection : null);
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

  showPicture(picture: Picture, entries: readonly Entry[]): void {
    this.#picture = picture;
    this.#entries = entries;
    this.#arrange();
  }

  /** `say` gives the words of a measured position that is no longer fresh. */
  showUnits(units: readonly Unit[], tracks: Tracks, track_ms: number, say: Saying): void {
    this.#units = units;
    this.#tracks = tracks;
    this.#track_ms = track_ms;
    this.#say = say;
    this.#arrange();
  }

  /** The relief comes after the camera stops: places rise, so they are put apart once more. */
  #arrangeOnRelief(): void {
    if (this.#volume) this.#arrange();
  }

  /** Puts everything that stands somewhere on the map, apart from each other on this picture. */
  #arrange(): void {
    const shapes = this.#picture?.shapes ?? [];
    const places = stacked(spotsOf(shapes, this.#units, this.#entries), (position) => this.engine.project(position));
    this.#push('shapes', shapeFeatures(shapes, places));
    this.#push('shape-names', shapeNames(shapes));
    this.#push('entries', entryFeatures(this.#entries, places));
    this.#push('units', unitFeatures(this.#units, this.#track_ms, places, this.#say));
    if (this.#tracks) this.#push('trails', trailFeatures(this.#units, this.#tracks, this.#track_ms));
  }

  showGauges(readings: readonly Reading[], write: (reading: Reading) => Written): void {
    this.#push('gauges', gaugeFeatures(readings, write));
  }

  /** The place being given to an entry or a unit, before it is said. */
  showMark(position: Position | null): void {
    const features = position ? [{ type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates: position }, properties: {} }] : [];
    this.#push('mark', { type: 'FeatureCollection', features });
  }

  hide(shape: string | null): void {
    for (const id of ['shape-fills', 'shape-hatch', 'shape-lines', 'shape-lines-planned', 'shape-points', 'shape-words']) {
      const base = this.#grouped.find(({ layer }) => layer.id === id)?.layer as { filter?: unknown } | undefined;
      const filter = base?.filter ?? true;
      this.engine.setFilter(id, (shape ? ['all', filter, ['!=', ['get', 'id'], shape]] : filter) as never);
    }
  }

  select(id: string): void {
    this.#selected = id;
    if (this.#styled) this.engine.setGlobalStateProperty('selected', id);
  }

  setTheme(theme: ThemeName): void {
    if (theme === this.#theme) return;
    this.#theme = theme;
    this.#styled = false;
    this.engine.setStyle(this.#style(), { diff: false });
  }

  setVisibility(visibility: Visibility): void {
    this.#visibility = visibility;
    if (this.#styled) this.#dress();
  }

  #dress(): void {
    for (const { group, layer } of this.#grouped) {
      if (!this.engine.getLayer(layer.id)) continue;
      const visibility = this.#shown(group, layer.id) ? 'visible' : 'none';
      if (this.engine.getLayoutProperty(layer.id, 'visibility') !== visibility) this.engine.setLayoutProperty(layer.id, 'visibility', visibility);
    }
  }

  get volume(): boolean {
    return this.#volume;
  }

  /** Turns relief and building volumes on or off, and tilts the camera to match. */
  setVolume(on: boolean): void {
    this.#volume = on;
    if (this.#styled) {
      this.#relief();
      this.#dress();
    }
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

  goTo(position: Position, zoom = 14): void {
    this.engine.easeTo({ center: position, zoom: Math.max(zoom, this.engine.getZoom()), duration: this.#settings.still ? 0 : 500 });
  }

  fit(box: Box): void {
    this.engine.fitBounds(box as LngLatBoundsLike, { padding: 60, maxZoom: 16, duration: this.#settings.still ? 0 : 500 });
  }

  /** Frames what is going on, with room for the words around it. */
  frame(box: Box): void {
    this.engine.fitBounds(box as LngLatBoundsLike, { padding: OPERATION_PADDING, maxZoom: NEAREST_FRAME, duration: this.#settings.still ? 0 : 500 });
  }

  goHome(): void {
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
