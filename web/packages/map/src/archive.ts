/** Tiles out of one file by Range: from the copy on this device when there is one, else from the server. */
import { FetchSource, PMTiles, Protocol, type RangeResponse } from 'pmtiles';

const held = new Map<string, Blob>();
let missing: (url: string) => void = () => undefined;

/** From now on that archive is read from this copy, even where a map already shows it; null: from the server again. */
export function holdArchive(url: string, copy: Blob | null): void {
  if (copy) held.set(url, copy);
  else held.delete(url);
}

/** Who is told that the server no longer has an archive: it shows another version. */
export function onMissingArchive(told: (url: string) => void): void {
  missing = told;
}

/**
 * Chromium keeps parts of a file that were given up half-way (a theme or a view changed) and may serve such a part as
 * the whole range, under the status and headers of a whole answer. A tile cut short cannot be read, so it is fetched
 * again past the cache. The first read of a small file is short for good: it is asked twice, once per page.
 */
export class WholeSource extends FetchSource {
  override async getBytes(offset: number, length: number, signal?: AbortSignal, etag?: string): Promise<RangeResponse> {
    return (await this.#fromCopy(offset, length)) ?? this.#fromServer(offset, length, signal, etag);
  }

  /** A copy removed meanwhile (by its owner, by the browser) cannot be read: the server takes over. */
  async #fromCopy(offset: number, length: number): Promise<RangeResponse | null> {
    const copy = held.get(this.url);
    if (!copy) return null;
    try {
      return { data: await copy.slice(offset, offset + length).arrayBuffer() };
    } catch {
      holdArchive(this.url, null);
      return null;
    }
  }

  async #fromServer(offset: number, length: number, signal?: AbortSignal, etag?: string): Promise<RangeResponse> {
    const given = await super.getBytes(offset, length, signal, etag).catch((problem: unknown) => {
      if (problem instanceof Error && problem.message.includes('404')) missing(this.url);
      throw problem;
    });
    if (given.data.byteLength >= length) return given;
    const past = new FetchSource(this.url, this.customHeaders, this.credentials);
    past.mustReload = true;
    return past.getBytes(offset, length, signal, etag);
  }
}

/** The protocol `pmtiles://` over these archives. */
export function archivesOf(urls: readonly string[]): Protocol {
  const protocol = new Protocol();
  for (const url of urls) protocol.add(new PMTiles(new WholeSource(url)));
  return protocol;
}
