/** Tiles out of one file by Range. The browser's cache may give less than it says: such an answer is asked again. */
import { FetchSource, PMTiles, Protocol, type RangeResponse } from 'pmtiles';

/**
 * Chromium keeps parts of a file that were given up half-way (a theme or a view changed) and may serve such a part as
 * the whole range, under the status and headers of a whole answer. A tile cut short cannot be read, so it is fetched
 * again past the cache. The first read of a small file is short for good: it is asked twice, once per page.
 */
export class WholeSource extends FetchSource {
  override async getBytes(offset: number, length: number, signal?: AbortSignal, etag?: string): Promise<RangeResponse> {
    const given = await super.getBytes(offset, length, signal, etag);
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
