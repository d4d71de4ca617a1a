/** Past telemetry, read once when the desk opens and completed after a cut. */
import { formatInstant } from './instant.ts';
import type { Series } from './shown.ts';
import type { Tracks } from './tracks.ts';
import type { SamplePage } from './wire.ts';

const PAGE = '5000';
/** Asked at once: enough to be quick, few enough to leave room for what people do. */
const ABREAST = 6;
/** More series of positions than this: only the last hour is read at first, the rest when somebody goes back to it. */
const MANY = 200;
const HOUR_MS = 3_600_000;
/** What is read again around an instant gone back to. */
const BEFORE_MS = 15 * 60_000;
const AFTER_MS = 15 * 60_000;
/** The screen is told of what was read at most so often. */
const TOLD_MS = 250;

type Reader = { samples: (situation: string, query: Record<string, string>) => Promise<SamplePage> };

export class Samples {
  readonly #api: Reader;
  readonly #situation: string;
  readonly #tracks: Tracks;
  readonly #changed: () => void;
  /** Up to when each series is held without a gap. What the stream brings after a cut says nothing of what the cut hid. */
  readonly #whole_until = new Map<string, number>();
  readonly #asked = new Set<string>();
  #told_ms = -Infinity;

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

  /** Reads each series from where it is whole, gauges first. A series that cannot be read now will be at the next return. */
  async read(series: readonly Pick<Series, 'id' | 'kind'>[], now_ms = Infinity): Promise<void> {
    const positions = series.filter(({ kind }) => kind === 'position');
    if (positions.length > MANY && now_ms !== Infinity) {
      for (const { id } of positions) {
        if (this.#whole_until.has(id)) continue;
        this.#whole_until.set(id, now_ms - HOUR_MS);
        this.#tracks.leaveOut(id, now_ms - HOUR_MS);
      }
    }
    await abreast([...series.filter(({ kind }) => kind !== 'position'), ...positions], ({ id }) => this.#readOne(id));
    this.#changed();
  }

  /** Reads again what was left out around an instant; answers once it is there. Nothing is asked twice. */
  async around(series: readonly string[], at_ms: number): Promise<void> {
    const wanted = series.filter((id) => !this.#asked.has(id) && !this.#tracks.sharpAt(id, at_ms));
    if (wanted.length === 0) return;
    const [from_ms, to_ms] = [at_ms - BEFORE_MS, at_ms + AFTER_MS];
    for (const id of wanted) this.#asked.add(id);
    await abreast(wanted, async (id) => {
      try {
        const page = await this.#api.samples(this.#situation, { series: id, limit: PAGE, from: formatInstant(from_ms), to: formatInstant(to_ms) });
        this.#tracks.focus(id, from_ms, to_ms, page.samples);
      } finally {
        this.#asked.delete(id);
      }
    });
    this.#changed();
  }

  /** Tells the screen, now or with the next page. */
  #tell(): void {
    const now_ms = Date.now();
    if (now_ms - this.#told_ms < TOLD_MS) return;
    this.#told_ms = now_ms;
    this.#changed();
  }

  async #readOne(series: string): Promise<void> {
    for (;;) {
      const from = this.#whole_until.get(series);
      const asked: Record<string, string> = from === undefined ? {} : { from: formatInstant(from) };
      const page = await this.#api.samples(this.#situation, { series, limit: PAGE, ...asked });
      this.#tracks.add(series, page.samples);
      this.#tell();
      const end = page.samples.at(-1)?.[0];
      if (end !== undefined) this.#whole_until.set(series, end);
      if (!page.next || end === undefined || end === from) return;
    }
  }
}

/** Does that for each, a few at a time; one that fails does not stop the others. */
async function abreast<T>(things: readonly T[], task: (thing: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < things.length) await task(things[next++]!).catch(() => undefined);
  };
  await Promise.all(Array.from({ length: Math.min(ABREAST, things.length) }, worker));
}
