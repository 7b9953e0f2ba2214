// « Quitter »: sends first what is not sent yet, and asks before anything is lost. Then this device forgets the person who
// leaves, and nobody else: a brother's or sister's unsent work stays until they sign in again.

import { forgetJournal, waitingFor } from "./device";
import { currentPerson, forgetPerson } from "./identity";
import { sendWaiting } from "./sending";

/** How long leaving waits for the school; longer than a good answer takes, shorter than a child's patience. */
const LAST_SENDING_MS = 4_000;

/** Pure. */
export function unsentWords(count: number): string {
  return count === 1 ? "1 réponse n’est pas encore envoyée." : `${count} réponses ne sont pas encore envoyées.`;
}

/** Signing out is a form; it goes once the work is sent, or once the pupil says that it may be lost. */
export function leaveWithoutLoss(root: Document): void {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.action.endsWith("/deconnexion/")) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") !== "true") void leave(form);
  });
}

async function leave(form: HTMLFormElement): Promise<void> {
  const person = currentPerson();
  form.setAttribute("aria-busy", "true");
  await atMost(LAST_SENDING_MS, sendWaiting(person));
  const waiting = (person && (await atMost(LAST_SENDING_MS, waitingFor(person)))) || [];
  const answers = waiting.filter((event) => event.kind === "answer").length;
  if (answers > 0) ask(form, answers);
  else await goodbye(form);
}

async function goodbye(form: HTMLFormElement): Promise<void> {
  const person = currentPerson();
  await atMost(LAST_SENDING_MS, Promise.all([forgetPerson(), person ? forgetJournal(person) : undefined]));
  form.submit(); // no submit event: this time it goes
}

function ask(form: HTMLFormElement, answers: number): void {
  const question = document.createElement("section");
  question.className = "notice bad";
  question.lang = "fr"; // the page may be in English
  question.setAttribute("role", "alertdialog");
  question.setAttribute("aria-label", "Quitter");
  const words = document.createElement("div");
  words.append(
    paragraph(unsentWords(answers)),
    paragraph("Si tu quittes maintenant, ce travail sera effacé de cet appareil."),
  );
  const choices = paragraph("");
  choices.className = "row";
  const wait = button("Attendre", "btn main", () => {
    question.remove();
    form.removeAttribute("aria-busy");
    form.querySelector("button")?.focus();
  });
  choices.append(
    wait,
    button("Quitter quand même", "btn", () => void goodbye(form)),
  );
  words.append(choices);
  question.append(words);
  (document.querySelector("main") ?? document.body).prepend(question);
  wait.focus();
}

function paragraph(text: string): HTMLParagraphElement {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

function button(text: string, classes: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = classes;
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

/** What `work` gives within the limit; nothing if it takes longer or fails: leaving must always be possible. */
function atMost<T>(limitMs: number, work: Promise<T>): Promise<T | undefined> {
  const limit = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), limitMs));
  return Promise.race([work.catch(() => undefined), limit]);
}
