/** The territory on this device: whether it is kept whole, how its copying goes, and which version the node shows. */
import { answerSearch, Refusal, type PlaceNames, type Territory } from '@garance/client';
import { holdArchive, NAMES_FILE, NotTheSame, onMissingArchive, openGroundStore, type CopyFile, type GroundStore, type KeptGround } from '@garance/map';
import { siteRoot, type Account } from './account.svelte.ts';

/** A ground no larger than this is kept without being asked; a larger one by hand. */
export const BY_ITSELF_BYTES = 64_000_000;
/** The desk is opened first: the copy begins when it has had time to draw. */
const CALM_MS = 8_000;

export type GroundState = 'unknown' | 'impossible' | 'none' | 'copying' | 'interrupted' | 'full' | 'kept';

type Connection = { saveData?: boolean };

export class Ground {
  state = $state<GroundState>('unknown');
  shown = $state(false);
  done_bytes = $state(0);
  kept = $state.raw<KeptGround | null>(null);
  persisted = $state(false);
  free_bytes = $state<number | null>(null);
  /** When the node began to show another version while this page was open. */
  renewed = $state(0);
  territory = $state.raw<Territory | null>(null);
  readonly #account: Account;
  #store: GroundStore | null = null;
  #stop: AbortController | null = null;
  #considered = false;
  #asking = false;

  constructor(account: Account, territory: Territory | null) {
    this.#account = account;
    this.territory = territory;
  }

  /** The files that a map is made of; their sizes are known when the card tells them. */
  get files(): CopyFile[] {
    const { territory } = this;
    const paths = [territory?.basemap, territory?.terrain].filter((path): path is string => Boolean(path));
    return paths.flatMap((path) => {
      const told = territory?.files?.find(({ name }) => path.endsWith(`/${name}`));
      return told ? [{ ...told, url: addressOf(path) }] : [];
    });
  }

  get bytes(): number {
    return this.files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The copy is of the version that the node shows. */
  get current(): boolean {
    return this.kept !== null && this.kept.card.version === this.territory?.version;
  }

  async open(): Promise<void> {
    onMissingArchive(() => void this.check());
    this.#store = await openGroundStore(siteRoot);
    await this.#look();
  }

  async #look(): Promise<void> {
    if (!this.#store) return void (this.state = 'impossible');
    this.kept = await this.#store.whole();
    if (this.kept) hold(this.kept);
    this.#account.api.withoutNetwork = answering(this.kept);
    this.done_bytes = this.territory ? await this.#store.begun(this.territory.version, this.files) : 0;
    this.state = this.current ? 'kept' : this.done_bytes > 0 ? 'interrupted' : 'none';
    const { quota, usage } = await navigator.storage.estimate();
    this.free_bytes = quota === undefined ? null : quota - (usage ?? 0);
    this.persisted = await navigator.storage.persisted();
  }

  /** Once the link is live: goes on with a copy begun, begins that of a small territory, each only once per page. */
  consider(): () => void {
    const calm = setTimeout(() => {
      if (this.#considered || this.bytes === 0 || this.state === 'kept' || this.state === 'impossible') return;
      this.#considered = true;
      const spare = (navigator as { connection?: Connection }).connection?.saveData ?? false;
      const room = this.free_bytes === null || this.free_bytes > 2 * this.bytes;
      if (this.state === 'interrupted' || this.kept !== null || (this.bytes <= BY_ITSELF_BYTES && room && !spare)) void this.bring();
    }, CALM_MS);
    return () => clearTimeout(calm);
  }

  /** Copies the territory, one page of the browser at a time. */
  bring = async (): Promise<void> => {
    const { territory } = this;
    if (!this.#store || !territory || this.#stop || this.bytes === 0) return;
    this.#stop = new AbortController();
    this.state = 'copying';
    try {
      await navigator.storage.persist().catch(() => false);
      await navigator.locks.request(`garance-ground ${siteRoot}`, () => this.#bring(this.#store!, territory));
      await this.#look();
    } catch (problem) {
      await this.#failed(problem);
    } finally {
      this.#stop = null;
    }
  };

  /** Another page of the browser may have made the copy while this one waited for its turn. */
  async #bring(store: GroundStore, territory: Territory): Promise<void> {
    if ((await store.whole())?.card.version === territory.version) return;
    await store.bring($state.snapshot(territory) as Territory, this.files, Date.now(), (bytes) => (this.done_bytes = bytes), this.#stop!.signal, addressOf(`territory/${territory.version}/names`));
  }

  async #failed(problem: unknown): Promise<void> {
    await this.#look();
    if (problem instanceof DOMException && problem.name === 'QuotaExceededError') this.state = 'full';
    else if (problem instanceof NotTheSame) await this.check();
    else if (this.state === 'none') this.state = 'interrupted';
  }

  cancel = (): void => this.#stop?.abort();

  remove = async (): Promise<void> => {
    this.cancel();
    await this.#store?.remove();
    if (this.kept) for (const name of this.kept.files.keys()) holdArchive(addressOf(`territory/${this.kept.card.version}/${name}`), null);
    this.#considered = true;
    await this.#look();
  };

  /** Asks which version the node shows; another one replaces the ground under the map. */
  async check(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const card = await this.#account.api.territory();
      if (card.version === this.territory?.version) return;
      this.territory = card;
      this.renewed += 1;
      this.#considered = false;
      await this.#account.device.keepCards({ territory: card });
      await this.#look();
      this.consider();
    } catch (problem) {
      if (problem instanceof Refusal || problem instanceof Error) return;
      throw problem;
    } finally {
      this.#asking = false;
    }
  }
}

const addressOf = (path: string): string => new URL(path.replace(/^\//, ''), siteRoot).href;

function hold({ card, files }: KeptGround): void {
  for (const [name, copy] of files) holdArchive(addressOf(`territory/${card.version}/${name}`), copy);
}

/** Answers searches from the names kept, read when first asked for. */
function answering(kept: KeptGround | null): (path: string) => Promise<unknown> {
  const file = kept?.files.get(NAMES_FILE);
  let names: Promise<PlaceNames> | null = null;
  return async (path) => {
    if (!file || !path.includes('territory/search')) return undefined;
    names ??= file.text().then((text) => JSON.parse(text) as PlaceNames);
    return answerSearch(await names, path);
  };
}

/** The card of the territory kept whole on this device: without the network, the map is made from it. */
export async function keptCard(): Promise<Territory | null> {
  return (await (await openGroundStore(siteRoot))?.whole())?.card ?? null;
}
