// Works at the challenge that the waiting page offers, and writes the better place into it.
// Usage: `<main id="waiting" data-key data-puzzle="salt.challenge.signature">`, as /attente/defi.js.
import { solved } from "./challenge";

async function work(data: DOMStringMap): Promise<void> {
  const text = await solved(data.puzzle ?? "");
  if (!text) return;
  const answer = await fetch("/attente/defi", { method: "POST", headers: { "preau-challenge": text } });
  if (answer.ok) data.key = String((await answer.json()).order_key);
}

const page = document.getElementById("waiting");
if (page) void work(page.dataset).catch(() => undefined); // no line, no better place: the page says so itself
