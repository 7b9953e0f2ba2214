// The board in the middle: what is happening now, in one glance and one sentence. Teachers and pupils each have theirs.
import { html, nothing, type TemplateResult } from "lit/html.js";
import { icon } from "./icons";
import "./level";
import { nameOf } from "./state";
import {
  canSpeak,
  heard,
  isTeacher,
  type Microphone,
  me,
  ownPlace,
  pupilsPresent,
  teacherNames,
  teacherPresent,
  type View,
} from "./view";
import { boardDate, count, place } from "./words";

interface Happening {
  readonly title: string;
  readonly words: string | TemplateResult;
  /** A voice is on: the meter moves. */
  readonly sounding: boolean;
  readonly ask?: TemplateResult;
}

/** What to do when the microphone stays closed, for adults (« vous ») and pupils (« tu »). */
const MICROPHONE_WORDS: Readonly<Record<Exclude<Microphone, "closed" | "asking" | "open">, readonly [string, string]>> =
  {
    denied: [
      "Le navigateur refuse le micro. Cliquez sur le cadenas à gauche de l’adresse, autorisez le micro, puis rouvrez-le ici.",
      "Le navigateur refuse le micro. Touche le cadenas à gauche de l’adresse, autorise le micro, puis réessaie.",
    ],
    no_microphone: [
      "Aucun micro trouvé. Branchez un micro ou un casque, puis rouvrez le micro.",
      "Aucun micro trouvé. Branche un casque, ou réponds dans la discussion.",
    ],
    busy: [
      "Le micro est pris par une autre application. Fermez-la, puis rouvrez le micro.",
      "Le micro est pris par une autre application. Ferme-la, puis réessaie.",
    ],
    unsupported: [
      "Ce navigateur ne sait pas envoyer la voix. Utilisez Firefox, Chrome, Edge ou Safari à jour. La discussion et les mains fonctionnent.",
      "Ce navigateur ne sait pas envoyer la voix. Réponds dans la discussion.",
    ],
  };

/** The sentence for a microphone that stays closed, or null. */
export function microphoneWords(microphone: Microphone, teacher: boolean): string | null {
  if (microphone === "closed" || microphone === "asking" || microphone === "open") return null;
  return MICROPHONE_WORDS[microphone][teacher ? 0 : 1];
}

export function stage(view: View): TemplateResult {
  const { state, screen, act } = view;
  const now = state.connection.is === "lost" ? cut(view) : isTeacher(state) ? forTeacher(view) : forPupil(view);
  const trouble = microphoneWords(screen.microphone, isTeacher(state));
  return html`<section class="stage" aria-labelledby="happening">
    <div class="board-head">
      <p class="date">${boardDate(new Date(screen.nowMs))}</p>
      <p class="lesson"><span>${state.welcome?.title ?? view.page.title}</span></p>
    </div>
    <div class="speaker">
      <preau-level .read=${act.level} .active=${now.sounding} .label=${"Niveau de la voix"}></preau-level>
      <h2 id="happening" aria-live="polite">${now.title}</h2>
      <p>${now.words}</p>
      ${now.ask === undefined ? nothing : html`<p class="row">${now.ask}</p>`}
      ${trouble === null ? nothing : html`<p class="trouble" role="alert">${icon("warn")}<span>${trouble}</span></p>`}
    </div>
    <div class="ledge">${notes(view)}</div>
  </section>`;
}

/** The board tells of a cut line before anything else: what it said before is no longer sure. */
function cut({ state, screen, page }: View): Happening {
  const kept = page.teacher
    ? "Rien n’est perdu\u00a0: la classe reprend où elle en est."
    : "Rien n’est perdu\u00a0: ta place, ta main et tes messages sont gardés.";
  const voice = screen.microphone === "open" && state.room.voices.includes(me(state));
  const back = voice ? " Le micro reste ouvert, la voix repart avec la ligne." : " Tout repart sans rien toucher.";
  return { title: "La ligne est coupée", words: kept + back, sounding: false };
}

function forTeacher(view: View): Happening {
  const { state, screen } = view;
  const pupils = pupilsPresent(state);
  if (state.room.frozen === "teacher") return frozenByTeacher(view);
  const others = heard(state);
  if (others.length > 0) return pupilSpeaks(view, `On entend ${others.join(" et ")}`, true);
  const { floor } = state.room;
  if (floor !== null && floor.person !== me(state))
    return pupilSpeaks(view, `${nameOf(state, floor.person)} a la parole`, false);
  if (screen.microphone === "asking") {
    return {
      title: "Le navigateur demande le micro",
      words: "Répondez « Autoriser » dans la petite fenêtre.",
      sounding: false,
    };
  }
  if (screen.microphone === "open" && state.room.voices.includes(me(state))) {
    const words =
      pupils === 0
        ? "Aucun élève n’est encore là."
        : `${count(pupils, "élève reçoit", "élèves reçoivent")} votre voix.`;
    return { title: "La classe vous entend", words, sounding: true };
  }
  if (pupils === 0) {
    return {
      title: "La porte est ouverte",
      words: "Les élèves inscrits entrent d’eux-mêmes. Votre micro est coupé.",
      sounding: false,
    };
  }
  return {
    title: "Votre micro est coupé",
    words: `${count(pupils, "élève est là", "élèves sont là")}. Personne ne vous entend pour l’instant.`,
    sounding: false,
  };
}

function frozenByTeacher({ state, screen, act }: View): Happening {
  const own = screen.microphone === "open" && state.room.voices.includes(me(state));
  return {
    title: "La classe est figée",
    words: `Les élèves ne peuvent ni parler, ni écrire, ni lever la main. Rien n’est effacé. ${
      own ? "Votre micro reste ouvert\u00a0: ils vous entendent." : "Votre micro est coupé."
    }`,
    sounding: own,
    ask: html`<button class="btn chalk" @click=${() => act.command("unfreeze")}>${icon("play")}<span>Reprendre la classe</span></button>`,
  };
}

function pupilSpeaks({ state, act }: View, title: string, sounding: boolean): Happening {
  return {
    title,
    words: sounding ? "Toute la classe écoute." : "Son micro s’ouvre quand il ou elle le décide.",
    sounding,
    ask:
      state.room.floor === null
        ? html``
        : html`<button class="btn onboard" @click=${() => act.command("floor.take")}>Reprendre la parole</button>`,
  };
}

function forPupil(view: View): Happening {
  const { state, screen } = view;
  const teacher = teacherNames(state);
  if (state.room.frozen === "teacher_away" || !teacherPresent(state)) {
    const words = "La connexion est coupée de son côté. Reste ici\u00a0: la classe reprend toute seule.";
    return { title: `${teacher} revient bientôt`, words, sounding: false };
  }
  const voices = heard(state);
  const audible = screen.canListen && !screen.soundLocked;
  if (state.room.frozen !== null) {
    const speaking = audible && voices.length > 0;
    const words = speaking ? `Écoute ${teacher}.` : `${teacher} reprend dans un instant. Tu n’as rien à faire.`;
    return { title: "La classe est en pause", words, sounding: speaking };
  }
  if (canSpeak(state)) return ownTurn(view);
  return listening(view, voices);
}

/** A pupil who may only listen: what is heard, or why nothing is. */
function listening({ state, screen, act }: View, voices: readonly string[]): Happening {
  if (!screen.canListen) {
    const words =
      "Ce navigateur ne sait pas recevoir la voix. Suis la discussion, et demande à un adulte de mettre à jour Firefox, Chrome, Edge ou Safari.";
    return { title: "Ici, on lit la classe", words, sounding: false };
  }
  if (screen.soundLocked) {
    return {
      title: "Le son attend un geste de toi",
      words: "Ton navigateur attend que tu touches ce bouton.",
      sounding: false,
      ask: html`<button class="btn chalk" @click=${act.unlockSound}>${icon("ear")}<span>Écouter la classe</span></button>`,
    };
  }
  if (voices.length > 0) {
    const words = screen.soundMuted ? "Tu as coupé le son sur cet appareil." : "Le son arrive bien.";
    return { title: `Tu entends ${voices.join(" et ")}`, words, sounding: true };
  }
  const { floor } = state.room;
  if (floor !== null)
    return { title: `${nameOf(state, floor.person)} a la parole`, words: "On l’écoute.", sounding: false };
  return {
    title: `${teacherNames(state)} est là`,
    words: "Son micro est coupé pour l’instant. Tu l’entendras ici.",
    sounding: false,
  };
}

function ownTurn({ state, screen, act }: View): Happening {
  const on = screen.microphone === "open" && state.room.voices.includes(me(state));
  if (on) return { title: "La classe t’entend", words: "C’est à toi de parler.", sounding: true };
  return {
    title: "C’est à toi\u00a0!",
    words: "Ouvre ton micro quand tu veux. Personne ne l’ouvre à ta place.",
    sounding: false,
    ask: html`<button class="btn chalk" ?disabled=${screen.microphone === "asking"} @click=${act.openMicrophone}>
        ${icon("mic")}<span>Ouvrir mon micro</span></button>
      <button class="btn onboard" @click=${() => act.command("floor.take")}>Rendre la parole</button>`,
  };
}

/** Short facts on the ledge of the board: own place, doors and locks. */
function notes(view: View): TemplateResult[] {
  const { state, act } = view;
  const shown: TemplateResult[] = [];
  const mine = ownPlace(state);
  if (mine > 0) {
    const words = `Ta main est levée\u00a0: tu es ${place(mine)}.`;
    shown.push(html`<p class="note now">${icon("hand")}<span>${words}</span></p>`);
  }
  if (isTeacher(state) && state.room.locks.entry && state.waiting.length > 0) {
    shown.push(html`<p class="note now">${icon("door")}<span>${count(state.waiting.length, "élève attend", "élèves attendent")} à la porte.</span>
      <button class="btn small" @click=${() => act.command("lock.set", { what: "entry", locked: false })}>Rouvrir l’entrée</button></p>`);
  }
  const locked = [
    state.room.locks.chat ? "discussion" : "",
    state.room.locks.hands ? "mains" : "",
    state.room.locks.entry && isTeacher(state) ? "entrée" : "",
  ].filter(Boolean);
  if (locked.length > 0) {
    shown.push(html`<p class="note">${icon("lock")}<span>Verrouillé\u00a0: ${locked.join(", ")}</span></p>`);
  }
  return shown;
}
