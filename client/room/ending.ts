import { html, type TemplateResult } from "lit/html.js";
import { Drawn } from "./drawn";

/**
 * Asks once more before a class is ended for everybody.
 * Usage: `<preau-ending .confirm=${() => …}></preau-ending>`, then `.ask()`; the dialog keeps and returns the focus.
 */
export class PreauEnding extends Drawn {
  confirm: () => void = () => undefined;
  #pupils = 0;

  set pupils(pupils: number) {
    this.#pupils = pupils;
    this.redraw();
  }

  ask(): void {
    this.querySelector("dialog")?.showModal();
  }

  protected override template(): TemplateResult {
    const here = this.#pupils === 1 ? "1\u00a0élève est là" : `${this.#pupils}\u00a0élèves sont là`;
    return html`<dialog aria-labelledby="ending-title">
      <form method="dialog" class="ending">
        <h2 id="ending-title">Terminer la classe pour tous&nbsp;?</h2>
        <p>${this.#pupils === 0 ? "Il n’y a pas d’élève en ce moment." : `${here} en ce moment.`}
          L’appel est enregistré et la salle se ferme. On ne peut pas la rouvrir.</p>
        <p class="row">
          <button class="btn" value="stay" autofocus>Rester en classe</button>
          <button class="btn main" value="end" @click=${() => this.confirm()}>Terminer la classe</button>
        </p>
      </form>
    </dialog>`;
  }
}
customElements.define("preau-ending", PreauEnding);
