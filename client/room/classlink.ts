import { html, type TemplateResult } from "lit/html.js";
import { Drawn } from "./drawn";
import { icon } from "./icons";

/**
 * The class link, for the teacher to send to who stays at the gate.
 * Usage: `<preau-class-link .url=${"https://…/l/…"}></preau-class-link>`.
 */
export class PreauClassLink extends Drawn {
  url = "";
  #copied = false;

  protected override template(): TemplateResult {
    return html`<section class="class-link" aria-labelledby="class-link-title">
      <h3 id="class-link-title">Un élève reste au portail&nbsp;?</h3>
      <p>Envoyez-lui ce lien par le moyen qui marche encore. Il met son appareil au rang de votre classe dans la file, jusqu’à la fin
        du cours. Il n’ouvre pas la classe\u00a0: l’élève se connecte ensuite, comme d’habitude.</p>
      <p class="row">
        <input readonly aria-labelledby="class-link-title" .value=${this.url} @focus=${select} />
        <button class="btn small" @click=${() => void this.#copy()}>${icon("send")}<span>Copier le lien</span></button>
      </p>
      <p class="soft" role="status">${this.#copied ? "Le lien est copié." : ""}</p>
    </section>`;
  }

  /** Outside of TLS browsers have no clipboard: then the link is selected, to be copied by hand. */
  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.url);
      this.#copied = true;
      this.redraw();
    } catch {
      this.querySelector("input")?.focus();
    }
  }
}

function select(event: Event): void {
  (event.target as HTMLInputElement).select();
}
customElements.define("preau-class-link", PreauClassLink);
