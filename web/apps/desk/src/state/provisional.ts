/** Numbers given by this device to lines written without the network: its name and a count of its own. */
import { deviceName, provisionalNumber } from '@garance/client';

const KEPT = 'garance.device';

export function nextProvisional(): string {
  let kept: { name?: unknown; count?: unknown } = {};
  try {
    kept = JSON.parse(localStorage.getItem(KEPT) ?? '{}') as typeof kept;
  } catch {
    // What was kept is not ours: the device takes a new name.
  }
  const name = typeof kept.name === 'string' && /^[A-Z]{3}$/.test(kept.name) ? kept.name : deviceName(Math.random);
  const count = (typeof kept.count === 'number' ? kept.count : 0) + 1;
  try {
    localStorage.setItem(KEPT, JSON.stringify({ name, count }));
  } catch {
    // A full shelf: the next line may take the same number, and the server's own tells them apart.
  }
  return provisionalNumber(name, count);
}
