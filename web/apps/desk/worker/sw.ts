/** The service worker: the built pages kept whole on this device, one version at a time. Nothing else is ever kept here. */
export {};

type Shell = { version: string; files: Record<string, string> };

declare const self: ServiceWorkerGlobalScope;

/** Written by the build: the digest of all, and the SHA-256 of each file by its name. */
const SHELL = JSON.parse('__GARANCE_SHELL__') as Shell;
const ROOT = new URL('./', self.location.href);
const FAMILY = `garance-shell ${ROOT.pathname} `;
const CURRENT = FAMILY + SHELL.version;
const INDEX = 'index.html';
/** Addresses that the page itself understands; the server answers its index to all of them. */
const ROUTES = new Set(['', 'premier-acces', 'mur', 'invitation', 'noeud', 'compte', 'donnees']);

const addressOf = (name: string): string => new URL(name, ROOT).href;

async function digestOf(content: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The file from an older copy if it has the very same content, else from the server; anything else fails the install. */
async function bring(name: string, digest: string): Promise<Response> {
  const held = await caches.match(addressOf(name));
  if (held && (await digestOf(await held.clone().arrayBuffer())) === digest) return held;
  const given = await fetch(addressOf(name), { cache: name.startsWith('assets/') ? 'default' : 'no-cache' });
  if (!given.ok || (await digestOf(await given.clone().arrayBuffer())) !== digest) throw new Error(`${name} is not of version ${SHELL.version}`);
  return given;
}

/** All or nothing: a version with one file missing or different is not installed, and the old one stays. */
async function install(): Promise<void> {
  const files = Object.entries(SHELL.files);
  const cache = await caches.open(CURRENT);
  try {
    for (const [name, digest] of files) await cache.put(addressOf(name), await bring(name, digest));
  } catch (problem) {
    await caches.delete(CURRENT);
    throw problem;
  }
}

/** The version before stays too: a page still open on it may need a part it has not loaded yet. */
async function activate(): Promise<void> {
  const ours = (await caches.keys()).filter((name) => name.startsWith(FAMILY) && name !== CURRENT);
  for (const old of ours.slice(0, -1)) await caches.delete(old);
  await self.clients.claim();
}

/** The name of the page file that answers this request; null for everything that is not a page of ours. */
function nameOf(request: Request): string | null {
  const address = new URL(request.url);
  if (request.method !== 'GET' || request.headers.has('Range') || address.origin !== ROOT.origin || !address.pathname.startsWith(ROOT.pathname)) return null;
  const name = address.pathname.slice(ROOT.pathname.length);
  if (request.mode === 'navigate') return ROUTES.has(name) || name === INDEX ? INDEX : null;
  return name in SHELL.files || name.startsWith('assets/') ? name : null;
}

async function answer(name: string, request: Request): Promise<Response> {
  const held = (await (await caches.open(CURRENT)).match(addressOf(name))) ?? (await caches.match(addressOf(name)));
  return held ?? fetch(request);
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting();
});
self.addEventListener('fetch', (event) => {
  const name = nameOf(event.request);
  if (name !== null) event.respondWith(answer(name, event.request));
});
