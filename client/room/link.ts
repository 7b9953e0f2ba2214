// The websocket and its comings and goings: hello, heartbeat, reconnection. It carries frames and decides nothing else.
import { retryDelayMs } from "./backoff";
import { afterClose, type Command, type ServerFrame, type SingleFrame } from "./protocol";

/** The server pings every 15 s: nothing for this long means that the line is dead though nobody said so. */
export const SILENCE_MS = 25_000;
/** How often the line is measured. */
const MEASURE_MS = 10_000;
/** A full server asks for patience (docs/protocol/live.md, code 4429). */
const LATER_MS = 5_000;
/** So many attempts in a row that never opened: perhaps it is the gate, which has no words on a websocket. */
const CLOSED_DOORS = 2;
/** After that the page is asked at every tenth attempt, some 25 s: a filter on the way may also keep websockets out. */
const ASK_PAGE_EVERY = 10;
/** Voice older than about two seconds at 24 kbit/s is not worth sending. */
const VOICE_BACKLOG_BYTES = 6_000;

export interface LinkEvents {
  /** `seq` held in memory, or null. Asked at each connection. */
  resumeFrom(): number | null;
  frame(frame: ServerFrame): void;
  voice(bytes: Uint8Array): void;
  connecting(): void;
  lost(attempt: number): void;
  closed(code: number, reason: string): void;
  /** The seat has expired: a new token, or null when there is none to be had. */
  newSeat(): Promise<string | null>;
  measured(rttMs: number): void;
  /** The answer to this page's own address, fetched now: the gate renews the pass with it. */
  page(): Promise<Pick<Response, "ok" | "headers">>;
  /** The gate wants us to wait: its page says how long. */
  waits(): void;
}

export class Link {
  #socket: WebSocket | null = null;
  #attempt = 0;
  /** Attempts since the line was last open. */
  #knocks = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #measure: ReturnType<typeof setInterval> | undefined;
  #pingedAtMs: number | null = null;
  #stopped = false;
  /** The closing code told in a frame: proxies lose the one of the close itself. */
  #bye: { readonly code: number; readonly reason: string } | null = null;
  /** A server about to stop spreads its clients: milliseconds to wait after the close. */
  #moveInMs: number | null = null;

  constructor(
    private readonly url: string,
    private seat: string,
    private readonly client: string,
    private readonly events: LinkEvents,
  ) {}

  /** Connects; when connected already, leaves that connection for a new one. */
  open(): void {
    this.#stopped = false;
    clearTimeout(this.#retry);
    this.#drop();
    this.#knocks += 1;
    this.events.connecting();
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => this.#hello();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.#received(data);
    socket.onclose = ({ code, reason }) => this.#lost(this.#bye?.code ?? code, this.#bye?.reason ?? reason);
    this.#listen();
  }

  /** Ends for good: nothing is retried. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#drop();
  }

  /** Tries at once when waiting; when connected, measures whether the line still answers. */
  nudge(): void {
    if (this.#stopped) return;
    if (this.#socket === null) this.open();
    else this.#ping();
  }

  send(command: Command): void {
    this.#text(command);
  }

  /** Voice is sent now or not at all. Returns false when the line is too slow for it. */
  sendVoice(bytes: Uint8Array<ArrayBuffer>): boolean {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > VOICE_BACKLOG_BYTES) return false;
    socket.send(bytes);
    return true;
  }

  #hello(): void {
    this.#knocks = 0;
    const seq = this.events.resumeFrom();
    const resume = seq === null ? {} : { resume: { seq } };
    this.#text({ v: 1, op: "hello", seat: this.seat, client: this.client, ...resume });
    clearInterval(this.#measure);
    this.#measure = setInterval(() => this.#ping(), MEASURE_MS);
  }

  #received(data: string | ArrayBuffer): void {
    this.#listen();
    if (typeof data !== "string") {
      this.events.voice(new Uint8Array(data));
      return;
    }
    const frame = JSON.parse(data) as ServerFrame;
    for (const single of "b" in frame ? frame.b : [frame]) {
      this.#noticed(single);
    }
    this.events.frame(frame);
  }

  /** What a frame means for the line itself. */
  #noticed(frame: SingleFrame): void {
    if ("welcome" in frame) this.#attempt = 0;
    else if ("bye" in frame) this.#bye = frame.bye;
    else if ("move" in frame) this.#moveInMs = frame.move.in_ms;
    else if ("e" in frame && frame.e === "ping") this.#text({ op: "pong" });
    else if ("e" in frame && frame.e === "pong") this.#answered();
  }

  #ping(): void {
    if (this.#pingedAtMs !== null) this.events.measured(performance.now() - this.#pingedAtMs);
    else this.#pingedAtMs = performance.now();
    this.#text({ op: "ping" });
  }

  #answered(): void {
    if (this.#pingedAtMs !== null) this.events.measured(performance.now() - this.#pingedAtMs);
    this.#pingedAtMs = null;
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(1006, "silence"), SILENCE_MS);
  }

  #text(frame: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #drop(): void {
    clearTimeout(this.#silence);
    clearInterval(this.#measure);
    this.#pingedAtMs = null;
    this.#bye = null;
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  #lost(code: number, reason: string): void {
    this.#drop();
    const next = afterClose(code);
    if (next === "stop") {
      this.#stopped = true;
      this.events.closed(code, reason);
      return;
    }
    if (next === "new_seat") {
      void this.#renew(code, reason);
      return;
    }
    const wait = this.#moveInMs ?? (next === "retry_later" ? LATER_MS : retryDelayMs(this.#attempt, Math.random()));
    this.#moveInMs = null;
    this.#attempt += 1;
    this.events.lost(this.#attempt);
    this.#retry = setTimeout(() => this.open(), wait);
    if (this.#knocks % ASK_PAGE_EVERY === CLOSED_DOORS) void this.#askPage();
  }

  /** Meanwhile the attempts go on: a page that does not answer holds nothing up. */
  async #askPage(): Promise<void> {
    let answer: Pick<Response, "ok" | "headers">;
    try {
      answer = await this.events.page();
    } catch {
      return;
    }
    if (this.#stopped || this.#knocks === 0 || !answer.ok) return;
    // A 503 of the gate has the header too, but a school that rests is no reason to leave the class.
    if (answer.headers.has("Preau-Gate")) this.events.waits();
    else if (this.#socket === null) this.open();
  }

  async #renew(code: number, reason: string): Promise<void> {
    const seat = await this.events.newSeat();
    if (this.#stopped) return;
    if (seat === null || seat === this.seat) {
      this.#stopped = true;
      this.events.closed(code, reason);
      return;
    }
    this.seat = seat;
    this.open();
  }
}
