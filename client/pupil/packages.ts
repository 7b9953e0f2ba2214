// Brings the lessons of the week home: pages and images into the package cache, titles into the list of lessons kept.
// One request per week of a course (its bundle); what the bundle does not carry follows in single files, in idle time.
//
// Usage: `<script type="application/json" id="preau-packages">{"v":1,"lessons":[{url,title,course,minutes,bundle}]}</script>`
// and, where the page may say what happened, `<p data-offline-state role="status"></p>`; beside one lesson,
// `<p data-offline-lesson="url"></p>`. While they are empty their place is kept free.

import { answerOf, isWhole, partsOf } from "./bundles";
import { filesOf, PACKAGES, storable } from "./caching";
import { keepLesson } from "./device";

interface Listed {
  url: string;
  title: string;
  course: string;
  minutes: number;
  /** Address of the bundle with this lesson; editions of before bundles answer 404 there. */
  bundle?: string;
}
/** At once: a phone's connection is not only ours. */
const PARALLEL = 3;
/** Single files wait until the page is at rest, but not longer. */
const IDLE_LIMIT_MS = 2_000;

export function listedLessons(root: Document): Listed[] {
  const element = root.getElementById("preau-packages");
  if (!element) return [];
  try {
    const listed = JSON.parse(element.textContent ?? "") as { v: number; lessons: Listed[] };
    return listed.v === 1 ? listed.lessons : [];
  } catch {
    return [];
  }
}

/** Keeps every listed lesson; answers with the addresses of those that are on the device now, images included. */
export async function bringHome(lessons: Listed[]): Promise<Set<string>> {
  const cache = await caches.open(PACKAGES);
  // A bundle that does not come, or not whole, costs nothing: its lessons are brought one by one.
  await inParallel(await bundlesWanted(cache, lessons), (url) => unpack(cache, url).catch(() => undefined));
  const kept = new Set<string>();
  await inParallel(lessons, async (lesson) => {
    if (await bringOne(cache, lesson).catch(() => false)) kept.add(lesson.url);
  });
  return kept;
}

async function inParallel<T>(things: Iterable<T>, bring: (thing: T) => Promise<void>): Promise<void> {
  const waiting = [...things];
  async function worker(): Promise<void> {
    for (let thing = waiting.shift(); thing !== undefined; thing = waiting.shift()) await bring(thing);
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

async function bundlesWanted(cache: Cache, lessons: Listed[]): Promise<Set<string>> {
  const wanted = new Set<string>();
  for (const { url, bundle } of lessons) if (bundle && !(await cache.match(url))) wanted.add(bundle);
  return wanted;
}

/** Asks the server whatever the browser remembers: pages may have been drawn anew. */
async function unpack(cache: Cache, url: string): Promise<void> {
  const answer = await fetch(url, { credentials: "same-origin", cache: "no-cache" });
  if (!storable(answer)) return;
  for (const part of partsOf(await answer.json(), url))
    if (await isWhole(part)) await cache.put(part.path, answerOf(part, answer.headers));
}

async function bringOne(cache: Cache, lesson: Listed): Promise<boolean> {
  const page = (await cache.match(lesson.url)) ?? (await fetchInto(cache, lesson.url));
  if (!page) return false;
  for (const file of filesOf(await page.text())) {
    if (!(await cache.match(file)) && !(await fetchInto(cache, file))) return false;
  }
  const { url, title, course, minutes } = lesson;
  const dropped = await keepLesson({ url, title, course, minutes, kept_at: new Date().toISOString() });
  for (const old of dropped) await cache.delete(old);
  return true;
}

async function fetchInto(cache: Cache, url: string): Promise<Response | null> {
  await idle();
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!storable(answer)) return null;
  await cache.put(url, answer.clone());
  return answer;
}

function idle(): Promise<unknown> {
  if (!("requestIdleCallback" in globalThis)) return Promise.resolve(); // Safari: the bundles came first anyway
  return new Promise((resolve) => requestIdleCallback(resolve, { timeout: IDLE_LIMIT_MS }));
}

/** What is true, in words. Pure. */
export function offlineWords(kept: number, wanted: number): string {
  if (wanted === 0) return "";
  if (kept === wanted) return "Toute ta semaine est sur cet appareil. Elle marche aussi sans internet.";
  if (kept === 0) return "Tes séances ne sont pas encore sur cet appareil. Reviens avec internet pour les prendre.";
  return `${kept} séances sur ${wanted} sont sur cet appareil. Les autres viendront avec internet.`;
}
