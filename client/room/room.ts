import { html, nothing, type TemplateResult } from "lit/html.js";
import { bottomBar, topBar } from "./bars";
import { Drawn } from "./drawn";
import "./chat";
import "./ending";
import type { PreauEnding } from "./ending";
import { hands } from "./hands";
import { icon } from "./icons";
import { tabName, uuid } from "./identity";
import { Link } from "./link";
import type { Command, Op, ServerFrame } from "./protocol";
import "./register";
import "./reporting";
import type { PreauReporting } from "./reporting";
import { screen as outside } from "./screens";
import { Sound } from "./sound";
import { stage } from "./stage";
import { EMPTY, type LocalEvent, nameOf, type RoomState, reduce, unanswered } from "./state";
import {
  type Actions,
  canSpeak,
  isTeacher,
  me,
  type PageData,
  type Panel,
  pupilsPresent,
  scene,
  underway,
  type View,
} from "./view";
import type { HeardAudio } from "./voice/listen";

/** The panels stand beside the stage from here on; below they are tabs under it. */
const WIDE = "(min-width: 900px)";
/** A notice is read within this time; errors stay until dismissed. */
const NOTICE_MS = 8_000;
const CLOCK_MS = 5_000;
/** A page of the school that keeps refusing seats is not asked more often than this. */
const NEW_SEAT_EVERY_MS = 60_000;

const PANELS: Readonly<Record<Panel, string>> = { chat: "Discussion", hands: "Mains", register: "Appel" };

function ownPage(): Promise<Response> {
  return fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
}

/**
 * The live class.
 * Usage: `<preau-room data-ws="/classe/<id>/ws" data-seat="<token>" data-role="teacher|pupil" data-title data-group
 * data-register-url data-leave-url data-class-link>fallback without JavaScript</preau-room>`.
 * The screen is a function of `held` (the class log, see state.ts) and of what only this device knows.
 */
export class PreauRoom extends Drawn {
  #held: RoomState = EMPTY;
  #panel: Panel = "chat";
  #nowMs = Date.now();
  readonly #wide = matchMedia(WIDE);
  readonly #sound = new Sound({
    changed: () => this.redraw(),
    send: (frame) => this.#link?.sendVoice(frame) ?? false,
    lost: () => this.#command("voice.stop"),
  });
  #link: Link | null = null;
  #clock: ReturnType<typeof setInterval> | undefined;
  #seatAskedAtMs = 0;
  #readSeq = 0;

  /** For the end-to-end tests: what this device has really decoded. */
  get audio(): HeardAudio | null {
    return this.#sound.heard;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.replaceChildren();
    this.toggleAttribute("live", true);
    void tabName().then((client) => this.#connect(client));
    this.#clock = setInterval(() => {
      this.#nowMs = Date.now() + this.#held.clockOffsetMs;
      this.redraw();
    }, CLOCK_MS);
    this.#wide.addEventListener("change", this.#resized);
    addEventListener("online", this.#nudge);
    document.addEventListener("visibilitychange", this.#nudge);
    document.addEventListener("click", this.#touched);
    document.addEventListener("keydown", this.#touched);
  }

  #connect(client: string): void {
    if (!this.isConnected) return;
    const url = new URL(this.dataset.ws ?? "", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.#link = new Link(url.href, this.dataset.seat ?? "", client, {
      resumeFrom: () => (this.#held.gap ? null : this.#held.seq),
      frame: (frame) => this.#received(frame),
      voice: (bytes) => this.#sound.hear(bytes, this.#held.speakers),
      connecting: () => this.#apply({ local: "connecting" }),
      lost: (attempt) => this.#apply({ local: "lost", attempt }),
      closed: (code, reason) => this.#apply({ local: "closed", code, reason }),
      newSeat: () => this.#newSeat(),
      page: () => ownPage(),
      waits: () => location.reload(),
      measured: (rttMs) => this.#apply({ local: "line", rttMs }),
    });
    this.#link.open();
  }

  disconnectedCallback(): void {
    this.#link?.stop();
    this.#sound.close();
    clearInterval(this.#clock);
    this.#wide.removeEventListener("change", this.#resized);
    removeEventListener("online", this.#nudge);
    document.removeEventListener("visibilitychange", this.#nudge);
    document.removeEventListener("click", this.#touched);
    document.removeEventListener("keydown", this.#touched);
  }

  #received(frame: ServerFrame): void {
    this.#apply(frame);
    const singles = "b" in frame ? frame.b : [frame];
    // After a welcome that resumes, or a snapshot (which may stand for lost acknowledgements), all that is unanswered goes again.
    const again = singles.some((one) => ("welcome" in one && one.welcome.from !== null) || "snapshot" in one);
    if (again) {
      for (const command of unanswered(this.#held)) this.#link?.send(command);
      this.#silenceGhost();
    }
    if (singles.some((one) => "e" in one && one.e === "voice_refused")) this.#voiceRefused();
    if (this.#held.gap) this.#link?.open();
  }

  /** A page loaded anew has no microphone: a voice that the class still believes on is said to be off. */
  #silenceGhost(): void {
    const believed = this.#held.room.voices.includes(me(this.#held));
    if (believed && this.#sound.microphone === "closed" && !underway(this.#held, "voice.stop"))
      this.#command("voice.stop");
  }

  #apply(message: ServerFrame | LocalEvent): void {
    const before = this.#held;
    this.#held = reduce(before, message, Date.now());
    this.redraw();
    if (before.seq === null && this.#held.seq !== null) this.#sound.prepare();
    const speaking = this.#held.room.voices.includes(me(this.#held));
    this.#sound.allow(speaking && this.#held.connection.is === "live");
    const stopped = before.room.voices.includes(me(before)) && !speaking;
    if (stopped || this.#held.room.ended_at !== null) this.#sound.closeMicrophone();
    if (this.#held.connection.is === "closed") this.#sound.close();
    for (const { id, kind } of this.#held.notices.filter((shown) => !before.notices.includes(shown))) {
      if (kind === "info") setTimeout(() => this.#apply({ local: "dismiss", id }), NOTICE_MS);
    }
  }

  /** The server drops our voice: say it anew when we may speak, close the microphone when we may not. */
  #voiceRefused(): void {
    if (this.#sound.microphone === "open" && canSpeak(this.#held) && this.#held.room.frozen === null)
      this.#command("voice.start");
    else this.#sound.closeMicrophone();
  }

  #command(op: Op, d: Readonly<Record<string, unknown>> = {}): void {
    this.#dispatch({ op, id: uuid(), d });
  }

  #dispatch(command: Command): void {
    this.#apply({ local: "command", command });
    if (this.#held.connection.is === "live") this.#link?.send(command);
  }

  readonly #act: Actions = {
    command: (op, d) => this.#command(op, d),
    openMicrophone: () => void this.#openMicrophone(),
    closeMicrophone: () => {
      this.#sound.closeMicrophone();
      this.#command("voice.stop");
    },
    unlockSound: () => void this.#sound.unlock(),
    toggleSound: () => this.#sound.toggleMuted(),
    showPanel: (panel) => {
      this.#panel = panel;
      this.redraw();
    },
    resend: (id) => {
      const sent = this.#held.outbox.find((held) => held.command.id === id);
      if (sent !== undefined) this.#dispatch(sent.command);
    },
    forget: (id) => this.#apply({ local: "forget", id }),
    dismiss: (id) => this.#apply({ local: "dismiss", id }),
    askEnd: () => this.querySelector<PreauEnding>("preau-ending")?.ask(),
    askReport: (line) => this.querySelector<PreauReporting>("preau-reporting")?.ask(line, nameOf(this.#held, line.by)),
    reconnect: () => {
      this.#held = EMPTY;
      this.redraw();
      this.#link?.open();
    },
    reload: () => location.reload(),
    level: () => this.#sound.level(),
  };

  async #openMicrophone(): Promise<void> {
    if (await this.#sound.openMicrophone()) this.#command("voice.start");
  }

  /** The school's page holds a fresh seat: read it there, so that the class stays on the screen. */
  async #newSeat(): Promise<string | null> {
    if (Date.now() - this.#seatAskedAtMs < NEW_SEAT_EVERY_MS) return null;
    this.#seatAskedAtMs = Date.now();
    try {
      const page = await (await ownPage()).text();
      const fresh = new DOMParser().parseFromString(page, "text/html").querySelector<HTMLElement>("preau-room");
      return fresh?.dataset.seat ?? null;
    } catch {
      return null;
    }
  }

  readonly #nudge = (): void => {
    if (document.visibilityState === "visible") this.#link?.nudge();
  };

  readonly #resized = (): void => this.redraw();

  /** Any touch or key lets a held-back sound through, and closes menus it was not meant for. */
  readonly #touched = (event: Event): void => {
    if (this.#sound.locked) void this.#sound.unlock();
    if (event instanceof KeyboardEvent && event.key !== "Escape") return;
    for (const menu of this.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      if (event instanceof KeyboardEvent) menu.querySelector("summary")?.focus();
      else if (event.target instanceof Node && menu.contains(event.target)) continue;
      menu.open = false;
    }
  };

  get #view(): View {
    const sound = this.#sound;
    return {
      state: this.#held,
      screen: {
        microphone: sound.microphone,
        soundLocked: sound.locked,
        soundMuted: sound.muted,
        canListen: sound.canListen,
        panel: this.#panel,
        unreadChat: this.#held.room.chat.filter((line) => line.seq > this.#readSeq).length,
        wide: this.#wide.matches,
        nowMs: this.#nowMs,
      },
      page: this.#page,
      act: this.#act,
    };
  }

  get #page(): PageData {
    const { role, title = "", group = "", registerUrl = "", leaveUrl = "/journee/", classLink = "" } = this.dataset;
    return { teacher: role === "teacher", title, group, registerUrl, leaveUrl, classLink };
  }

  protected override template(): TemplateResult {
    const view = this.#view;
    const which = scene(this.#held);
    if (which !== "class") return outside(view, which);
    return html`<div class="room">
      ${topBar(view)}
      ${this.#notices()}
      <div class="room-middle">${stage(view)}${this.#side(view)}</div>
      ${bottomBar(view)}
      <preau-ending .pupils=${pupilsPresent(this.#held)} .confirm=${() => this.#command("session.end")}></preau-ending>
      <preau-reporting .teacher=${view.page.teacher} .confirm=${(about: number) => this.#command("report.file", { about, words: "" })}></preau-reporting>
    </div>`;
  }

  #notices(): TemplateResult {
    return html`<div class="tellings" role="status">
      ${this.#held.notices.map(
        ({ id, kind, text }) => html`<p class="telling ${kind}">${icon("warn")}<span>${text}</span>
          <button class="quiet" @click=${() => this.#act.dismiss(id)}>Fermer</button></p>`,
      )}
    </div>`;
  }

  /** Wide: hands above, chat and register as tabs below. Narrow: all as tabs. */
  #side(view: View): TemplateResult {
    const { wide } = view.screen;
    const tabs = (["chat", "hands", "register"] as const).filter(
      (panel) => (panel !== "register" || isTeacher(this.#held)) && !(wide && panel === "hands"),
    );
    const shown = tabs.includes(this.#panel as "chat") ? this.#panel : "chat";
    return html`<aside class="side" aria-label="Mains, discussion${isTeacher(this.#held) ? " et appel" : ""}">
      ${
        wide
          ? html`<section class="panel-hands" aria-labelledby="hands-title">
              <h2 id="hands-title">Mains levées${this.#held.room.hands.length > 0 ? ` · ${this.#held.room.hands.length}` : ""}</h2>
              ${hands(view)}
            </section>`
          : nothing
      }
      ${tabs.length === 1 ? html`<h2 class="panel-title">${PANELS.chat}</h2>` : this.#tabs(tabs, shown, view)}
      <div class="panel" id="panel" role=${tabs.length === 1 ? nothing : "tabpanel"} aria-labelledby=${tabs.length === 1 ? nothing : `tab-${shown}`}>
        <preau-chat ?hidden=${shown !== "chat"} .view=${view}></preau-chat>
        ${shown === "hands" ? html`<div class="scroll">${hands(view)}</div>` : nothing}
        ${shown === "register" ? html`<preau-register .view=${view}></preau-register>` : nothing}
      </div>
    </aside>`;
  }

  #tabs(tabs: readonly Panel[], shown: Panel, view: View): TemplateResult {
    const numbers: Record<Panel, number> = {
      chat: shown === "chat" ? 0 : view.screen.unreadChat,
      hands: this.#held.room.hands.length,
      register: 0,
    };
    return html`<div class="tabs" role="tablist" aria-label="Panneaux" @keydown=${(event: KeyboardEvent) => this.#arrow(event, tabs, shown)}>
      ${tabs.map(
        (panel) => html`<button
          role="tab" id="tab-${panel}" aria-controls="panel" aria-selected=${panel === shown ? "true" : "false"}
          tabindex=${panel === shown ? 0 : -1} @click=${() => this.#act.showPanel(panel)}
        >${PANELS[panel]}${numbers[panel] > 0 ? html`<span class="n">${numbers[panel]}</span>` : nothing}</button>`,
      )}
    </div>`;
  }

  #arrow(event: KeyboardEvent, tabs: readonly Panel[], shown: Panel): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = tabs[(tabs.indexOf(shown) + step + tabs.length) % tabs.length] as Panel;
    this.#act.showPanel(next);
    // After the drawing that showPanel has asked for: microtasks run in order.
    queueMicrotask(() => this.querySelector<HTMLElement>(`#tab-${next}`)?.focus());
  }

  protected override drawn(): void {
    if (this.#panel === "chat") this.#readSeq = this.#held.room.chat.at(-1)?.seq ?? 0;
    // A screen that replaces the class takes the focus, or readers would stay on what is gone.
    const heading = this.querySelector<HTMLElement>("#screen-title[tabindex]");
    if (heading !== null && !this.contains(document.activeElement)) heading.focus();
  }
}
customElements.define("preau-room", PreauRoom);
