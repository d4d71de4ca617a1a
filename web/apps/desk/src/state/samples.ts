/** Past telemetry, read once when the desk opens and completed after a cut. */
import { formatInstant, type Api, type Series, type Tracks } from '@garance/client';

const PAGE = '5000';

export class Samples {
  readonly #api: Api;
  readonly #situation: string;
  readonly #tracks: Tracks;
  readonly #changed: () => void;
  /** How far each series was read. What the stream brings meanwhile is later, and leaves a hole before it. */
  readonly #reached = new Map<string, number>();

  constructor(api: Api, situation: string, tracks: Tracks, changed: () => void) {
    this.#api = api;
    this.#situation = situation;
    this.#tracks = tracks;
    this.#changed = changed;
  }

  /** Reads each series from where its last reading ended. A series that cannot be read now will be at the next return. */
  async read(series: readonly Series[]): Promise<void> {
    for (const { id } of series) await this.#readOne(id).catch(() => undefined);
  }

  async #readOne(series: string): Promise<void> {
    const reached = this.#reached.get(series);
    let from = reached === undefined ? null : formatInstant(reached);
    for (;;) {
      const page = await this.#api.samples(this.#situation, { series, limit: PAGE, ...(from ? { from } : {}) });
      this.#tracks.add(series, page.samples);
      this.#changed();
      const end = page.samples.at(-1)?.[0];
      if (end !== undefined) this.#reached.set(series, end);
      if (!page.next || end === undefined || formatInstant(end) === from) return;
      from = formatInstant(end);
    }
  }
}
