import { html, nothing, type TemplateResult } from "lit/html.js";
import { Drawn } from "./drawn";
import type { ChatMessage } from "./protocol";

/**
 * Says who will read it before a message is reported.
 * Usage: `<preau-reporting .teacher=${…} .confirm=${(seq) => …}></preau-reporting>`, then `.ask(line, author)`.
 */
export class PreauReporting extends Drawn {
  confirm: (seq: number) => void = () => undefined;
  teacher = false;
  #line: ChatMessage | null = null;
  #author = "";

  ask(line: ChatMessage, author: string): void {
    this.#line = line;
    this.#author = author;
    this.redraw();
    this.querySelector("dialog")?.showModal();
  }

  protected override template(): TemplateResult {
    const line = this.#line;
    return html`<dialog aria-labelledby="reporting-title">
      <form method="dialog" class="ending">
        <h2 id="reporting-title">Signaler ce message&nbsp;?</h2>
        ${line === null ? nothing : html`<blockquote><b>${this.#author}</b><br>${line.text}</blockquote>`}
        <p>${
          this.teacher
            ? "Le message, l’heure et votre nom sont notés dans le journal de la classe. La direction de l’établissement peut demander à le lire."
            : "Le message, l’heure et ton nom sont notés dans le journal de la classe. Ton enseignant le voit s’il est en classe. La direction de l’établissement peut demander à le lire."
        }</p>
        <p class="row">
          <button class="btn" value="stay" autofocus>Annuler</button>
          <button class="btn main" value="report" @click=${() => line !== null && this.confirm(line.seq)}>Signaler</button>
        </p>
      </form>
    </dialog>`;
  }
}
customElements.define("preau-reporting", PreauReporting);
