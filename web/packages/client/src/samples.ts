/** Past telemetry, read once when the desk opens and completed after a cut. */
import { formatInstant } from './instant.ts';
import type { Series } from './shown.ts';
import type { Tracks } from './tracks.ts';
import type { SamplePage } from './wire.ts';

const PAGE = '5000';

type Reader = { samples: (situation: string, query: Record<string, string>) => Promise<SamplePage> };

export class Samples {
  readonly #api: Reader;
  readonly #situation: string;
  readonly #tracks: Tracks;
  readonly #changed: () => void;
  /** Up to when each series is held without a gap. What the stream brings after a cut says nothing of what the cut hid. */
  readonly #whole_until = new Map<string, number>();

  constructor(api: Reader, situation: string, tracks: Tracks, changed: () => void) {
    this.#api = api;
    this.#situation = situation;
    this.#tracks = tracks;
    this.#changed = changed;
  }

  /** The link is cut: all that was held until now is whole, and what comes next may have a gap before it. */
  cut(): void {
    for (const series of this.#whole_until.keys()) {
      const last = this.#tracks.all(series).at(-1)?.[0];
      if (last !== undefined) this.#whole_until.set(series, last);
    }
  }

  /** Reads each series from where it is whole. A series that cannot be read now will be at the next return. */
  async read(series: readonly Pick<Series, 'id'>[]): Promise<void> {
    for (const { id } of series) await this.#readOne(id).catch(() => undefined);
  }

  async #readOne(series: string): Promise<void> {
    for (;;) {
      const from = this.#whole_until.get(series);
      const asked: Record<string, string> = from === undefined ? {} : { from: formatInstant(from) };
      const page = await this.#api.samples(this.#situation, { series, limit: PAGE, ...asked });
      this.#tracks.add(series, page.samples);
      this.#changed();
      const end = page.samples.at(-1)?.[0];
      if (end !== undefined) this.#whole_until.set(series, end);
      if (!page.next || end === undefined || end === from) return;
    }
  }
}
