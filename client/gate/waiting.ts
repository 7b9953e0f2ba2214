// The waiting page with JavaScript: polls one shared file, keeps the figures true, enters when called. No library.
// Without it the page works too: links and a reload (gate/page/waiting.html). Focus is never moved.
import {
  type GateState,
  type Heard,
  heard,
  isCalled,
  paceSeconds,
  peopleBefore,
  square,
  tell,
  waitInterval,
  waitText,
} from "./standing";

const STATE_URL = "/attente/etat.json";
const SAY_EVERY_MS = 60_000;
const SLOW_S = 300;
const AFTER_FAILURE_S = 10;
/**
 * A file that stands still for so many paces: nobody says any more which places are free, and only a knock tells who may enter, by
 * the rest of the plan or on the edge's own. Each page knocks at an age of its own, and the page it is answered with waits as long
 * again: not everybody knocks in one second.
 */
const SILENT_MS = 8_000 * (1 + Math.random());

const byId = (id: string) => document.getElementById(id) as HTMLElement;

function write(id: string, text: string): void {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

// The page is one: its state stands here, as functions and variables of the module (a class would cost 400 bytes).
// Usage: `<main id="waiting" data-lane data-key data-lot data-best data-back data-voice data-whom data-next data-paused data-slow>`.
const data = byId("waiting").dataset;
// Read anew each time: a solved challenge (challenge.ts, only where one is on offer) writes a smaller key.
const place = () => ({ lane: +(data.lane as string), key: +(data.key as string) });
const pupil = data.voice === "tu";
let paused = data.paused === "1";
let slow = data.slow === "1";
let best = +(data.best || Number.NaN);
let sample = 1;
let timer: ReturnType<typeof setTimeout>;
let last: Heard = [0, 0];
let saidAt = Date.now();
let entering = false;
let online = true;

function begin(): void {
  greet();
  const pauseButton = button("pause", 'Suspendre<span class="sr"> l’actualisation</span>');
  const slowButton = button("slow", "Toutes les 5\u00a0min");
  const arrange = () => {
    pauseButton.setAttribute("aria-pressed", String(paused));
    slowButton.setAttribute("aria-pressed", String(slow));
    tellPace();
    lookIn(slow ? SLOW_S : 1 + Math.random());
  };
  pauseButton.onclick = () => {
    paused = !paused;
    arrange();
  };
  slowButton.onclick = () => {
    slow = !slow;
    arrange();
  };
  button("check").onclick = () => void check();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !paused && !slow && !entering) void look();
  });
  arrange();
}

/** The first name that this device knows, and its own clock: the server wrote Paris time. */
function greet(): void {
  const name = givenName();
  if (name) write("title", `${pupil ? "Ta" : "Votre"} place est gardée, ${name}.`);
  const since = byId("since");
  if (since) since.textContent = clock(+(since.dataset.at as string));
}

/** One look at the shared file, and the next one planned. One in `sample` devices says with it that it is still here. */
async function look(): Promise<void> {
  let next = AFTER_FAILURE_S;
  try {
    const says = +(data.lot as string) % sample === 0;
    const answer = await fetch(says ? `${STATE_URL}?b=1` : STATE_URL, {
      credentials: says ? "same-origin" : "omit",
      cache: says ? "no-store" : "default",
    });
    if (!answer.ok) throw new Error();
    const state = (await answer.json()) as GateState;
    sample = state.sample;
    next = show(state);
    tellPace();
    last = heard(state, last, Date.now());
    if (isCalled(state, place())) enter();
    else if (!paused && Date.now() - last[1] > SILENT_MS * state.pace_s) knock();
    online = true;
  } catch {
    online = false;
    write("pace", "Pas de connexion\u00a0: place gardée, nouvel essai bientôt.");
  }
  lookIn(slow ? SLOW_S : next);
}

function lookIn(seconds: number): void {
  clearTimeout(timer);
  if (!paused && !entering) timer = setTimeout(() => void look(), seconds * 1000);
}

/** Who asks wants to know, paused or not; what comes next stays as it was. */
async function check(): Promise<void> {
  const was = paused;
  paused = false;
  await look();
  paused = was;
  if (was) clearTimeout(timer);
  if (!online) return;
  tellPace();
  if (!entering) say(`${byId("before").textContent} ${byId("before-words").textContent}`);
}

/** Writes the standing into the page; returns the seconds to the next look. */
function show(state: GateState): number {
  const before = peopleBefore(state, place());
  const interval = waitInterval(before, state.entries, state.watched_s);
  const said = tell(interval, best);
  best = said.best;
  const wait = waitText(said.told);
  const whom = `${before > 1 ? "personnes" : "personne"} avant ${data.whom}`;
  const words = before ? whom : `${whom}\u00a0: ${data.next}`;
  byId("before").dataset.before = String(before);
  write("before", before.toLocaleString("fr-FR"));
  write("before-words", words);
  write("wait", wait ?? "dès qu’une place se libère");
  byId("wait").classList.toggle("words", !wait || !/^\d/.test(wait));
  const about = wait ? "d’attente" : "durée encore inconnue";
  write("about", said.slower ? `${about}. Moins de places se libèrent que prévu.` : about);
  document.title = `${wait ?? "File d’attente"} · Préau`;
  hop(square(before));
  if (Date.now() - saidAt >= SAY_EVERY_MS) {
    say(`${before} ${words}. ${wait ? `Attente\u00a0: ${wait}.` : ""}`);
  }
  return paceSeconds(state, interval, Math.random());
}

function enter(): void {
  if (entering || paused) return;
  entering = true;
  document.title = `C’est à ${pupil ? "toi" : "vous"} · Préau`;
  say(`C’est ${pupil ? "ton" : "votre"} tour\u00a0: la page s’ouvre.`);
  // A moment for the announcement to be heard, and for a called class not to knock in one millisecond.
  setTimeout(knock, 400 + Math.random() * 800);
}

/** Asks for the page that was wanted: it comes, or this one again. */
function knock(): void {
  location.replace(data.back as string);
}

function say(text: string): void {
  write("say", text);
  saidAt = Date.now();
}

function tellPace(): void {
  if (paused) write("pace", "L’actualisation est suspendue.");
  else write("pace", `Cette page se met à jour ${slow ? "toutes les 5\u00a0min" : "toute seule"}.`);
}

function hop(here: number): void {
  Array.from(byId("hopscotch").children).forEach((item, index) => {
    item.className = index + 1 < here ? "done" : index + 1 === here ? "here" : "";
  });
}

/** Replaces a link of the page without JavaScript by a button that does the same in place. */
function button(id: string, label = byId(id).innerHTML): HTMLButtonElement {
  const made = document.createElement("button");
  made.innerHTML = label;
  byId(id).replaceWith(made);
  made.id = id;
  return made;
}

function clock(atSeconds: number): string {
  const at = new Date(atSeconds * 1000);
  return `${at.getHours()}\u00a0h\u00a0${String(at.getMinutes()).padStart(2, "0")}`;
}

function givenName(): string | undefined {
  try {
    return localStorage.getItem("preau.given_name")?.trim().slice(0, 40);
  } catch {
    return;
  }
}

begin();
