// Service worker of the pupil: lessons go on when the network or the server does not.
//
// - shell (style, script; the icon once it is asked for): kept at install, shown at once, refreshed behind.
// - packages: files are named by their content, so the kept one is always right; their pages may be drawn again by a newer
//   version, so they are shown at once and refreshed behind.
// - pages of the school: the network first, 4 s at most, else the kept one, else the list of lessons on the device.
// - everything else, and everything that is not GET: untouched.
// It removes itself when /sw.js is gone (404, 410) or carries the header Preau-Sw-Off: a broken worker must not outlive its cure.

import { isDown, offlinePage, outdated, PACKAGES, PAGES, SHELL_PREFIX, storable, strategyFor } from "./caching";
import { keptLessons, peopleWaiting } from "./device";
import { sendWaiting } from "./sending";

declare const PREAU_BUILD: string;
declare const self: ServiceWorkerGlobalScope;

const SHELL = `${SHELL_PREFIX}${PREAU_BUILD}`;
/** What a lesson cannot do without; the icon is kept when it is next asked for. */
const SHELL_FILES = ["/static/site.css", "/static/lesson.css", "/static/pupil.js"];
/** Longer than a good answer ever takes, shorter than a child's patience. */
const PAGE_LIMIT_MS = 4_000;
export const SYNC_TAG = "preau-journal";

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});

async function keepShell(): Promise<void> {
  const cache = await caches.open(SHELL);
  await Promise.all(
    SHELL_FILES.map(async (path) => {
      const answer = await fetch(path, { cache: "no-cache" });
      if (!storable(answer)) throw new Error(`shell file unavailable: ${path}`);
      await cache.put(path, answer);
    }),
  );
}

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of outdated(await caches.keys(), PREAU_BUILD)) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  // Signing out: the kept pages show a name. The page forgets them too, but it may be gone before it has.
  if (event.request.method === "POST" && url.pathname === "/deconnexion/") event.waitUntil(caches.delete(PAGES));
  // What was chosen on /confort/ (language, contrast) is drawn into every kept page.
  if (url.pathname === "/confort/" && url.searchParams.has("garde")) event.waitUntil(caches.delete(PAGES));
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  switch (strategyFor(url.pathname)) {
    case "package":
      event.respondWith(keptFirst(event.request));
      break;
    case "page_of_package":
      event.respondWith(keptThenRefreshed(event, PACKAGES));
      break;
    case "shell":
      event.respondWith(keptThenRefreshed(event, SHELL));
      break;
    case "page":
      event.respondWith(networkFirst(event.request, event));
      break;
    case "network":
      if (event.request.mode === "navigate") event.respondWith(orOffline(event.request));
  }
});

self.addEventListener("sync", (event) => {
  const sync = event as ExtendableEvent & { tag: string };
  if (sync.tag === SYNC_TAG) sync.waitUntil(sendForEveryone());
});

/** Whoever is signed in gets their work sent; the others' is refused as another person's and stays. */
async function sendForEveryone(): Promise<void> {
  for (const person of await peopleWaiting()) {
    const outcome = await sendWaiting(person);
    if (outcome === "later" || outcome === "unready") throw new Error("the browser asks for this again later");
  }
}

self.addEventListener("message", (event) => {
  if (event.data === "preau-check-sw") event.waitUntil(removeIfSwitchedOff());
});

async function removeIfSwitchedOff(): Promise<void> {
  const answer = await fetch("/sw.js", { cache: "no-store" }).catch(() => null);
  if (!answer || !(answer.status === 404 || answer.status === 410 || answer.headers.has("Preau-Sw-Off"))) return;
  for (const name of await caches.keys()) if (name.startsWith("preau-")) await caches.delete(name);
  await self.registration.unregister();
}

async function store(cacheName: string, request: Request | string, answer: Response): Promise<void> {
  if (storable(answer)) await (await caches.open(cacheName)).put(request, answer);
}

async function keptFirst(request: Request): Promise<Response> {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  await store(PACKAGES, request, answer.clone());
  return answer;
}

async function keptThenRefreshed(event: FetchEvent, cacheName: string): Promise<Response> {
  const { request } = event;
  const kept = await (await caches.open(cacheName)).match(request, { ignoreVary: true, ignoreSearch: true });
  if (kept) {
    event.waitUntil(refresh(cacheName, request).catch(() => undefined));
    return kept;
  }
  return request.mode === "navigate" ? orOffline(request, cacheName) : networkAndStore(request, cacheName);
}

async function refresh(cacheName: string, request: Request): Promise<void> {
  const answer = await fetch(request.url, { cache: "no-cache", credentials: "same-origin" });
  await store(cacheName, request.url, answer);
}

async function networkAndStore(request: Request, cacheName: string): Promise<Response> {
  const answer = await fetch(request);
  await store(cacheName, request, answer.clone());
  return answer;
}

async function networkFirst(request: Request, event: FetchEvent): Promise<Response> {
  const kept = await (await caches.open(PAGES)).match(request, { ignoreVary: true });
  const fresh = fetch(request).then(async (answer) => {
    await store(PAGES, request, answer.clone());
    return answer;
  });
  event.waitUntil(fresh.catch(() => undefined)); // a late answer is still good for the next time
  const limit = new Promise<null>((resolve) => setTimeout(() => resolve(null), PAGE_LIMIT_MS));
  try {
    const answer = await (kept ? Promise.race([fresh, limit]) : fresh);
    // A page of the gate is true and keeps the place in the queue, whatever its status: better than yesterday's page.
    if (answer && (!isDown(answer.status) || answer.headers.has("Preau-Gate"))) return answer;
    return kept ?? (await listOfLessons());
  } catch {
    return kept ?? listOfLessons();
  }
}

async function orOffline(request: Request, cacheName?: string): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (isDown(answer.status) && !answer.headers.has("Preau-Gate")) return listOfLessons();
    if (cacheName) await store(cacheName, request, answer.clone());
    return answer;
  } catch {
    return listOfLessons();
  }
}

async function listOfLessons(): Promise<Response> {
  const lessons = await keptLessons().catch(() => []);
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'",
  };
  return new Response(offlinePage(lessons), { status: 503, headers });
}
