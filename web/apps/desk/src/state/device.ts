/** What this browser keeps, or nothing where it keeps nothing (private window, storage full): never a reason to fail. */
import { DatabaseFiles, KeptDatabase, type Cards, type Directory, type Fact, type Heard, type KeptAbout, type KeptPicture, type Sample, type Session } from '@garance/client';

/** A browser's database that does not answer by then is done without. */
const PATIENCE_MS = 3_000;
/** A copy is read while nothing else may be there to show, and written beside everything else: a slow device has time. */
const COPY_PATIENCE_MS = 15_000;
const WRITING_PATIENCE_MS = 120_000;

export class Device {
  readonly #opened: Promise<KeptDatabase | null>;

  constructor(root: string) {
    this.#opened = within(KeptDatabase.open(root), null);
  }

  async #do<T>(task: (kept: KeptDatabase) => Promise<T>, otherwise: T, patience_ms = PATIENCE_MS): Promise<T> {
    const kept = await this.#opened;
    return kept ? within(task(kept), otherwise, patience_ms) : otherwise;
  }

  cards = (): Promise<Cards | null> => this.#do((kept) => kept.cards(), null);
  enter = (session: Session): Promise<void> => this.#do((kept) => kept.enter(session), undefined);
  keepCards = (cards: Partial<Pick<Cards, 'situations' | 'territory'>>): Promise<void> => this.#do((kept) => kept.keepCards(cards), undefined);
  read = (person: string, situation: string): Promise<KeptPicture | null> => this.#do((kept) => kept.read(person, situation), null, COPY_PATIENCE_MS);
  begin = (person: string, situation: string): Promise<KeptAbout | null> => this.#do((kept) => kept.begin(person, situation), null, COPY_PATIENCE_MS);
  add = (about: KeptAbout, facts: readonly Fact[], heard: Heard): Promise<boolean> => this.#do((kept) => kept.add(about, facts, heard), false, WRITING_PATIENCE_MS);
  keepSamples = (about: KeptAbout, samples: ReadonlyMap<string, readonly Sample[]>): Promise<void> => this.#do((kept) => kept.keepSamples(about, samples), undefined, WRITING_PATIENCE_MS);
  keepDirectory = (about: KeptAbout, directory: Directory): Promise<void> => this.#do((kept) => kept.keepDirectory(about, directory), undefined, WRITING_PATIENCE_MS);
  forget = (person: string, situation: string): Promise<void> => this.#do((kept) => kept.forget(person, situation), undefined);
  forgetAll = (): Promise<void> => {
    forgetWords();
    void DatabaseFiles.open().then((files) => files.forget()).catch(() => undefined);
    return this.#do((kept) => kept.forgetAll(), undefined);
  };
}

/** What a person was writing, drawing or looking for, by the beginning of its key. */
const WORDS = ['garance.draft.', 'garance.searches.', 'garance.sketch.'];

function forgetWords(): void {
  for (const shelf of [localStorage, sessionStorage]) {
    for (const key of Object.keys(shelf)) if (WORDS.some((beginning) => key.startsWith(beginning))) shelf.removeItem(key);
  }
}

/** That promise, or something else when it fails or takes too long. */
export function within<T>(promise: Promise<T>, otherwise: T, patience_ms = PATIENCE_MS): Promise<T> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(otherwise), patience_ms);
    promise.then(resolve, () => resolve(otherwise)).finally(() => clearTimeout(late));
  });
}
