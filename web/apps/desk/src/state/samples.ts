/** Past telemetry, read once when the desk opens and completed after a cut. */
import { formatInstant, type Api, type Series, type Tracks } from '@garance/client';

const PAGE = '5000';

export class Samples {
  readonly #api: Api;
  readonly #situation: string;
  readonly #tracks: Tracks;
  readonly #changed: () => void;

  constructor(api: Api, situation: string, tracks: Tracks, changed: () => void) {
    this.#api = api;
    this.#situation = situation;
    this.#tracks = tracks;
    this.#changed = changed;
  }

  /** Reads each series from its last held sample on. A series that cannot be read now will be at the next return. */
  async read(series: readonly Series[]): Promise<void> {
    for (const { id } of series) await this.#readOne(id).catch(() => undefined);
  }

  async #readOne(series: string): Promise<void> {
    const last = this.#tracks.all(series).at(-1)?.[0];
    let from = last === undefined ? null : formatInstant(last);
    for (;;) {
      const page = await this.#api.samples(this.#situation, { series, limit: PAGE, ...(from ? { from } : {}) });
      this.#tracks.add(series, page.samples);
      this.#changed();
      const end = page.samples.at(-1)?.[0];
      if (!page.next || end === undefined || formatInstant(end) === from) return;
      from = formatInstant(end);
    }
  }
}
