// The top bar (what class, who is here, how the line is) and the bottom bar (what one can do).
import { html, nothing, svg, type TemplateResult } from "lit/html.js";
import { icon } from "./icons";
import type { Lock } from "./protocol";
import {
  canSpeak,
  closedBecause,
  counts,
  isTeacher,
  me,
  ownPlace,
  pupilsPresent,
  underway,
  type View,
  weakLine,
} from "./view";
import { clockTime, count, place } from "./words";

const LOGO = svg`<path d="M3 14 17 5l14 9" /><path d="M8 15v14M26 15v14" /><circle cx="17" cy="23" r="4.2" />`;

interface LockWords {
  readonly what: Lock;
  readonly word: string;
  /** State and what it means for pupils: open, closed. */
  readonly open: readonly [string, string];
  readonly closed: readonly [string, string];
}
const LOCKS: readonly LockWords[] = [
  {
    what: "chat",
    word: "Discussion",
    open: ["ouverte", "les élèves lisent et écrivent"],
    closed: ["fermée", "les élèves lisent sans écrire"],
  },
  {
    what: "hands",
    word: "Mains",
    open: ["ouvertes", "les élèves lèvent la main"],
    closed: ["fermées", "plus de nouvelle main levée"],
  },
  {
    what: "entry",
    word: "Entrée",
    open: ["ouverte", "les élèves entrent d’eux-mêmes"],
    closed: ["fermée", "les nouveaux attendent à la porte"],
  },
];

export function topBar(view: View): TemplateResult {
  const { state, screen, page } = view;
  return html`<header class="room-top">
    <svg class="logo" viewBox="0 0 34 34" aria-hidden="true" focusable="false">${LOGO}</svg>
    <h1 title=${state.welcome?.title ?? page.title}>${state.welcome?.title ?? page.title}</h1>
    <p class="facts"><span class="tag">${state.welcome?.class_group ?? page.group}</span><time>${clockTime(new Date(screen.nowMs))}</time>${presence(view)}</p>
    ${line(view)}
    ${isTeacher(state) ? leaveMenu(page.leaveUrl) : html`<a class="btn small leave" href=${page.leaveUrl}>Quitter</a>`}
  </header>`;
}

/** A teacher who leaves learns first that this ends nothing. */
function leaveMenu(url: string): TemplateResult {
  return html`<details class="menu leave">
    <summary class="btn small">Quitter</summary>
    <div class="menu-list">
      <p>La classe continue sans vous\u00a0: les élèves vous attendent. Au bout de deux minutes, elle se met en pause jusqu’à votre retour.</p>
      <a class="btn" href=${url}>${icon("left")}<span>Quitter sans terminer</span></a>
    </div>
  </details>`;
}

function presence({ state }: View): TemplateResult {
  if (!isTeacher(state)) {
    return html`<span>${count(pupilsPresent(state), "élève", "élèves")}</span>`;
  }
  const here = counts(state.register);
  return html`<span>${count(here.present, "présent", "présents")}</span>
    ${here.atTheDoor > 0 ? html`<strong>${here.atTheDoor}\u00a0à la porte</strong>` : nothing}
    ${here.offline > 0 ? html`<span>${here.offline}\u00a0hors ligne</span>` : nothing}
    <span>${count(here.absent, "absent", "absents")}</span>`;
}

function line({ state, page }: View): TemplateResult {
  const { connection } = state;
  if (connection.is === "lost" || connection.is === "connecting") {
    const words =
      connection.is === "connecting"
        ? "Connexion…"
        : page.teacher
          ? "Ligne coupée, on vous reconnecte…"
          : "Ligne coupée, on te reconnecte…";
    return html`<p class="connection bad" role="status">${icon("offline")}<span>${words}</span></p>`;
  }
  if (weakLine(state))
    return html`<p class="connection weak" role="status">${icon("warn")}<span>Ligne faible</span></p>`;
  return html`<p class="connection" role="status">${icon("signal")}<span>Ligne bonne</span></p>`;
}

export function bottomBar(view: View): TemplateResult {
  return html`<footer class="bar">${isTeacher(view.state) ? teacherButtons(view) : pupilButtons(view)}</footer>`;
}

function teacherButtons(view: View): TemplateResult {
  const { state, act } = view;
  const frozen = state.room.frozen === "teacher";
  return html`
    ${microphoneButton(view)}
    ${lockMenu(view)}
    ${
      frozen
        ? html`<button class="btn" @click=${() => act.command("unfreeze")}>${icon("play")}<span>Reprendre</span></button>`
        : html`<button class="btn panic" @click=${() => act.command("freeze")}>${icon("pause")}<span>Figer</span></button>`
    }
    <button class="btn" @click=${act.askEnd}>${icon("stop")}<span>Terminer</span></button>
  `;
}

function microphoneButton({ state, screen, act }: View): TemplateResult {
  const on = screen.microphone === "open" && state.room.voices.includes(me(state));
  if (on) {
    return html`<button class="btn main" @click=${act.closeMicrophone}>${icon("micOff")}<span>Couper le micro</span></button>`;
  }
  const busy = screen.microphone === "asking" || screen.microphone === "open";
  const barred = busy || state.connection.is !== "live";
  return html`<button class="btn main" ?disabled=${barred} @click=${act.openMicrophone}>
    ${icon("mic")}<span>${busy ? "Ouverture…" : "Ouvrir le micro"}</span>
  </button>`;
}

function lockMenu({ state, act }: View): TemplateResult {
  const closed = LOCKS.filter(({ what }) => state.room.locks[what]).length;
  return html`<details class="menu">
    <summary class="btn">${icon(closed > 0 ? "lock" : "unlock")}<span>Verrouiller${closed > 0 ? ` (${closed})` : ""}</span></summary>
    <div class="menu-list" role="group" aria-label="Ouvert ou fermé pour les élèves">
      ${LOCKS.map(({ what, word, open, closed }) => {
        const locked = state.room.locks[what];
        const [now, meaning] = locked ? closed : open;
        return html`<button class="switch" role="switch" aria-checked=${locked ? "false" : "true"}
          @click=${() => act.command("lock.set", { what, locked: !locked })}>
          <span><b>${word} ${now}</b><small>${meaning}</small></span><i class="track" aria-hidden="true"></i>
        </button>`;
      })}
    </div>
  </details>`;
}

function pupilButtons(view: View): TemplateResult {
  const { state, screen, act } = view;
  const speaking = screen.microphone === "open" && canSpeak(state);
  return html`
    ${speaking ? microphoneButton(view) : handButton(view)}
    ${
      screen.canListen && !screen.soundLocked
        ? html`<button class="btn sound" aria-pressed=${screen.soundMuted ? "true" : "false"} @click=${act.toggleSound}>
            ${icon(screen.soundMuted ? "earOff" : "ear")}<span>${screen.soundMuted ? "Remettre le son" : "Couper le son"}</span>
          </button>`
        : nothing
    }
  `;
}

function handButton(view: View): TemplateResult {
  const { state, act } = view;
  const mine = ownPlace(state);
  const closed = closedBecause(state, "hands");
  if (mine > 0) {
    return html`<button class="btn main raised" @click=${() => act.command("hand.down")}>
      ${icon("hand")}<span>Baisser la main</span><span class="place">Tu es ${place(mine)}</span>
    </button>`;
  }
  if (underway(state, "hand.up")) {
    return html`<button class="btn main" disabled>${icon("hand")}<span>Lever la main</span><span class="place">envoi…</span></button>`;
  }
  return html`<button class="btn main" ?disabled=${closed !== null} @click=${() => act.command("hand.up")}>
    ${icon(closed === null ? "hand" : "lock")}<span>${closed ?? "Lever la main"}</span>
  </button>`;
}
