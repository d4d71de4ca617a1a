/** A number of people as it is typed: 52, 45-50, 45 à 50, « entre 45 et 50 ». What is not plainly one is null. */
export type Range = { low: number; high: number };

const MOST = 10_000_000;
const ONE = /^(\d{1,8})$/;
const TWO = /^(?:entre\s+|between\s+|de\s+|from\s+)?(\d{1,8})\s*(?:-|–|à|to|et|and)\s*(\d{1,8})$/;

export function readRange(text: string): Range | null {
  // Thousands are written apart, with whatever space the keyboard has.
  const typed = text.trim().toLowerCase().replace(/(?<=\d)[\s\u00a0\u202f](?=\d{3}\b)/g, '');
  const one = ONE.exec(typed);
  const two = TWO.exec(typed);
  const [low, high] = one ? [Number(one[1]), Number(one[1])] : two ? [Number(two[1]), Number(two[2])] : [NaN, NaN];
  return low <= high && high <= MOST ? { low, high } : null;
}
