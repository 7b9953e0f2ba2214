import { repeat } from "lit/directives/repeat.js";
import { html, type TemplateResult } from "lit/html.js";
import { Drawn } from "./drawn";
import { type IconName, icon } from "./icons";
import type { RegisterEntry, Status } from "./protocol";
import { nameOf } from "./state";
import type { View } from "./view";
import { duration } from "./words";

type Column = "name" | "status" | "present_s";

/** Word and drawing of each status, in the order in which a teacher looks: who needs something comes first. */
export const STATUSES: Readonly<
  Record<Status, { readonly word: string; readonly icon: IconName; readonly rank: number }>
> = {
  at_the_door: { word: "à la porte", icon: "door", rank: 0 },
  offline: { word: "hors ligne", icon: "offline", rank: 1 },
  left: { word: "sorti(e)", icon: "left", rank: 2 },
  absent: { word: "absent(e)", icon: "absent", rank: 3 },
  late: { word: "en retard", icon: "late", rank: 4 },
  present: { word: "présent(e)", icon: "check", rank: 5 },
};

/** Entries in the order of a column; equal ones by name, as in the school's own register. */
export function sorted(
  entries: readonly RegisterEntry[],
  column: Column,
  name: (person: string) => string,
): readonly RegisterEntry[] {
  const byName = (a: RegisterEntry, b: RegisterEntry) => name(a.person).localeCompare(name(b.person), "fr");
  const first: Record<Column, (a: RegisterEntry, b: RegisterEntry) => number> = {
    name: byName,
    status: (a, b) => STATUSES[a.status].rank - STATUSES[b.status].rank,
    present_s: (a, b) => a.present_s - b.present_s,
  };
  return [...entries].sort((a, b) => first[column](a, b) || byName(a, b));
}

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
    const { state: held } = this.#view;
    if (held.register.length === 0) return html`<p class="empty">L’appel se remplit dès que la classe est ouverte.</p>`;
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
