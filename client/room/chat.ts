import { repeat } from "lit/directives/repeat.js";
import { html, nothing, type TemplateResult } from "lit/html.js";
import { Drawn } from "./drawn";
import { icon } from "./icons";
import { CHAT_CHARACTERS, type ChatMessage } from "./protocol";
import { nameOf, type Sent } from "./state";
import { closedBecause, isTeacher, me, underway, type View } from "./view";
import { clockTime } from "./words";

/** The counter shows only when the end is near: before, it would only hurry. */
const COUNTER_FROM = 400;
/** Messages of one person within this time share one head. */
const SAME_HEAD_MS = 120_000;
/** Closer to the end than this counts as reading the newest. */
const NEAR_END_PX = 60;

/**
 * The class chat: log, unsent messages, composer.
 * Usage: `<preau-chat .view=${view}></preau-chat>`; asks through `view.act`.
 */
export class PreauChat extends Drawn {
  #view!: View;
  #draft = "";
  #unseen = 0;
  #followed = true;
  #lastSeq = 0;

  set view(view: View) {
    this.#view = view;
    this.redraw();
  }

  protected override template(): TemplateResult {
    const { state: held } = this.#view;
    const lines = held.room.chat;
    const unsent = held.outbox.filter((sent) => sent.command.op === "chat.send");
    return html`
      <div class="chat-log" role="log" aria-label="Discussion" aria-live="polite" tabindex="0" @scroll=${this.#scrolled}>
        ${lines.length + unsent.length === 0 ? this.#empty() : nothing}
        ${repeat(
          lines,
          (line) => line.seq,
          (line, i) => this.#line(line, lines[i - 1]),
        )}
        ${repeat(
          unsent,
          (sent) => sent.command.id,
          (sent) => this.#unsent(sent),
        )}
      </div>
      ${
        this.#unseen > 0
          ? html`<button class="btn newer" @click=${this.#toEnd}>
              ${this.#unseen === 1 ? "1 nouveau message" : `${this.#unseen} nouveaux messages`}
            </button>`
          : nothing
      }
      ${this.#composer()}
    `;
  }

  #empty(): TemplateResult {
    return html`<p class="empty">${
      isTeacher(this.#view.state)
        ? "Personne n’a encore écrit. Un bonjour met la classe en route."
        : "Personne n’a encore écrit. Tu peux dire bonjour."
    }</p>`;
  }

  #line(line: ChatMessage, before: ChatMessage | undefined): TemplateResult {
    const { state: held } = this.#view;
    const author = held.members.get(line.by);
    const joined = before?.by === line.by && line.at - before.at < SAME_HEAD_MS;
    const kind = line.by === me(held) ? "mine" : author?.role === "teacher" ? "teacher" : "";
    return html`<div class="line ${kind} ${joined ? "joined" : ""}" ?data-hidden=${line.hidden}>
      ${
        joined
          ? nothing
          : html`<p class="author"><b>${line.by === me(held) ? "Moi" : nameOf(held, line.by)}</b>
              <time>${clockTime(new Date(line.at))}</time></p>`
      }
      <p class="text">${line.hidden ? this.#masked(line) : line.text}</p>
      ${kind === "mine" ? nothing : this.#lineAction(line)}
    </div>`;
  }

  /** What one may do about a message of somebody else: a teacher masks it first, then may report it. */
  #lineAction(line: ChatMessage): TemplateResult | typeof nothing {
    const { state: held, act } = this.#view;
    const whose = html`<span class="unseen"> le message de ${nameOf(held, line.by)}</span>`;
    if (isTeacher(held) && !line.hidden) {
      return html`<button class="quiet hide" @click=${() => act.command("chat.hide", { seq: line.seq })}>
        ${icon("hide")}<span>Masquer</span>${whose}
      </button>`;
    }
    if (!isTeacher(held) && line.hidden) return nothing;
    if (held.reported.includes(line.seq)) return html`<p class="soft reported">Signalé</p>`;
    return html`<button class="quiet hide" ?disabled=${underway(held, "report.file")} @click=${() => act.askReport(line)}>${icon("flag")}<span>Signaler</span>${whose}</button>`;
  }

  #masked(line: ChatMessage): TemplateResult {
    if (!isTeacher(this.#view.state)) return html`<em>Message masqué</em>`;
    return html`<s>${line.text}</s> <em>masqué pour la classe</em>`;
  }

  #unsent(sent: Sent): TemplateResult {
    const { act } = this.#view;
    const text = String(sent.command.d.text ?? "");
    if (sent.refusal === null) {
      return html`<div class="line mine sending"><p class="text">${text}</p><p class="soft">envoi…</p></div>`;
    }
    return html`<div class="line mine refused">
      <p class="text">${text}</p>
      <p class="why">${icon("warn")} Pas envoyé. ${sent.refusal}</p>
      <p class="row">
        <button class="btn small" @click=${() => act.resend(sent.command.id)}>Renvoyer</button>
        <button class="btn small" @click=${() => act.forget(sent.command.id)}>Effacer</button>
      </p>
    </div>`;
  }

  #composer(): TemplateResult {
    const closed = closedBecause(this.#view.state, "chat");
    const left = CHAT_CHARACTERS - this.#draft.length;
    return html`<form class="composer" @submit=${this.#submit}>
      ${closed === null ? nothing : html`<p class="closed" id="chat-closed">${icon("lock")} ${closed}</p>`}
      <div class="write">
        <textarea
          rows="1" maxlength=${CHAT_CHARACTERS} aria-label="Écrire à la classe" placeholder="Écrire à la classe"
          autocomplete="off" ?readonly=${closed !== null} .value=${this.#draft}
          aria-describedby=${closed === null ? nothing : "chat-closed"}
          @input=${(event: Event) => {
            this.#draft = (event.target as HTMLTextAreaElement).value;
            this.redraw();
          }}
          @keydown=${this.#keyed}
        ></textarea>
        <button class="btn send" ?disabled=${closed !== null || this.#draft.trim() === ""}>
          ${icon("send")}<span>Envoyer</span>
        </button>
      </div>
      ${
        this.#draft.length >= COUNTER_FROM
          ? html`<p class="counter soft" role="status">${left === 0 ? "500 caractères : c’est la limite." : `Encore ${left} caractères`}</p>`
          : nothing
      }
    </form>`;
  }

  protected override drawn(): void {
    const newest = this.#view.state.room.chat.at(-1)?.seq ?? 0;
    if (this.#followed) {
      this.#lastSeq = newest;
      this.#toEnd();
      return;
    }
    this.#see(this.#view.state.room.chat.filter((line) => line.seq > this.#lastSeq).length);
  }

  #see(unseen: number): void {
    if (unseen === this.#unseen) return;
    this.#unseen = unseen;
    this.redraw();
  }

  get #log(): HTMLElement {
    return this.querySelector(".chat-log") as HTMLElement;
  }

  readonly #scrolled = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    this.#followed = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    if (!this.#followed) return;
    this.#lastSeq = this.#view.state.room.chat.at(-1)?.seq ?? 0;
    this.#see(0);
  };

  readonly #toEnd = (): void => {
    this.#log.scrollTop = this.#log.scrollHeight;
  };

  readonly #keyed = (event: KeyboardEvent): void => {
    // Enter ends a word in Japanese or Arabic input methods: not a message.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit(event);
  };

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    const text = this.#draft.trim();
    if (text === "" || closedBecause(this.#view.state, "chat") !== null) return;
    this.#draft = "";
    this.#followed = true;
    this.redraw();
    this.#view.act.command("chat.send", { text });
  };
}
customElements.define("preau-chat", PreauChat);
