/** Ready frames of lines (data beside this), and the blanks that are left to fill in them. */
import { words } from '@garance/kit';
import data from './templates.json';

export type Template = { id: string; category: string; title: string; text: string };

/** In the language of the reader; those of that kind of line first. */
export function templatesFor(category: string): Template[] {
  const all = data.map(({ id, category: of, title, text }) => ({ id, category: of, title: title[words.language], text: text[words.language] }));
  return [...all.filter((one) => one.category === category), ...all.filter((one) => one.category !== category)];
}

export const BLANK = '…';

/** Where the next blank stands after the caret, or the first of all; null when none is left. */
export function nextBlank(text: string, from: number): number | null {
  const after = text.indexOf(BLANK, from);
  const found = after >= 0 ? after : text.indexOf(BLANK);
  return found >= 0 ? found : null;
}
