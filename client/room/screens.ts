// The screens outside the class: arriving, at the door, over, opened elsewhere, refused. Each says what to do next.
import { html, nothing, type TemplateResult } from "lit/html.js";
import { icon } from "./icons";
import { counts, type Scene, type View } from "./view";
import { clockTime, count, duration } from "./words";

/** Refusals where a fresh page brings a fresh seat. */
const RELOAD_REASONS = ["token_", "seat_", "bad_messages"];

export function screen(view: View, which: Exclude<Scene, "class">): TemplateResult {
  const body = { connecting, door, ended, evicted, refused }[which];
  return html`<section class="screen" aria-labelledby="screen-title"><div class="card seyes">${body(view)}</div></section>`;
}

function connecting({ page, state }: View): TemplateResult {
  const again = state.connection.is === "lost";
  return html`<p class="over">${page.title}</p>
    <h1 id="screen-title">${again ? "La classe ne répond pas encore" : "On ouvre la classe…"}</h1>
    <p role="status">${
      again
        ? page.teacher
          ? "Nous réessayons sans arrêt. Vous n’avez rien à faire\u00a0: cette page entre dès que la ligne revient."
          : "On réessaie sans arrêt. Tu n’as rien à faire\u00a0: tu entres dès que la ligne revient."
        : "Encore un instant."
    }</p>
    <div class="skeleton" aria-hidden="true"><i></i><i></i><i></i></div>`;
}

function door({ state, page }: View): TemplateResult {
  const wait = state.door;
  const locked = wait?.reason === "entry_locked";
  const starts = wait === null ? "" : clockTime(new Date(wait.starts_at_s * 1000));
  return html`<p class="over">${wait?.title ?? page.title} <span class="tag">${wait?.class_group ?? page.group}</span></p>
    <h1 id="screen-title">${locked ? "L’entrée est fermée pour l’instant" : "Tu es devant la porte"}</h1>
    <p role="status">${
      locked
        ? "Ton enseignant voit que tu attends. Tu entres dès que la porte s’ouvre, sans rien toucher."
        : "La classe n’est pas encore ouverte. Tu entres dès qu’elle s’ouvre, sans rien toucher."
    }</p>
    <p class="note now">${icon("check")}<span>Ta venue est notée. Être à la porte, ce n’est pas une absence.</span></p>
    ${locked || starts === "" ? nothing : html`<p class="soft">Début prévu à ${starts}.</p>`}
    ${state.connection.is === "lost" ? html`<p class="soft">${icon("offline")} Ligne coupée, on te reconnecte…</p>` : nothing}
    <p class="row"><a class="btn" href=${page.leaveUrl}>Faire la séance du jour en attendant</a></p>`;
}

function ended(view: View): TemplateResult {
  const { state, page } = view;
  const { opened_at: opened, ended_at: over } = state.room;
  const lasted = opened !== null && over !== null ? duration((over - opened) / 1000) : null;
  return html`<p class="over">${state.welcome?.title ?? page.title}</p>
    <h1 id="screen-title" tabindex="-1">La classe est terminée</h1>
    ${page.teacher ? summary(view, lasted) : goodbye(lasted)}
    <p class="row">
      ${page.teacher ? html`<a class="btn main" href=${page.registerUrl}>Voir l’appel</a>` : nothing}
      <a class="btn ${page.teacher ? "" : "main"}" href=${page.leaveUrl}>Retour à ma journée</a>
    </p>`;
}

function goodbye(lasted: string | null): TemplateResult {
  return html`<p>Merci d’être là. ${lasted === null ? "" : `La classe a duré ${lasted}. `}À bientôt.</p>`;
}

function summary({ state }: View, lasted: string | null): TemplateResult {
  const here = counts(state.register);
  const facts: readonly (readonly [string, string])[] = [
    ["Durée", lasted ?? "–"],
    ["Présents", count(here.present, "élève", "élèves")],
    ["À la porte", count(here.atTheDoor, "élève", "élèves")],
    ["Absents ou hors ligne", count(here.absent + here.offline, "élève", "élèves")],
    ["Messages", count(state.room.chat.length, "message", "messages")],
  ];
  return html`<p>L’appel est enregistré. Chaque élève inscrit y a un état.</p>
    <dl class="summary">${facts.map(([word, value]) => html`<div><dt>${word}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function evicted({ page, act }: View): TemplateResult {
  return html`<h1 id="screen-title" tabindex="-1">La classe est ouverte ailleurs</h1>
    <p>${
      page.teacher
        ? "Vous l’avez ouverte sur un autre appareil ou dans un autre onglet. Une place ne s’ouvre qu’à un endroit à la fois."
        : "Tu l’as ouverte sur un autre appareil ou dans un autre onglet. Une place ne s’ouvre qu’à un endroit à la fois."
    }</p>
    <p class="row">
      <button class="btn main" @click=${act.reconnect}>Reprendre ici</button>
      <a class="btn" href=${page.leaveUrl}>Retour à ma journée</a>
    </p>`;
}

function refused({ state, page, act }: View): TemplateResult {
  const reason = state.connection.is === "closed" ? state.connection.reason : "";
  const code = state.connection.is === "closed" ? state.connection.code : 0;
  const reload = RELOAD_REASONS.some((start) => reason.startsWith(start));
  return html`<h1 id="screen-title" tabindex="-1">${reload ? "Il faut rouvrir la page" : "Cette classe n’est pas dans la liste"}</h1>
    <p>${refusalWords(reload, page.teacher)}</p>
    <p class="row">
      ${reload ? html`<button class="btn main" @click=${act.reload}>Rouvrir la page</button>` : nothing}
      <a class="btn ${reload ? "" : "main"}" href=${page.leaveUrl}>Retour à ma journée</a>
    </p>
    <p class="code">${code} ${reason}</p>`;
}

function refusalWords(reload: boolean, teacher: boolean): string {
  if (reload)
    return teacher
      ? "Votre place a expiré ou la page a vieilli. Rien n’est perdu."
      : "Ta place a expiré ou la page a vieilli. Rien n’est perdu.";
  return teacher
    ? "Votre nom n’est pas dans cette classe, ou elle n’existe pas. Votre journée liste vos classes."
    : "Ton nom n’est pas dans cette classe, ou elle n’existe pas. Ta journée liste tes classes. Si c’est une erreur, dis-le à ton enseignant.";
}
