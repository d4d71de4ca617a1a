/** The live stream: facts as they are written, from a cursor, for as long as the desk is open. */
import type { ServerFrame } from './wire.ts';

/** `connecting` at first, `catching-up` then `live`, `cut` between two attempts, `ended` when told not to return. */
export type LinkState = 'connecting' | 'catching-up' | 'live' | 'cut' | 'ended';

export type StreamEars = {
  frame(frame: ServerFrame): void;
  link(state: LinkState, next_try_ms: number | null): void;
  /** An attempt failed before it opened: the network, or a server that says no (a browser does not tell which). */
  refused?(): void;
};

/** The part of a WebSocket that the stream uses. */
export type Socket = {
  readonly readyState: number;
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
};

export type Surroundings = {
  connect(address: string): Socket;
  after(delay_ms: number, task: () => void): () => void;
  random(): number;
};

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** The server's heartbeat comes every 5 s: three missed means the link is dead even if the socket looks open. */
export const SILENCE_MS = 16_000;

/** Waits double from 0.5 s to 15 s, each drawn between half and all of its length so that browsers do not return together. */
export function waitBefore(attempt: number, random: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return longest * (0.5 + random / 2);
}

export class Stream {
  readonly #address: (cursor: string | null) => string;
  readonly #ears: StreamEars;
  readonly #around: Surroundings;
  #cursor: string | null = null;
  #socket: Socket | null = null;
  #attempt = 0;
  #cancelRetry: (() => void) | null = null;
  #cancelSilence: (() => void) | null = null;
  #stopped = false;
  #opened = false;

  constructor(address: (cursor: string | null) => string, ears: StreamEars, around: Surroundings = browserSurroundings()) {
    this.#address = address;
    this.#ears = ears;
    this.#around = around;
  }

  get cursor(): string | null {
    return this.#cursor;
  }

  /** Begins after that cursor; from the first fact without one. */
  start(cursor: string | null = null): void {
    this.#stopped = false;
    this.#cursor = cursor;
    this.#open();
  }

  /** Begins again from the first fact, at once: the server does not know where we were. */
  restart(): void {
    this.#cancelRetry?.();
    this.#drop();
    this.#attempt = 0;
    this.start();
  }

  /** Told elsewhere that there is nothing to come back to. */
  end(): void {
    this.stop();
    this.#ears.link('ended', null);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry?.();
    this.#drop();
  }

  /** Tries at once: the browser says the network is back, or a person asks. */
  hurry(): void {
    if (this.#stopped || this.#socket !== null) return;
    this.#cancelRetry?.();
    this.#attempt = 0;
    this.#open();
  }

  /** The browser says the network is gone: no need to wait for silence. */
  cut(): void {
    if (this.#socket) this.#lost(this.#socket);
  }

  tell(frame: { type: 'doing'; doing: string; role: string; about?: string }): void {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  #open(): void {
    this.#ears.link('connecting', null);
    const socket = this.#around.connect(this.#address(this.#cursor));
    this.#socket = socket;
    this.#opened = false;
    socket.onopen = () => {
      this.#opened = true;
      this.#ears.link('catching-up', null);
    };
    socket.onmessage = ({ data }) => this.#hear(String(data));
    socket.onclose = () => this.#lost(socket);
    this.#watchSilence();
  }

  #hear(data: string): void {
    this.#watchSilence();
    const frame = JSON.parse(data) as ServerFrame;
    if (frame.type === 'facts') this.#cursor = frame.cursor;
    if (frame.type === 'welcome') this.#attempt = 0;
    if (frame.type === 'live') this.#ears.link('live', null);
    if (frame.type === 'behind') this.#ears.link('catching-up', null);
    this.#ears.frame(frame);
    if (frame.type === 'bye' && frame.code !== 'server-stopping') this.end();
  }

  #lost(socket: Socket): void {
    if (socket !== this.#socket || this.#stopped) return;
    this.#drop();
    const wait = waitBefore(this.#attempt++, this.#around.random());
    this.#ears.link('cut', wait);
    this.#cancelRetry = this.#around.after(wait, () => this.#open());
    if (!this.#opened) this.#ears.refused?.();
  }

  #drop(): void {
    this.#cancelSilence?.();
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onclose = null;
      socket.onmessage = null;
      socket.close();
    }
  }

  #watchSilence(): void {
    this.#cancelSilence?.();
    const socket = this.#socket;
    this.#cancelSilence = this.#around.after(SILENCE_MS, () => {
      if (socket && socket === this.#socket) this.#lost(socket);
    });
  }
}

export function browserSurroundings(): Surroundings {
  return {
    connect: (address) => new WebSocket(address) as unknown as Socket,
    after: (delay_ms, task) => {
      const timer = setTimeout(task, delay_ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
  };
}
