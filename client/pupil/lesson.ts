// A lesson on the pupil's device: the forms of the page answer at once, the journal keeps what was done, the outbox sends it.

import { putAnswer, readAnswer } from "./answers";
import { append, appendSent, eventsOf, type StoredEvent, type WorkEvent } from "./device";
import { answersElsewhere, lacking } from "./elsewhere";
import { currentPerson } from "./identity";
import { type Item, type Mark, mark, wantsNumber } from "./marking";
import { makeMovable, refresh } from "./ordering";
import { Outbox } from "./outbox";
import type { Outcome } from "./sending";
import { showRows, showVerdict } from "./verdict";

interface LessonData {
  v: number;
  edition: string;
  lesson: string;
  title: string;
  course: string;
  items: Item[];
}

const SENDING: Record<Outcome, string> = {
  sent: "Enregistré sur cet appareil. Envoi en cours.", // written down since the request left
  later: "Enregistré sur cet appareil. L’envoi se fera au retour d’internet.",
  unready: "Enregistré sur cet appareil. L’école ne peut pas le recevoir maintenant : nouvel essai dans un instant.",
  signed_out: "Enregistré sur cet appareil.",
};

export function lessonData(root: Document): LessonData | null {
  const element = root.getElementById("preau-lesson");
  if (!element) return null;
  try {
    const data = JSON.parse(element.textContent ?? "") as LessonData;
    return data.v === 1 ? data : null;
  } catch {
    return null;
  }
}

/** Usage: `await new LessonPage(data).start()` on a page drawn by content/lesson_page.html. */
export class LessonPage {
  private readonly answered = new Set<string>();
  private readonly outbox = new Outbox((outcome) => void this.showSending(outcome));
  private done = false;
  /** Answers being written down: until they are, nothing read from the journal says that all is sent. */
  private writing = 0;
  private readonly person = currentPerson();

  constructor(private readonly data: LessonData) {}

  async start(): Promise<void> {
    for (const item of this.data.items) this.upgrade(item);
    const events = await eventsOf(this.person, this.data.lesson).catch((): StoredEvent[] => []);
    this.restore(events);
    document.documentElement.dataset.ready = "lesson"; // the forms answer by themselves from here on
    this.showProgress();
    if (this.person) await append(this.event("lesson_opened", "", null)).catch(() => undefined);
    this.outbox.start();
    void this.takeOver();
  }

  /** Shows what was done on another device, where this one has nothing newer and nobody has begun to answer meanwhile. */
  private async takeOver(): Promise<void> {
    if (!this.person || !navigator.onLine) return;
    const before = new Map(this.data.items.map((item) => [item.key, this.filledIn(item)]));
    const found = await answersElsewhere(this.person, this.data.edition, this.data.lesson);
    if (found.length === 0) return;
    const here = await eventsOf(this.person, this.data.lesson).catch((): StoredEvent[] => []);
    const taken = lacking(found, here).map(
      ({ uuid, item, response, answered_at }): StoredEvent => ({
        ...this.event("answer", item, response),
        uuid,
        client_at: new Date(answered_at).toISOString(),
        state: "sent",
      }),
    );
    await appendSent(taken).catch(() => undefined);
    const untouched = this.data.items.filter((item) => this.filledIn(item) === before.get(item.key));
    const shown = taken.filter((event) => untouched.some(({ key }) => key === event.item));
    this.restore(shown);
    this.showKept(shown);
    this.showProgress();
  }

  private filledIn(item: Item): string {
    const form = this.form(item);
    return form ? JSON.stringify(readAnswer(item, form)) : "";
  }

  private form(item: Item): HTMLFormElement | null {
    return document.querySelector(`[data-item="${item.key}"] form`);
  }

  private upgrade(item: Item): void {
    const form = this.form(item);
    if (!form) return;
    const list = form.querySelector<HTMLElement>("[data-rows]");
    if (list) makeMovable(list, () => showRows(form, []));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.answer(item, form);
    });
  }

  private async answer(item: Item, form: HTMLFormElement): Promise<void> {
    const response = readAnswer(item, form);
    const marked = response === null ? null : mark(item, response);
    const place = form.querySelector<HTMLElement>("[data-verdict]");
    if (!place) return;
    if (!marked) {
      place.dataset.tone = "empty";
      place.textContent =
        response !== null && wantsNumber(item)
          ? "Écris un nombre, par exemple 3,5."
          : "Réponds d’abord, puis appuie sur le bouton.";
      return;
    }
    this.show(item, form, marked);
    const kept = form.querySelector<HTMLElement>("[data-kept]");
    this.saySending("");
    this.writing += 1;
    const finished = !this.done && this.answered.size + Number(!this.answered.has(item.key)) === this.data.items.length;
    try {
      const done = finished ? [this.event("lesson_done", "", null)] : [];
      await append(this.event("answer", item.key, response), ...done);
      if (kept) kept.textContent = "Enregistré sur cet appareil";
    } catch {
      if (kept) kept.textContent = "Corrigé, mais pas enregistré : cet appareil n’a plus de place.";
      return;
    } finally {
      this.writing -= 1;
    }
    this.answered.add(item.key);
    this.done ||= finished;
    this.showProgress();
    this.outbox.wake();
  }

  private show(item: Item, form: HTMLFormElement, marked: Mark): void {
    const place = form.querySelector<HTMLElement>("[data-verdict]");
    if (place) showVerdict(place, item, marked);
    showRows(form, marked.detail);
    const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
    if (button && item.kind !== "extended-text") button.textContent = marked.right ? "Vérifier encore" : "Réessayer";
  }

  private event(kind: WorkEvent["kind"], item: string, response: unknown): WorkEvent {
    return {
      uuid: newUuid(),
      person: this.person,
      edition: this.data.edition,
      lesson: this.data.lesson,
      item,
      kind,
      response,
      client_at: new Date().toISOString(),
    };
  }

  private restore(events: StoredEvent[]): void {
    for (const item of this.data.items) {
      const last = events.filter((event) => event.kind === "answer" && event.item === item.key).at(-1);
      const form = this.form(item);
      const marked = last && mark(item, last.response);
      if (!last || !form || !marked) continue;
      putAnswer(item, form, last.response);
      const list = form.querySelector<HTMLElement>("[data-rows]");
      if (list) refresh(list);
      this.show(item, form, marked);
      this.answered.add(item.key);
    }
    this.done ||= events.some((event) => event.kind === "lesson_done");
  }

  private showProgress(): void {
    const box = document.querySelector<HTMLElement>("[data-lesson-progress]");
    if (!box) return;
    const [count, total] = [this.answered.size, this.data.items.length];
    box.hidden = false;
    box.querySelector('[role="progressbar"]')?.setAttribute("aria-valuenow", String(count));
    box.querySelector("[data-bar]")?.setAttribute("width", String((100 * count) / total));
    const words = box.querySelector("[data-progress-words]");
    const all = count === total ? "Séance terminée. Bravo !" : `${count} sur ${total} questions faites`;
    if (words) words.textContent = count === 0 ? `${total} question${total > 1 ? "s" : ""} à faire` : all;
  }

  private saySending(words: string): HTMLElement | null {
    const state = document.querySelector<HTMLElement>("[data-sync-state]");
    if (state) state.textContent = words;
    return state;
  }

  private showKept(answers: StoredEvent[]): void {
    for (const item of this.data.items) {
      const last = answers.filter((event) => event.item === item.key).at(-1);
      const kept = this.form(item)?.querySelector<HTMLElement>("[data-kept]");
      if (last && kept) kept.textContent = keptWords(last);
    }
  }

  /** Says of each question, and of the lesson, what is true of its sending. */
  private async showSending(outcome: Outcome): Promise<void> {
    const events = await eventsOf(this.person, this.data.lesson).catch((): StoredEvent[] => []);
    if (this.writing > 0) return; // the outbox is woken once they are written, and reports again
    const answers = events.filter((event) => event.kind === "answer");
    this.showKept(answers);
    if (answers.length === 0) return;
    const waiting = events.some((event) => event.state === "waiting");
    const state = this.saySending(waiting ? SENDING[outcome] : settledWords(events));
    if (waiting && outcome === "signed_out") state?.append(" ", signInLink(this.person !== ""));
  }
}

/** A version 4 UUID; `crypto.randomUUID` is missing where the school's own network has no TLS. */
function newUuid(): string {
  if ("randomUUID" in crypto) return crypto.randomUUID();
  const bytes = (crypto as Crypto).getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Nothing waits any more; what the school refused stays here and will not leave by itself. */
function settledWords(events: StoredEvent[]): string {
  const refused = events.filter((event) => event.state === "refused" && event.kind === "answer").length;
  if (refused === 0) return "Tout est envoyé.";
  const what = refused === 1 ? "Une réponse n’a pas été acceptée" : `${refused} réponses n’ont pas été acceptées`;
  return `${what} par l’école. C’est gardé sur cet appareil : montre-le à ton enseignant·e.`;
}

function keptWords(event: StoredEvent): string {
  if (event.state === "sent") return "Envoyé";
  return event.state === "refused" ? "Gardé sur cet appareil, pas accepté par l’école" : "Enregistré sur cet appareil";
}

/** What was done before anybody signed in is nobody's: it stays here, and the page says so. */
function signInLink(known: boolean): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = "/connexion/eleve/";
  link.textContent = known ? "Connecte-toi pour l’envoyer." : "Connecte-toi d’abord si l’école doit le recevoir.";
  return link;
}
