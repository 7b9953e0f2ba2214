// The operators' page keeps itself up to date: every two seconds the server sends the same parts that it drew into the
// page, and those that changed are put in place. Nothing that can be focused or typed into stands in such a part.
//
// The page gives: `[data-gate-state="url"][data-every-s]`; in it `[data-part="name"]`, `[data-level]` (a status line that
// is read aloud when it changes), `[data-lost]` (hidden: nobody answers), `[data-pause]` (hidden: the button that holds
// the figures still, for who needs time to read them).

import { nextPauseMs } from "./pace";

const ANSWER_LIMIT_MS = 10_000;

interface State {
  parts: Record<string, string>;
  level: string;
}

/** Usage: `new GatePage(element).start()`. */
class GatePage {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private asking = false;
  private paused = false;
  private readonly shown = new Map<string, string>();
  private readonly url: string;
  private readonly everyMs: number;

  constructor(private readonly root: HTMLElement) {
    this.url = root.dataset.gateState ?? "";
    this.everyMs = 1000 * Number(root.dataset.everyS ?? "2");
  }

  start(): void {
    const button = this.root.querySelector<HTMLButtonElement>("[data-pause]");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => this.pause(button));
    }
    document.addEventListener("visibilitychange", () => this.plan(0));
    this.plan(this.everyMs);
  }

  private pause(button: HTMLButtonElement): void {
    this.paused = !this.paused;
    button.textContent = this.paused ? "Reprendre" : "Figer les chiffres";
    this.plan(0);
  }

  private plan(pauseMs: number): void {
    clearTimeout(this.timer);
    if (this.paused || document.visibilityState !== "visible") return;
    this.timer = setTimeout(() => void this.look(), pauseMs);
  }

  private async look(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const state = await this.ask().catch(() => null);
    this.asking = false;
    this.failures = state ? 0 : this.failures + 1;
    if (state && !this.paused) this.show(state);
    const lost = this.root.querySelector<HTMLElement>("[data-lost]");
    if (lost) lost.hidden = this.failures < 2;
    this.root.dataset.seen = String(Date.now());
    this.plan(nextPauseMs(this.everyMs, this.failures));
  }

  private async ask(): Promise<State | null> {
    const answer = await fetch(this.url, {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    if (!answer.ok || answer.redirected) return null;
    return (await answer.json()) as State;
  }

  private show(state: State): void {
    for (const place of this.root.querySelectorAll<HTMLElement>("[data-part]")) {
      const name = place.dataset.part ?? "";
      const html = state.parts[name];
      if (html === undefined || this.shown.get(name) === html) continue;
      this.shown.set(name, html);
      const drawn = document.createElement("template"); // rows of a table are lost by other parsers
      drawn.innerHTML = html;
      place.replaceChildren(drawn.content);
    }
    const level = this.root.querySelector<HTMLElement>("[data-level]");
    if (level && level.textContent !== state.level) level.textContent = state.level;
  }
}

const root = document.querySelector<HTMLElement>("[data-gate-state]");
if (root) new GatePage(root).start();
