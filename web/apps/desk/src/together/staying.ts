/** A screen that nobody touches: it does not sleep, and takes the new version of the pages by itself. */
import { siteRoot } from '../state/account.svelte.ts';

/** Keeps the screen awake while the page is seen, where the browser allows it; answers how to let it sleep. */
export function stayAwake(): () => void {
  let lock: WakeLockSentinel | null = null;
  let done = false;
  const ask = async (): Promise<void> => {
    if (done || document.hidden || !('wakeLock' in navigator)) return;
    lock = await navigator.wakeLock.request('screen').catch(() => null);
    if (done) void lock?.release();
  };
  document.addEventListener('visibilitychange', ask);
  void ask();
  return () => {
    done = true;
    document.removeEventListener('visibilitychange', ask);
    void lock?.release();
  };
}

const MAIN_SCRIPT = /<script[^>]+type="module"[^>]+src="([^"]+)"/;

/** Whether the node now serves other pages than those running here. False when it cannot be asked. */
export async function pagesChanged(): Promise<boolean> {
  const running = document.querySelector<HTMLScriptElement>('script[type=module][src]')?.src;
  try {
    const served = MAIN_SCRIPT.exec(await (await fetch(siteRoot, { cache: 'no-store' })).text())?.[1];
    return running !== undefined && served !== undefined && new URL(served, siteRoot).href !== running;
  } catch {
    return false;
  }
}
