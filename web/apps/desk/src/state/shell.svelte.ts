/** The pages kept on this device, and the new version that waits until the person takes it. */
import { siteRoot } from './account.svelte.ts';

/** A desk open for days asks now and then whether the server has a newer page. */
const ASK_EVERY_MS = 3_600_000;

class Shell {
  /** A whole new version is on this device and waits. */
  ready = $state(false);
  /** Another page of the browser took a new version: this one still runs the old. */
  overtaken = $state(false);
  #registration: ServiceWorkerRegistration | null = null;
  #taking = false;
  #kept = false;

  /** The page on screen came from this device: only a newer version remains to be looked for. */
  get held(): boolean {
    return Boolean((navigator.serviceWorker as ServiceWorkerContainer | undefined)?.controller);
  }

  /** Keeps the pages, once the first one has been shown: on a bad link nothing must compete with it. Again does nothing. */
  async keep(): Promise<void> {
    const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
    if (this.#kept || !import.meta.env.PROD || !workers) return;
    this.#kept = true;
    const before = workers.controller;
    workers.addEventListener('controllerchange', () => {
      if (this.#taking) location.reload();
      else if (before) this.overtaken = true;
    });
    try {
      this.#registration = await workers.register(new URL('sw.js', siteRoot), { scope: siteRoot, updateViaCache: 'none' });
    } catch {
      return; // private windows refuse it: the desk works from the server
    }
    this.#watch(this.#registration);
    setInterval(() => void this.#registration?.update().catch(() => undefined), ASK_EVERY_MS);
  }

  #watch(registration: ServiceWorkerRegistration): void {
    const look = (): void => {
      if (registration.waiting && registration.active) this.ready = true;
    };
    look();
    registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look));
  }

  /** The person takes the new version now. */
  take = (): void => {
    this.#taking = true;
    if (this.#registration?.waiting) this.#registration.waiting.postMessage('take-over');
    else location.reload();
  };
}

export const shell = new Shell();

/** Whether something typed or drawn would be lost by a reload. */
export function somethingTyped(): boolean {
  const fields = [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('textarea, input:not([type=search], [type=checkbox], [type=radio], [type=range])')];
  return fields.some(({ value, defaultValue }) => value !== defaultValue && value.trim() !== '') || document.querySelector('[data-unsaved]') !== null;
}
