// When the journal is sent: at once, and again with growing pauses, on `online`, when the page is shown again, and by the
// service worker's background sync where the browser has it.

import { trim } from "./device";
import { currentPerson } from "./identity";
import { type Outcome, sendWaiting } from "./sending";

/** First and last ceiling of the pause between attempts. A minute: a class that comes back does not arrive in step. */
const FIRST_CEILING_MS = 2_000;
const LAST_CEILING_MS = 60_000;
const SYNC_TAG = "preau-journal";

/** Pause before attempt `attempt` (0 = first retry): random below a doubling ceiling, at least half of it. Pure. */
export function pauseMs(attempt: number, random: number): number {
  const ceiling = Math.min(FIRST_CEILING_MS * 2 ** Math.min(attempt, 16), LAST_CEILING_MS);
  return Math.round(ceiling * (0.5 + random / 2));
}

/** Usage: `const outbox = new Outbox(show); outbox.start(); outbox.wake();` after each event appended. */
export class Outbox {
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | undefined;
  private again = false;

  constructor(private readonly show: (outcome: Outcome) => void) {}

  start(): void {
    addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.wake();
    });
    this.wake();
  }

  /** Sends now. What is asked while a request is under way is sent after it. */
  wake(): void {
    clearTimeout(this.timer);
    this.again = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  private async run(): Promise<void> {
    let outcome: Outcome = "sent";
    while (this.again) {
      this.again = false;
      outcome = await sendWaiting(currentPerson()).catch((): Outcome => "later");
    }
    this.show(outcome);
    if (outcome === "sent") {
      this.attempt = 0;
      await trim().catch(() => undefined);
    } else if (outcome !== "signed_out") {
      void askForBackgroundSync();
      this.timer = setTimeout(() => this.wake(), pauseMs(this.attempt++, Math.random()));
    }
  }
}

async function askForBackgroundSync(): Promise<void> {
  const registration = (await navigator.serviceWorker?.getRegistration()) as
    | (ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } })
    | undefined;
  await registration?.sync?.register(SYNC_TAG).catch(() => undefined); // not everywhere, and not always allowed
}
