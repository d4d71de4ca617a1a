/** The connections of the node, as it says how they fare: read while somebody looks at them. */
import { Refusal, type Api, type Label } from '@garance/client';

export type Health = {
  state: 'waiting' | 'up' | 'lost' | 'wrong'; since: string; why: string; last_at: string | null;
  heard: number; kept: number; let_go: number; per_minute: number; sent: number; held_back: number;
  refused: { why: string; field: string | null; sender: string; at: string }[];
};
export type Connection = {
  name: string; title: string; connector: string; arrival: string; quality: string; sensitivity: Label['sensitivity']; traffic: boolean; sends: boolean; dispatches: boolean; enrols: boolean;
  attribution: string; address: string | null; health: Health; aside: Record<string, number>;
};
export type Aside = {
  number: number; why: string; detail: string; source: string; sender: string; heard_at: string; released: boolean; observation: unknown;
};
type AsidePage = { items: Aside[]; next: number | null };

const EVERY_MS = 5_000;
/** In service and having said nothing for this long: something that moves is no longer heard. */
const SILENT_MS = 10 * 60_000;

/** How a connection stands, for whoever looks at it. */
export type Standing = Health['state'] | 'silent';

export function standingOf({ health }: Connection, now_ms: number): Standing {
  const { state, last_at } = health;
  return state === 'up' && last_at !== null && now_ms - Date.parse(last_at) > SILENT_MS ? 'silent' : state;
}

/** How many things were set aside, those already heard left out: they are no news. */
export const asideOf = ({ aside }: Connection): number => Object.entries(aside).reduce((sum, [why, n]) => sum + (why === 'repeated' ? 0 : n), 0);

export class Connections {
  items = $state.raw<Connection[]>([]);
  /** Why nothing is shown: not allowed, or out of reach; null once it was read. */
  missing = $state<'not-allowed' | 'unreachable' | null>('unreachable');
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Reads them now and then until told to stop. */
  follow(): () => void {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async (): Promise<void> => {
      await this.read();
      if (!stopped) timer = setTimeout(() => void again(), EVERY_MS);
    };
    void again();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }

  async read(): Promise<void> {
    try {
      this.items = (await this.#api.ask<{ items: Connection[] }>('GET', 'connections')).items;
      this.missing = null;
    } catch (problem) {
      this.missing = problem instanceof Refusal && problem.code === 'not-allowed' ? 'not-allowed' : 'unreachable';
    }
  }

  /** A page of what was set aside of a feed, the newest first. */
  aside(situation: string, feed: string, after: number | null): Promise<AsidePage> {
    return this.#api.ask('GET', `situations/${situation}/feeds/${feed}/aside?limit=20${after === null ? '' : `&after=${after}`}`);
  }
}
