// The base of the room's custom elements: a Lit template in the light DOM, drawn again at most once per microtask.
// LitElement does much more (attributes, styles in a shadow root, update promises); this room needs none of it, and
// without it the bundle of a pupil's phone is 8 kB smaller.
import { render, type TemplateResult } from "lit/html.js";

export abstract class Drawn extends HTMLElement {
  #due = false;

  /** What stands inside the element now: a function of its fields. */
  protected abstract template(): TemplateResult;

  /** Called after each drawing, for what a template cannot say (focus, scrolling). */
  protected drawn(): void {}

  connectedCallback(): void {
    this.redraw();
  }

  /** Asks for a drawing; several requests in one task make one. */
  redraw(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (!this.isConnected) return;
      render(this.template(), this, { host: this });
      this.drawn();
    });
  }
}
