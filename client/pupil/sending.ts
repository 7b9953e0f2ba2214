// Sends the journal to the school (docs/protocol/work-journal.md). Pages and the service worker share this code. Sending
// twice is harmless: the school stores an event once, whatever was lost on the way back.

import { type StoredEvent, settle, type WorkEvent, waitingFor } from "./device";

export const JOURNAL_URL = "/travail/journal";
/** The school takes 200 events and 256 kB; half of each leaves room for long texts. */
const MAX_BATCH_EVENTS = 100;
const MAX_BATCH_CHARS = 64_000;
/** A phone on a bad network answers within this, or is better asked again. */
const SEND_LIMIT_MS = 20_000;

/** `sent`: nothing waits any more. `later`: try again. `signed_out`: wait for a sign-in; nothing is lost. */
export type Outcome = "sent" | "later" | "signed_out";

/** What of a stored event goes over the wire. */
function wire(event: StoredEvent): WorkEvent {
  const { uuid, person, edition, lesson, item, kind, response, client_at } = event;
  return { uuid, person, edition, lesson, item, kind, response, client_at };
}

/** The first events that fit into one request; at least one. Pure. */
export function firstBatch(events: StoredEvent[]): WorkEvent[] {
  const batch: WorkEvent[] = [];
  let chars = 0;
  for (const event of events.slice(0, MAX_BATCH_EVENTS)) {
    const sent = wire(event);
    chars += JSON.stringify(sent).length;
    if (batch.length > 0 && chars > MAX_BATCH_CHARS) break;
    batch.push(sent);
  }
  return batch;
}

interface Receipt {
  accepted: string[];
  refused: { uuid: string; code: string }[];
}

/** Refusals that may be different another time; everything else would be refused again. */
const TRY_AGAIN = new Set(["other_person", "sign_in_required"]);

/** Sends everything that waits for `person`. */
export async function sendWaiting(person: string): Promise<Outcome> {
  if (!person) return "signed_out";
  for (;;) {
    const batch = firstBatch(await waitingFor(person));
    if (batch.length === 0) return "sent";
    const outcome = await sendBatch(batch);
    if (outcome !== "sent") return outcome;
  }
}

async function sendBatch(batch: WorkEvent[]): Promise<Outcome> {
  let answer: Response;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), SEND_LIMIT_MS);
  try {
    answer = await fetch(JOURNAL_URL, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ v: 1, events: batch }),
      credentials: "same-origin",
      redirect: "error",
      signal: limit.signal,
    });
  } catch {
    return "later";
  } finally {
    clearTimeout(timer);
  }
  if (answer.status === 401) return "signed_out";
  // A page of the gate instead of the school is not an answer to this request.
  if (!answer.ok || answer.headers.has("Preau-Gate")) return "later";
  return settleAll((await answer.json().catch(() => null)) as Receipt | null, batch);
}

async function settleAll(receipt: Receipt | null, batch: WorkEvent[]): Promise<Outcome> {
  if (!receipt || !Array.isArray(receipt.accepted) || !Array.isArray(receipt.refused)) return "later";
  for (const uuid of receipt.accepted) await settle(uuid, "sent");
  const hopeless = receipt.refused.filter((refused) => !TRY_AGAIN.has(refused.code));
  for (const refused of hopeless) await settle(refused.uuid, "refused", refused.code);
  if (receipt.refused.length > hopeless.length) return "signed_out";
  // Whoever answers without naming our events has not taken them: stop here rather than ask for ever.
  return receipt.accepted.length + hopeless.length >= batch.length ? "sent" : "later";
}
