import { html, type TemplateResult } from "lit/html.js";
import { Drawn } from "./drawn";

/** Bars on the board; odd, so that one stands in the middle. */
const BARS = 25;
/** A new height this often: quick enough to follow syllables, slow enough to be calm. */
const STEP_MS = 70;
/** With reduced motion all bars move together, seldom. */
const STILL_STEP_MS = 500;

/**
 * How loud a voice is: chalk strokes whose ripple runs from the middle outwards.
 * Usage: `<preau-level .read=${() => 0.4} .active=${true} .label=${"Niveau de la voix"}></preau-level>`, `read` in [0, 1].
 */
export class PreauLevel extends Drawn {
  read: () => number = () => 0;
  label = "";
  #active = false;
  #frame = 0;
  #steppedAtMs = 0;
  #heights: number[] = new Array(Math.ceil(BARS / 2)).fill(0);
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");

  set active(active: boolean) {
    if (active === this.#active) return;
    this.#active = active;
    this.redraw();
  }

  protected override template(): TemplateResult {
    this.toggleAttribute("active", this.#active);
    this.setAttribute("role", "meter");
    this.setAttribute("aria-label", this.label);
    this.setAttribute("aria-valuemin", "0");
    this.setAttribute("aria-valuemax", "100");
    if (!this.hasAttribute("aria-valuenow")) this.setAttribute("aria-valuenow", "0");
    return html`${Array.from({ length: BARS }, () => html`<i></i>`)}`;
  }

  protected override drawn(): void {
    cancelAnimationFrame(this.#frame);
    if (this.#active) this.#frame = requestAnimationFrame((now) => this.#step(now));
    else this.#rest();
  }

  disconnectedCallback(): void {
    cancelAnimationFrame(this.#frame);
  }

  #step(now: number): void {
    this.#frame = requestAnimationFrame((later) => this.#step(later));
    if (now - this.#steppedAtMs < (this.#still.matches ? STILL_STEP_MS : STEP_MS)) return;
    this.#steppedAtMs = now;
    const height = this.read();
    if (this.#still.matches) this.#heights.fill(height);
    else this.#heights = [height, ...this.#heights.slice(0, -1)];
    this.#draw();
  }

  #rest(): void {
    this.#heights.fill(0);
    this.#draw();
  }

  #draw(): void {
    const middle = (BARS - 1) / 2;
    // The object model, not the style attribute: the content security policy refuses the latter.
    Array.from(this.children).forEach((bar, i) => {
      const distance = Math.abs(i - middle);
      const height = (this.#heights[distance] ?? 0) * (1 - 0.5 * (distance / middle) ** 2);
      (bar as HTMLElement).style.transform = `scaleY(${(0.06 + 0.94 * height).toFixed(3)})`;
    });
    this.setAttribute("aria-valuenow", String(Math.round((this.#heights[0] ?? 0) * 100)));
  }
}
customElements.define("preau-level", PreauLevel);
