/** Build step: gives the service worker the list of the files built, each by its digest, so that any change makes a new version. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';

const WORKER = 'sw.js';
const PLACE = /(['"`])__GARANCE_SHELL__\1/;

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

/** Everything built but the worker itself, by its name in the site. */
export function listShell(folder: string): { version: string; files: Record<string, string> } {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((name) => name !== WORKER)
    .sort();
  const files = Object.fromEntries(names.map((name) => [name, sha256(readFileSync(join(folder, name)))]));
  return { version: sha256(JSON.stringify(files)).slice(0, 16), files };
}

export function shellOf(folder: string): Plugin {
  return {
    name: 'garance-shell',
    apply: 'build',
    closeBundle() {
      const path = join(folder, WORKER);
      const code = readFileSync(path, 'utf8');
      if (!PLACE.test(code)) throw new Error(`${WORKER} has no place for the list of files`);
      const list = JSON.stringify(JSON.stringify(listShell(folder)));
      writeFileSync(path, code.replace(PLACE, () => list));
    },
  };
}
