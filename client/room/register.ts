import { repeat } from "lit/directives/repeat.js";
import { html, nothing, type TemplateResult } from "lit/html.js";
import "./classlink";
import { Drawn } from "./drawn";
import { icon } from "./icons";
import { type Column, STATUSES, sorted } from "./roll";
import { nameOf } from "./state";
import type { View } from "./view";
import { duration } from "./words";

/**
 * The register as it stands: every enrolled pupil with a status.
 * Usage: `<preau-register .view=${view}></preau-register>`
 */
export class PreauRegister extends Drawn {
  #view!: View;
  #column: Column = "status";

  set view(view: View) {
    this.#view = view;
    this.redraw();
  }

  protected override template(): TemplateResult {
    const { state: held, page } = this.#view;
    const link = page.classLink ? html`<preau-class-link .url=${page.classLink}></preau-class-link>` : nothing;
    if (held.register.length === 0)
      return html`<div class="scroll"><p class="empty">L’appel se remplit dès que la classe est ouverte.</p>${link}</div>`;
    const name = (person: string) => nameOf(held, person);
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Appel">
      <table class="register">
        <caption class="unseen">Appel en direct, ${held.register.length} élèves inscrits</caption>
        <thead>
          <tr>${this.#head("name", "Élève")}${this.#head("status", "État")}${this.#head("present_s", "Temps")}</tr>
        </thead>
        <tbody>
          ${repeat(
            sorted(held.register, this.#column, name),
            (entry) => entry.person,
            (entry) => html`<tr data-status=${entry.status}>
              <th scope="row">${name(entry.person)}</th>
              <td><span class="status">${icon(STATUSES[entry.status].icon)}${STATUSES[entry.status].word}</span></td>
              <td class="num">${entry.present_s > 0 ? duration(entry.present_s) : "–"}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      ${link}
    </div>`;
  }

  #head(column: Column, word: string): TemplateResult {
    const on = this.#column === column;
    return html`<th scope="col" aria-sort=${on ? "ascending" : "none"}>
      <button class="quiet" @click=${() => {
        this.#column = column;
        this.redraw();
      }}>${word}<span class="arrow" aria-hidden="true">${on ? "↓" : ""}</span></button>
    </th>`;
  }
}
customElements.define("preau-register", PreauRegister);
