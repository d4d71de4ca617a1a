/** The zone every hour on screen is read in. The server says it with the session; France until then. */
import { isZone } from './legal.ts';

class Legal {
  zone = $state('Europe/Paris');

  /** A zone that this browser does not know gives UTC: a true hour that says its name, never a false one. */
  choose(zone: string): void {
    this.zone = isZone(zone) ? zone : 'UTC';
  }
}

export const legal = new Legal();
