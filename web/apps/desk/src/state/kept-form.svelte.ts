/** Words kept on this device until they are sent or given up. */

/** What was kept under that name; null when nothing was, or nothing that can be read: it is then forgotten. */
export function keptUnder<T>(key: string): Partial<T> | null {
  const kept = localStorage.getItem(key);
  if (!kept) return null;
  try {
    return JSON.parse(kept) as Partial<T>;
  } catch {
    localStorage.removeItem(key);
    return null;
  }
}

/** A long form being filled in: kept on this device until it is sent or given up, so that a closed page loses nothing. */
export class KeptForm<T extends object> {
  readonly #key: string | null;
  readonly #blank: string;
  value = $state() as T;
  /** Whether it was found on this device. */
  found = $state(false);

  /** `key` null keeps nothing. */
  constructor(key: string | null, blank: T) {
    this.#key = key;
    this.#blank = JSON.stringify(blank);
    this.value = blank;
    const kept = key ? keptUnder<T>(key) : null;
    if (!kept) return;
    this.value = { ...blank, ...kept };
    this.found = true;
  }

  /** Called from an effect: reads every part of the form. One still as it began is not kept. */
  keep(): void {
    const written = JSON.stringify(this.value);
    if (this.#key && (this.found || written !== this.#blank)) localStorage.setItem(this.#key, written);
  }

  drop(): void {
    if (this.#key) localStorage.removeItem(this.#key);
  }
}

/** Whether something of that name waits on this device. */
export const isKept = (key: string): boolean => localStorage.getItem(key) !== null;
