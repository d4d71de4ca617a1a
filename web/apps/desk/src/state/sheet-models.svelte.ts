/** The action sheets that come with the node: read once, kept on the device, so that they open without the network. */
import type { Party } from '@garance/client';
import { words } from '@garance/kit';
import type { Desk } from './desk.svelte.ts';

type Both = { fr: string; en: string };
export type SheetModel = {
  id: string; hazard: string; owner: Party; deputy: Party; title: Both; trigger: Both; exit: Both;
  steps: { id: string; fr: string; en: string; within_min?: number }[];
};
type Page = { items: SheetModel[]; next: string | null };

const KEPT = 'garance.sheet-models';

class SheetModels {
  items = $state.raw<SheetModel[]>([]);
  /** Whether neither the node nor this device could give them. */
  missing = $state(false);
  #read = false;

  async load(desk: Desk): Promise<void> {
    if (this.#read) return;
    this.items = this.items.length > 0 ? this.items : this.#recall();
    try {
      const found: SheetModel[] = [];
      let after = '';
      do {
        const page = await desk.account.api.ask<Page>('GET', `sheet-models?limit=100${after}`);
        found.push(...page.items);
        after = page.next ? `&after=${page.next}` : '';
      } while (after);
      this.items = found;
      this.#read = true;
      localStorage.setItem(KEPT, JSON.stringify(found));
    } catch {
      // Out of reach, or a full shelf: what was kept stands.
    }
    this.missing = this.items.length === 0;
  }

  #recall(): SheetModel[] {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) ?? '[]') as unknown;
      return Array.isArray(kept) ? (kept as SheetModel[]) : [];
    } catch {
      return [];
    }
  }
}

export const sheetModels = new SheetModels();

export const inWords = (both: Both): string => both[words.language];

/** The body that runs a model, in the language of whoever opens it. */
export const startedFrom = ({ id, owner, deputy, title, trigger, exit, steps }: SheetModel, sheet: string): Record<string, unknown> => ({
  sheet, template: id, title: inWords(title), trigger: inWords(trigger), exit: inWords(exit), owner, deputy,
  steps: steps.map((step) => ({ id: step.id, title: step[words.language], ...(step.within_min ? { within_min: step.within_min } : {}) })),
});
