/** The camera that goes with a unit, until the person moves the map. */
import type { Position } from '@garance/client';
import type { Map as Engine } from 'maplibre-gl';

/** Positions come each second: the camera takes about as long to reach the next one. */
const STEP_MS = 900;
const NEAREST = 13.5;

export class Follow {
  readonly #engine: Engine;
  readonly #still: boolean;
  readonly #told: (id: string | null) => void;
  #id: string | null = null;
  #last: Position | null = null;

  constructor(engine: Engine, still: boolean, told: (id: string | null) => void) {
    this.#engine = engine;
    this.#still = still;
    this.#told = told;
    engine.on('dragstart', () => this.end());
    engine.on('movestart', ({ originalEvent }) => {
      if (originalEvent instanceof KeyboardEvent && originalEvent.key.startsWith('Arrow')) this.end();
    });
  }

  begin(id: string | null, position: Position | null): void {
    this.#id = id;
    this.#last = null;
    this.#told(id);
    if (position) this.to(position, true);
  }

  /** Goes where the unit is now; a gesture of zoom under way is not disturbed. */
  to(position: Position | null, first = false): void {
    if (this.#id === null || !position || (!first && this.#engine.isZooming())) return;
    if (this.#last?.[0] === position[0] && this.#last[1] === position[1]) return;
    this.#last = position;
    const zoom = first ? { zoom: Math.max(NEAREST, this.#engine.getZoom()) } : {};
    this.#engine.easeTo({ center: position, ...zoom, duration: this.#still ? 0 : STEP_MS, easing: (share) => share });
  }

  end(): void {
    if (this.#id === null) return;
    this.#id = null;
    this.#told(null);
  }
}
