/** Files in hand: the one being brought in, and the last one brought in, which can be undone. */
import { t } from '@garance/kit';
import type { Incoming } from '../exchange/incoming.svelte.ts';
import type { Workbench } from './workbench.svelte.ts';

export class FilesInHand {
  readonly #bench: Workbench;
  file = $state.raw<File | null>(null);
  /** The last file brought in, while it can be undone from here. */
  last = $state.raw<Incoming | null>(null);
  /** Whether the sheet of `last` is shown again. */
  again = $state(false);
  /** Something is being written or undone: the sheet stays until it is done. */
  busy = $state(false);

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  /** Whether a file may be brought in by this person, now. */
  get may(): boolean {
    const { desk } = this.#bench;
    return desk.ready && desk.can('drawings.draw') && desk.current?.status !== 'closed';
  }

  /** Asks the computer for a file. */
  choose = (): void => {
    const field = document.createElement('input');
    field.type = 'file';
    field.addEventListener('change', () => field.files && this.take(field.files));
    field.click();
  };

  /** One file at a time: each is looked at before anything is written. */
  take(files: FileList | readonly File[]): void {
    const [file] = files;
    if (!file || this.busy) return;
    if (files.length > 1) this.#bench.notify(t('files.one'));
    this.#bench.instruments.giveWay();
    this.#bench.layers = false;
    this.again = false;
    this.file = file;
  }

  close = (): void => {
    if (this.busy) return;
    this.file = null;
    this.again = false;
  };

  escape(): boolean {
    if (!this.file && !this.again) return false;
    this.close();
    return true;
  }
}
