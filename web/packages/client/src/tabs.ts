/** Several pages of the same browser: one at a time sends, and each hears what the others changed. */
export type Tabs = {
  /** Runs the task when no other page runs one under that name. */
  alone<T>(task: () => Promise<T>): Promise<T>;
  /** Tells the other pages that something changed. */
  tell(): void;
  /** Hears the other pages; answers how to stop. */
  hear(task: () => void): () => void;
};

/** A page with no others: memory, tests, browsers without locks. */
export function onePage(): Tabs {
  let last: Promise<unknown> = Promise.resolve();
  return {
    alone(task) {
      const done = last.then(task);
      last = done.catch(() => undefined);
      return done;
    },
    tell: () => undefined,
    hear: () => () => undefined,
  };
}

type Channel = { postMessage(message: unknown): void; onmessage: ((message: MessageEvent) => void) | null; close(): void };
type Locks = { request<T>(name: string, task: () => Promise<T>): Promise<T> };

/** The pages of this origin, by the browser's own locks. Without them (an address that is not https) each page is alone. */
export function browserTabs(name: string): Tabs {
  const locks = (globalThis.navigator as { locks?: Locks } | undefined)?.locks;
  if (!locks || typeof BroadcastChannel === 'undefined') return onePage();
  const channel: Channel = new BroadcastChannel(name);
  let closed = false;
  return {
    alone: (task) => locks.request(name, task),
    /** What was under way when this page left still concerns the others. */
    tell() {
      const voice: Channel = closed ? new BroadcastChannel(name) : channel;
      voice.postMessage(null);
      if (closed) voice.close();
    },
    hear(task) {
      channel.onmessage = () => task();
      return () => {
        closed = true;
        channel.close();
      };
    },
  };
}
