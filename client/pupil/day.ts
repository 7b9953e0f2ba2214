// The day of a pupil stays true while it is on the screen: it notices that the class has opened, and says when it is an
// old page that the device had kept.
//
// The page gives: `[data-day]` (the lessons of the day, replaced as a whole), in it `[data-awaited][data-opens-at]
// [data-ends-at]` for each class that is not open yet and `[data-open]` for each that is; `[data-drawn-at]` (when the
// school drew it); `[data-opened]` and `[data-kept-page]` (hidden, inside role=status: they are shown, never written here).

import { type Awaited, isNewer, looksKept, nextLookMs } from "./watching";

/** Longer than the 4 s after which the service worker answers with the kept page. */
const LOOK_LIMIT_MS = 10_000;

/** Usage: `new DayWatch(document, redrawn).start()`; `redrawn` is called when the whole page was replaced. */
export class DayWatch {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private looking = false;
  private shownAtMs = performance.now();
  private drawnAt: string;

  constructor(
    private readonly page: Document,
    private readonly redrawn: () => void,
  ) {
    this.drawnAt = drawnAt(page);
  }

  start(): void {
    if (!this.drawnAt) return;
    addEventListener("online", () => void this.look());
    addEventListener("offline", () => this.plan());
    this.page.addEventListener("visibilitychange", () => this.shown());
    if (!looksKept(this.drawnAt, Date.now())) this.plan();
    else if (navigator.onLine) void this.look();
    else this.sayKept(true);
    this.page.documentElement.dataset.ready = "day"; // it is looked after from here on
  }

  /** Back on the screen after a while: the class may have opened meanwhile. */
  private shown(): void {
    if (this.page.visibilityState === "visible" && looksKept(this.drawnAt, Date.now())) void this.look();
    else this.plan();
  }

  private plan(): void {
    clearTimeout(this.timer);
    if (this.page.visibilityState !== "visible" || !navigator.onLine) return;
    const shownMs = performance.now() - this.shownAtMs;
    const pause = nextLookMs(awaited(this.page), this.drawnAt, shownMs, this.failures, Math.random());
    if (pause !== null) this.timer = setTimeout(() => void this.look(), pause);
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    const answer = await this.ask().catch(() => null);
    this.looking = false;
    if (answer === "gone") return; // signed out: the next page says so
    this.failures = answer ? 0 : this.failures + 1;
    if (answer) this.take(answer);
    this.sayKept(!answer);
    this.plan();
  }

  /** The page as the school draws it now; null when nobody answers, or somebody else. */
  private async ask(): Promise<Document | "gone" | null> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), LOOK_LIMIT_MS);
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: limit.signal });
      if (answer.redirected) return "gone";
      if (!answer.ok || answer.headers.has("Preau-Gate")) return null;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (fresh.body.dataset.person !== this.page.body.dataset.person) return "gone";
      return isNewer(drawnAt(fresh), this.drawnAt) ? fresh : null;
    } finally {
      clearTimeout(timer);
    }
  }

  private take(fresh: Document): void {
    const sameDay = drawnAt(fresh).slice(0, 10) === this.drawnAt.slice(0, 10);
    this.drawnAt = drawnAt(fresh);
    this.shownAtMs = performance.now();
    const opened = openClasses(fresh).filter((one) => !openClasses(this.page).includes(one));
    if (sameDay) replace(this.page, fresh, "[data-day]");
    else replace(this.page, fresh, "main");
    if (!sameDay) this.redrawn();
    for (const words of this.page.querySelectorAll<HTMLElement>("[data-opened]")) {
      if (opened.length > 0) words.hidden = false;
      else if (openClasses(this.page).length === 0) words.hidden = true;
    }
  }

  private sayKept(kept: boolean): void {
    for (const words of this.page.querySelectorAll<HTMLElement>("[data-kept-page]")) words.hidden = !kept;
  }
}

function drawnAt(page: Document): string {
  return page.querySelector<HTMLElement>("[data-drawn-at]")?.dataset.drawnAt ?? "";
}

function openClasses(page: Document): string[] {
  return [...page.querySelectorAll<HTMLElement>("[data-day] [data-open]")].map((one) => one.dataset.open ?? "");
}

function awaited(page: Document): Awaited[] {
  return [...page.querySelectorAll<HTMLElement>("[data-day] [data-awaited]")].map(({ dataset }) => ({
    opensAt: dataset.opensAt ?? "",
    endsAt: dataset.endsAt ?? "",
  }));
}

/** Puts the fresh part in place of the old one; what was unfolded stays so, and the focus stays in it. */
function replace(page: Document, fresh: Document, selector: string): void {
  const [old, next] = [page.querySelector(selector), fresh.querySelector(selector)];
  if (!old || !next || old.innerHTML === next.innerHTML) return;
  const unfolded = [...old.querySelectorAll("details")].map((one) => one.open);
  const focused = old.contains(page.activeElement);
  old.replaceChildren(...next.childNodes);
  const details = [...old.querySelectorAll("details")];
  if (details.length === unfolded.length)
    details.forEach((one, at) => {
      one.open = unfolded[at] ?? false;
    });
  if (focused) old.querySelector<HTMLElement>(".slot.now a")?.focus();
}
