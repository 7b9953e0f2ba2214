// The pupil's pages: a lesson that answers by itself, a day that notices when a class opens, the lessons of the week brought
// home, a service worker that keeps them within reach. Every part is an improvement of a page that works without it.

import { PACKAGES, storable } from "./caching";
import { DayWatch } from "./day";
import { keepLesson, keptLessons } from "./device";
import { noteIdentity } from "./identity";
import { leaveWithoutLoss } from "./leaving";
import { LessonPage, lessonData } from "./lesson";
import { Outbox } from "./outbox";
import { bringHome, listedLessons, offlineWords } from "./packages";

/** How the person likes to read: a cookie of /confort/, which pages that are the same for everybody cannot know. */
function applyComfort(): void {
  const comfort = /(?:^|; )confort=([^;]*)/.exec(document.cookie)?.[1]?.split("-") ?? [];
  if (comfort.includes("contraste")) document.body.dataset.contrast = "more";
  if (comfort.includes("espacement")) document.body.dataset.spacing = "wide";
}

/** Whether there is a worker: without it nothing of what is kept would ever be shown. */
async function registerWorker(): Promise<boolean> {
  if (!("serviceWorker" in navigator)) return false;
  const registration = await navigator.serviceWorker.register("/sw.js").catch(() => null);
  (registration?.active ?? navigator.serviceWorker.controller)?.postMessage("preau-check-sw");
  return registration !== null;
}

/** The lesson that is open is kept too, even if no page of the day brought it. */
async function keepThisLesson(title: string, course: string): Promise<void> {
  if (!("caches" in globalThis)) return;
  const url = location.pathname;
  // The worker may have kept the page already without knowing its title: the list of lessons would not show it.
  if ((await keptLessons()).some((lesson) => lesson.url === url)) return;
  const cache = await caches.open(PACKAGES);
  if (!(await cache.match(url))) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!storable(answer)) return;
    await cache.put(url, answer);
  }
  await keepLesson({ url, title, course, minutes: 30, kept_at: new Date().toISOString() });
}

async function bringTheWeekHome(worker: Promise<boolean>): Promise<void> {
  const lessons = listedLessons(document);
  if (lessons.length === 0 || !("caches" in globalThis) || !(await worker)) return;
  await navigator.storage?.persist?.().catch(() => false);
  const kept = await bringHome(lessons);
  const words = offlineWords(kept.size, lessons.length);
  for (const place of document.querySelectorAll<HTMLElement>("[data-offline-state]")) {
    place.textContent = words;
    place.lang = "fr"; // the page may be in English
    place.hidden = false; // so it was in pages kept before its place was
  }
  for (const place of document.querySelectorAll<HTMLElement>("[data-offline-lesson]")) {
    if (!kept.has(place.dataset.offlineLesson ?? "")) continue;
    place.textContent = "Sur cet appareil";
    place.lang = "fr";
    place.hidden = false;
  }
}

async function start(): Promise<void> {
  applyComfort();
  leaveWithoutLoss(document);
  await noteIdentity(document.body);
  const worker = registerWorker();
  const data = lessonData(document);
  if (data) {
    await new LessonPage(data).start();
    await keepThisLesson(data.title, data.course).catch(() => undefined);
  } else {
    new Outbox(() => undefined).start();
    new DayWatch(document, () => void bringTheWeekHome(worker)).start();
    await bringTheWeekHome(worker);
  }
  await worker;
}

void start();
