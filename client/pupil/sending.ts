// Sends the journal to the school (docs/protocol/work-journal.md). Pages and the service worker share this code. Sending
// twice is harmless: the school stores an event once, whatever was lost on the way back.

import { type SendState, type StoredEvent, settle, type WorkEvent, waitingFor } from "./device";

export const JOURNAL_URL = "/travail/journal";
/** The school takes 200 events and 256 kB; half of each leaves room for long texts. */
const MAX_BATCH_EVENTS = 100;
const MAX_BATCH_CHARS = 64_000;
/** A phone on a bad network answers within this, or is better asked again. */
const SEND_LIMIT_MS = 20_000;

/**
 * `sent`: nothing waits any more. `later`: nobody answers, try again. `unready`: somebody answers and does not take it, try
 * again. `signed_out`: wait for a sign-in; nothing is lost.
 */
export type Outcome = "sent" | "later" | "unready" | "signed_out";

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

/** Bad gateway, gateway timeout: something on the way says that nobody answers there. */
const NOBODY_BEHIND = new Set([502, 504]);

/** What the sending needs of the device and the network, so that tests can be both. */
export interface Surroundings {
  waiting(): Promise<StoredEvent[]>;
  /** One request; rejects when nobody answers. */
  post(batch: WorkEvent[]): Promise<Response>;
  settle(uuid: string, state: SendState, code?: string): Promise<void>;
}

/** Sends everything that waits for `person`. */
export async function sendWaiting(person: string): Promise<Outcome> {
  return person ? sendAll({ waiting: () => waitingFor(person), post, settle }) : "signed_out";
}

/** Sends all that waits, oldest first. What cannot be sent now never keeps back what comes after it. */
export async function sendAll(around: Surroundings): Promise<Outcome> {
  /** Refused on the way by something that is not the school: still waiting, but not in this round again. */
  const aside = new Set<string>();
  for (;;) {
    const batch = firstBatch((await around.waiting()).filter((event) => !aside.has(event.uuid)));
    if (batch.length === 0) return aside.size === 0 ? "sent" : "unready";
    const outcome = await sendBatch(around, batch, aside);
    if (outcome !== "sent") return outcome;
  }
}

async function post(batch: WorkEvent[]): Promise<Response> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), SEND_LIMIT_MS);
  try {
    return await fetch(JOURNAL_URL, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ v: 1, events: batch }),
      credentials: "same-origin",
      redirect: "error",
      signal: limit.signal,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** `sent`: each event of the batch is settled or set aside. */
async function sendBatch(around: Surroundings, batch: WorkEvent[], aside: Set<string>): Promise<Outcome> {
  const answer = await around.post(batch).catch(() => null);
  if (!answer || NOBODY_BEHIND.has(answer.status)) return "later";
  if (answer.status === 401) return "signed_out";
  // A page of the gate instead of the school is not an answer to this request.
  if (answer.headers.has("Preau-Gate")) return "unready";
  if (answer.status === 400 || answer.status === 413) return sendHalves(around, batch, aside, answer);
  if (!answer.ok) return "unready";
  return settleAll(around, (await answer.json().catch(() => null)) as Receipt | null, batch);
}

/** The request was refused for what is in it: halved until the event is found, 14 more requests for one in 100. */
async function sendHalves(
  around: Surroundings,
  batch: WorkEvent[],
  aside: Set<string>,
  answer: Response,
): Promise<Outcome> {
  const [first, ...others] = batch;
  if (!first) return "sent";
  if (others.length > 0) {
    const half = Math.ceil(batch.length / 2);
    const outcome = await sendBatch(around, batch.slice(0, half), aside);
    return outcome === "sent" ? sendBatch(around, batch.slice(half), aside) : outcome;
  }
  const code = await schoolsCode(answer);
  // A proxy that answers 400 today may let it through tomorrow: only the school's own word ends the attempts.
  if (code) await around.settle(first.uuid, "refused", code);
  else aside.add(first.uuid);
  return "sent";
}

/** The code of a refusal of the school; empty when somebody else answered. */
async function schoolsCode(answer: Response): Promise<string> {
  const refusal = (await answer.json().catch(() => null)) as { error?: { code?: unknown } } | null;
  const code = refusal?.error?.code;
  return typeof code === "string" ? code : "";
}

async function settleAll(around: Surroundings, receipt: Receipt | null, batch: WorkEvent[]): Promise<Outcome> {
  if (!receipt || !Array.isArray(receipt.accepted) || !Array.isArray(receipt.refused)) return "unready";
  for (const uuid of receipt.accepted) await around.settle(uuid, "sent");
  const hopeless = receipt.refused.filter((refused) => !TRY_AGAIN.has(refused.code));
  for (const refused of hopeless) await around.settle(refused.uuid, "refused", refused.code);
  if (receipt.refused.length > hopeless.length) return "signed_out";
  // Whoever answers without naming our events has not taken them: stop here rather than ask for ever.
  return receipt.accepted.length + hopeless.length >= batch.length ? "sent" : "unready";
}
