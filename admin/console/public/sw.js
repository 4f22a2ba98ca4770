// Lets the console start without its server, to say that there is none. It keeps the files of the
// console and nothing else: what the admin interface answers is never looked at, let alone kept.

const KEPT = 'cairn-console';
const root = new URL('./', location.href);
const isFile = (url) => url.origin === root.origin && url.pathname.startsWith(root.pathname) && !url.pathname.startsWith(`${root.pathname}api/`);

self.addEventListener('install', (event) => {
  event.waitUntil(fetch(root, { cache: 'no-store' }).then(keepPage).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || !isFile(url)) return;
  if (request.mode === 'navigate') event.respondWith(page(event));
  else event.respondWith(file(request, url));
});

/** Keeps the page and the files it names; those of an earlier console go. */
async function keepPage(answer) {
  if (!answer.ok || !answer.headers.get('content-type')?.startsWith('text/html')) return;
  const html = await answer.clone().text();
  // What stands in front of a server may answer with a page of its own.
  if (!html.includes('name="cairn-base"')) return;
  const cache = await caches.open(KEPT);
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => new URL(match[1], root)).filter(isFile);
  const wanted = new Set(named.map((url) => url.href));
  const kept = (await cache.keys()).filter((request) => request.url !== root.href);
  const old = kept.filter((request) => !wanted.delete(request.url));
  // A line that breaks between leaves the one console or the other whole.
  await cache.addAll([...wanted]);
  await cache.put(root, answer);
  for (const request of old) await cache.delete(request);
}

/** From the server, which may have another console by now; without it, as it was last. */
async function page(event) {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(keepPage(answer.clone()).catch(() => undefined));
    return answer;
  } catch (error) {
    const kept = await (await caches.open(KEPT)).match(root);
    if (kept) return kept;
    throw error;
  }
}

/** What is named by its content does not change; the rest is asked for first. */
async function file(request, url) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request);
  if (kept && url.pathname.startsWith(`${root.pathname}assets/`)) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
