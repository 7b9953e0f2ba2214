// What the pupil did on another device (docs/protocol/work-journal.md): asked for when a lesson opens, and taken over where
// this device has nothing newer.

import type { StoredEvent } from "./device";

/** An answer as the school keeps it. */
export interface OwnAnswer {
  uuid: string;
  item: string;
  response: unknown;
  answered_at: string;
}

/** The lesson works without this: a slow network is not waited for any longer. */
const ASK_LIMIT_MS = 10_000;

/** The newest answers that the school keeps of `person` in this lesson; none when it cannot be known. */
export async function answersElsewhere(person: string, edition: string, lesson: string): Promise<OwnAnswer[]> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), ASK_LIMIT_MS);
  try {
    const answer = await fetch(`/travail/suivi?${new URLSearchParams({ edition, lesson })}`, {
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      redirect: "error",
      signal: limit.signal,
    });
    return answer.ok && !answer.headers.has("Preau-Gate") ? ownAnswers(await answer.json(), person) : [];
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

/** What an answer of the school says of `person`; nothing when the session is somebody else's. Pure. */
export function ownAnswers(body: unknown, person: string): OwnAnswer[] {
  const said = body as { v?: unknown; person?: unknown; answers?: unknown } | null;
  if (said?.v !== 1 || said.person !== person || !Array.isArray(said.answers)) return [];
  return (said.answers as OwnAnswer[]).filter(
    (one) => typeof one.uuid === "string" && typeof one.item === "string" && Date.parse(one.answered_at) > 0,
  );
}

/** Those that this device lacks: it has no answer to the question, or an older one that the school has too. Pure. */
export function lacking(found: readonly OwnAnswer[], here: readonly StoredEvent[]): OwnAnswer[] {
  return found.filter(({ uuid, item, answered_at }) => {
    const own = here.filter((event) => event.kind === "answer" && event.item === item);
    return own.every(
      (event) => event.state === "sent" && event.uuid !== uuid && Date.parse(event.client_at) < Date.parse(answered_at),
    );
  });
}
