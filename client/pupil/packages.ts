// Brings the lessons of the week home: pages and images into the package cache, titles into the list of lessons kept.
//
// Usage: `<script type="application/json" id="preau-packages">{"v":1,"lessons":[{url,title,course,minutes}]}</script>` and,
// where the page may say what happened, `<p data-offline-state role="status" hidden></p>`; beside one lesson,
// `<p data-offline-lesson="url" hidden></p>`.

import { filesOf, PACKAGES, storable } from "./caching";
import { keepLesson } from "./device";

interface Listed {
  url: string;
  title: string;
  course: string;
  minutes: number;
}
/** At once: a phone's connection is not only ours. */
const PARALLEL = 3;

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

/** Keeps every listed lesson; answers with the addresses of those that are on the device now. */
export async function bringHome(lessons: Listed[]): Promise<Set<string>> {
  const waiting = [...lessons];
  const kept = new Set<string>();
  async function worker(): Promise<void> {
    for (let lesson = waiting.shift(); lesson; lesson = waiting.shift()) {
      if (await bringOne(lesson).catch(() => false)) kept.add(lesson.url);
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return kept;
}

async function bringOne(lesson: Listed): Promise<boolean> {
  const cache = await caches.open(PACKAGES);
  const page = (await cache.match(lesson.url)) ?? (await fetchInto(cache, lesson.url));
  if (!page) return false;
  for (const file of filesOf(await page.text())) {
    if (!(await cache.match(file)) && !(await fetchInto(cache, file))) return false;
  }
  const dropped = await keepLesson({ ...lesson, kept_at: new Date().toISOString() });
  for (const url of dropped) await cache.delete(url);
  return true;
}

async function fetchInto(cache: Cache, url: string): Promise<Response | null> {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!storable(answer)) return null;
  await cache.put(url, answer.clone());
  return answer;
}

/** What is true, in words. Pure. */
export function offlineWords(kept: number, wanted: number): string {
  if (wanted === 0) return "";
  if (kept === wanted) return "Toute ta semaine est sur cet appareil. Elle marche aussi sans internet.";
  if (kept === 0) return "Tes séances ne sont pas encore sur cet appareil. Reviens avec internet pour les prendre.";
  return `${kept} séances sur ${wanted} sont sur cet appareil. Les autres viendront avec internet.`;
}
