// The waiting page with JavaScript: polls one shared file, keeps the figures true, enters when called. No library.
// Without it the page works too: links and a reload (gate/page/waiting.html). Focus is never moved.
import { type GateState, isCalled, paceSeconds, peopleBefore, square, waitInterval, waitText } from "./standing";

const STATE_URL = "/attente/etat.json";
const SAY_EVERY_MS = 60_000;
const SLOW_S = 300;

const root = document.getElementById("waiting");
if (root) begin(root);

function begin(main: HTMLElement): void {
  const data = main.dataset;
  const place = { lane: Number(data.lane), key: Number(data.key) };
  const lot = Number(data.lot);
  const back = data.back ?? "/";
  const whom = data.whom ?? "";
  let paused = data.paused === "1";
  let slow = data.slow === "1";
  let sample = 1;
  let timer = 0;
  let saidAt = Date.now();
  let entering = false;

  const byId = (id: string) => document.getElementById(id) as HTMLElement;
  const write = (id: string, text: string) => {
    const element = byId(id);
    if (element.textContent !== text) element.textContent = text;
  };

  const name = givenName();
  if (name) write("title", data.voice === "tu" ? `Ta place est gardée, ${name}.` : `Votre place est gardée, ${name}.`);

  // The server wrote Paris time; the device knows its own.
  const since = document.getElementById("since");
  if (since) since.textContent = clock(Number(since.dataset.at));

  const say = (text: string, now = Date.now()) => {
    write("say", text);
    saidAt = now;
  };

  function show(state: GateState): void {
    const before = peopleBefore(state, place);
    const interval = waitInterval(before, state.entries_per_s);
    const wait = waitText(interval);
    const words =
      before === 0
        ? `personne avant ${whom}\u00a0: ${data.next}`
        : `${before === 1 ? "personne" : "personnes"} avant ${whom}`;
    byId("before").dataset.before = String(before);
    write("before", before.toLocaleString("fr-FR"));
    write("before-words", words);
    write("wait", wait ?? "dès qu’une place se libère");
    byId("wait").classList.toggle("words", !wait || !/^\d/.test(wait));
    write(
      "clock",
      interval
        ? `d’attente, vers ${clock(Date.now() / 1000 + (interval[0] + interval[1]) / 2)}`
        : "durée encore inconnue",
    );
    document.title = `${wait ?? "File d’attente"} · Préau`;
    hop(square(before));
    if (Date.now() - saidAt >= SAY_EVERY_MS) say(`${before} ${words}. ${wait ? `Attente\u00a0: ${wait}.` : ""}`);
  }

  function hop(here: number): void {
    const list = byId("hopscotch");
    list.dataset.square = String(here);
    Array.from(list.children).forEach((item, index) => {
      item.className = index + 1 < here ? "done" : index + 1 === here ? "here" : "";
    });
  }

  function enter(): void {
    if (entering || paused || typing()) return;
    entering = true;
    document.title = "C’est à toi · Préau".replace("toi", data.voice === "tu" ? "toi" : "vous");
    say(data.voice === "tu" ? "C’est ton tour\u00a0: la page s’ouvre." : "C’est votre tour\u00a0: la page s’ouvre.");
    // A moment for the announcement to be heard, and for a called class not to knock in one millisecond.
    setTimeout(() => location.replace(back), 400 + Math.random() * 800);
  }

  async function look(): Promise<void> {
    clearTimeout(timer);
    let next = 10;
    try {
      const heard = lot % sample === 0;
      const answer = await fetch(heard ? `${STATE_URL}?b=1` : STATE_URL, {
        credentials: heard ? "same-origin" : "omit",
        cache: heard ? "no-store" : "default",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const state = (await answer.json()) as GateState;
      sample = state.sample;
      show(state);
      if (isCalled(state, place)) enter();
      next = paceSeconds(state, waitInterval(peopleBefore(state, place), state.entries_per_s), Math.random());
      tell();
    } catch {
      write("pace", "Pas de connexion pour le moment\u00a0: la place reste gardée, nouvel essai bientôt.");
    }
    if (!paused && !entering) timer = window.setTimeout(look, (slow ? SLOW_S : next) * 1000);
  }

  function tell(): void {
    if (paused) write("pace", "L’actualisation est suspendue.");
    else if (slow) write("pace", "Cette page se met à jour toutes les 5\u00a0min.");
    else write("pace", "Cette page se met à jour toute seule.");
  }

  const pauseButton = button("pause", 'Suspendre<span class="sr"> l’actualisation</span>', () => {
    paused = !paused;
    arrange();
  });
  const slowButton = button("slow", "Toutes les 5\u00a0min", () => {
    slow = !slow;
    arrange();
  });
  button("check", "Vérifier maintenant", () => {
    // Who asks wants to know, paused or not; what comes next stays as it was.
    const was = paused;
    paused = false;
    void look().then(() => {
      paused = was;
      if (was) clearTimeout(timer);
      tell();
      if (!entering) say(`${byId("before").textContent} ${byId("before-words").textContent}`);
    });
  });

  function arrange(): void {
    pauseButton.setAttribute("aria-pressed", String(paused));
    slowButton.setAttribute("aria-pressed", String(slow));
    tell();
    clearTimeout(timer);
    if (!paused) timer = window.setTimeout(look, slow ? SLOW_S * 1000 : 200);
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !paused && !entering && !slow) void look();
  });
  arrange();
  if (!paused && !slow) {
    clearTimeout(timer);
    timer = window.setTimeout(look, 1000 + Math.random() * 1000);
  }
}

/** Replaces a link of the page without JavaScript by a button that does the same in place. */
function button(id: string, label: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.id = id;
  made.innerHTML = label;
  made.addEventListener("click", act);
  document.getElementById(id)?.replaceWith(made);
  return made;
}

function clock(atSeconds: number): string {
  const at = new Date(atSeconds * 1000);
  return `${at.getHours()}\u00a0h\u00a0${String(at.getMinutes()).padStart(2, "0")}`;
}

function givenName(): string {
  try {
    return (localStorage.getItem("preau.given_name") ?? "").trim().slice(0, 40);
  } catch {
    return "";
  }
}

function typing(): boolean {
  const active = document.activeElement;
  return active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement;
}
