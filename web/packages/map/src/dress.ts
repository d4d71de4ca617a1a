/** How the style is dressed now: which groups show, how strong, in what order; and how many things of each are in view. */
import type { Territory } from '@garance/client';
import type { LayerSpecification, Map as Engine } from 'maplibre-gl';
import { countThings } from './counting.ts';
import { inOrder, strengthOf, type Opacity, type Order } from './dressing.ts';
import type { Dots } from './dots.ts';
import type { GroupId, Visibility } from './groups.ts';
import type { Palette } from './palette.ts';
import { wholeStyle } from './style.ts';
import type { Grouped } from './styling.ts';

/** The dots of units go under every symbol that people make, whatever their order. */
const SYMBOLS = ['matters', 'shape-points', 'sign-points', 'sign-turned', 'entries', 'unit-feet', 'gauges'];

export type Worn = { visibility: Visibility; opacity: Opacity; order: Order };

export class Dress {
  grouped: Grouped[] = [];
  readonly #dots: Dots;
  territory: Territory | null;
  #worn: Worn;
  #volume = false;

  constructor(territory: Territory | null, worn: Worn, dots: Dots) {
    this.territory = territory;
    this.#worn = worn;
    this.#dots = dots;
    dots.opacity = worn.opacity.resources ?? 1;
  }

  /** The layers of a new style, dressed. */
  layers(palette: Palette): LayerSpecification[] {
    this.#dots.palette = palette;
    this.grouped = inOrder(wholeStyle(this.territory, palette), this.#worn.order);
    return this.grouped.filter(({ late }) => !late).map(({ group, layer }) => {
      const share = this.#share(group);
      const paint = share === 1 ? {} : { paint: { ...('paint' in layer ? layer.paint : {}), ...Object.fromEntries(strengthOf(layer, share)) } };
      return { ...layer, ...paint, layout: { ...layer.layout, visibility: this.#visible(group, layer.id) } } as LayerSpecification;
    });
  }

  get #lowest(): string | undefined {
    return this.grouped.find(({ layer }) => SYMBOLS.includes(layer.id))?.layer.id;
  }

  shows(group: GroupId): boolean {
    return this.#worn.visibility[group];
  }

  #visible(group: GroupId | null, id: string): 'visible' | 'none' {
    if (group === null) return 'visible';
    const shown = this.#worn.visibility[group] && (group !== 'buildings' || id.startsWith('buildings-3d') === this.#volume);
    return shown ? 'visible' : 'none';
  }

  #share = (group: GroupId | null): number => (group && this.#worn.opacity[group]) ?? 1;

  /** After a new style: the dots come back, under the symbols. */
  restore(engine: Engine): void {
    if (!engine.getLayer(this.#dots.id)) engine.addLayer(this.#dots, this.#lowest);
    this.show(engine);
  }

  setVisibility(engine: Engine | null, visibility: Visibility): void {
    this.#worn = { ...this.#worn, visibility };
    if (engine) this.show(engine);
  }

  setVolume(engine: Engine | null, on: boolean): void {
    this.#volume = on;
    if (engine) this.show(engine);
  }

  /** Shows and hides what must be. */
  show(engine: Engine): void {
    for (const { group, id } of [...this.grouped.map((each) => ({ group: each.group, id: each.layer.id })), { group: 'resources' as const, id: this.#dots.id }]) {
      if (!engine.getLayer(id)) continue;
      const visibility = this.#visible(group, id);
      if (engine.getLayoutProperty(id, 'visibility') !== visibility) engine.setLayoutProperty(id, 'visibility', visibility);
    }
  }

  /** How strong each group is drawn, and what lies over what. The engine is null until it has a style. */
  setStrength(engine: Engine | null, opacity: Opacity, order: Order): void {
    const before = this.#worn;
    this.#worn = { ...before, opacity, order };
    this.#dots.opacity = opacity.resources ?? 1;
    if (order.join() !== before.order.join()) this.#reorder(engine);
    if (!engine) return;
    for (const { group, layer, late } of this.grouped) {
      if (!group || late || before.opacity[group] === opacity[group] || !engine.getLayer(layer.id)) continue;
      for (const [property, value] of strengthOf(layer, opacity[group] ?? 1)) engine.setPaintProperty(layer.id, property as never, value as never);
    }
    engine.triggerRepaint();
  }

  #reorder(engine: Engine | null): void {
    this.grouped = inOrder(wholeStyle(this.territory, this.#dots.palette), this.#worn.order);
    if (!engine) return;
    const own = new Set([...this.grouped.map(({ layer }) => layer.id), this.#dots.id]);
    const standing = engine.getLayersOrder();
    const guests = standing.flatMap((id, at) => (own.has(id) ? [] : [{ id, under: standing.slice(at).find((next) => own.has(next)) }]));
    for (const { layer } of this.grouped) if (engine.getLayer(layer.id)) engine.moveLayer(layer.id);
    engine.moveLayer(this.#dots.id, this.#lowest);
    // A grid, a measure, what is being drawn: each stays under what it was put under.
    for (const { id, under } of guests) engine.moveLayer(id, under);
  }

  /** The layer that one stands under, of those drawn now. */
  above(engine: Engine, id: string): string | undefined {
    const place = this.grouped.findIndex(({ layer }) => layer.id === id);
    return this.grouped.slice(place + 1).find(({ layer }) => engine.getLayer(layer.id))?.layer.id;
  }

  /** How many things of that group are drawn in view now. */
  countOf(engine: Engine, group: GroupId): number {
    const layers = this.grouped.filter((each) => each.group === group && engine.getLayer(each.layer.id)).map(({ layer }) => layer.id);
    const symbols = layers.length === 0 ? 0 : countThings(engine.queryRenderedFeatures({ layers }));
    return symbols + (group === 'resources' && this.shows(group) ? this.#dots.seen : 0);
  }
}
