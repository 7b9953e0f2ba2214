// The raised hands in their order. Teachers give the floor; pupils see whose turn comes.

import { repeat } from "lit/directives/repeat.js";
import { html, nothing, type TemplateResult } from "lit/html.js";
import { nameOf } from "./state";
import { isTeacher, me, type View } from "./view";

export function hands(view: View): TemplateResult {
  const { state } = view;
  if (state.room.hands.length === 0) {
    return html`<p class="empty">${state.room.locks.hands ? "Les mains sont fermées." : "Aucune main levée."}</p>`;
  }
  return html`<ol class="hands">
    ${repeat(
      state.room.hands,
      (hand) => hand.person,
      (hand, i) => row(view, hand.person, i + 1),
    )}
  </ol>`;
}

function row(view: View, person: string, place: number): TemplateResult {
  const { state, act } = view;
  const name = nameOf(state, person);
  const silent = (state.room.given[person] ?? 0) === 0;
  return html`<li class="hand">
    <span class="n" aria-hidden="true">${place}</span>
    <div class="hand-body">
      <span class="name"><b>${person === me(state) ? "Moi" : name}</b>${
        isTeacher(state) && silent ? html`<span class="soft">pas encore parlé</span>` : nothing
      }</span>
      ${
        isTeacher(state)
          ? html`<span class="hand-actions">
              <button class="btn small" @click=${() => act.command("floor.give", { person, voice: true })}>
                <span>Parole</span><span class="unseen"> à ${name}</span>
              </button>
              <button class="quiet" @click=${() => act.command("hand.down", { person })}>
                Baisser<span class="unseen"> la main de ${name}</span>
              </button>
            </span>`
          : nothing
      }
    </div>
  </li>`;
}
