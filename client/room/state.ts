// What a client knows of its class: `reduce(state, message, nowMs)`. Pure, and the whole truth of the screen.
//
// The server's durable events are applied in the order of `seq`; what is not the next one is ignored (already applied)
// or marks a gap (the shell then reconnects and asks for everything). Commands wait in the outbox until the log has
// reached their acknowledgement: the screen shows them as « envoi… », never as done.
import { applyEvent } from "./events";
import type {
  ClassState,
  Command,
  DoorWait,
  DurableEvent,
  Ephemeral,
  Member,
  RefusalBody,
  RegisterEntry,
  ServerFrame,
  SingleFrame,
  Welcome,
} from "./protocol";

/** Commands kept while the line is down; more is not a pupil waiting but a stuck key. */
export const OUTBOX_LIMIT = 30;
/** Notices on the screen at once: older ones have been read or do not matter any more. */
const NOTICES_LIMIT = 3;
/** Above this round trip, voice and answers come visibly late. */
export const WEAK_RTT_MS = 700;

export interface Sent {
  readonly command: Command;
  readonly at: number;
  /** The log's number at which its effect stands, once the server has accepted it. */
  readonly accepted: number | null;
  /** The server's sentence when it refused; only chat messages stay here, to be sent again or discarded. */
  readonly refusal: string | null;
}
export interface Notice {
  readonly id: number;
  readonly kind: "info" | "error";
  readonly text: string;
}
export type Connection =
  | { readonly is: "connecting" }
  | { readonly is: "door" }
  | { readonly is: "live" }
  | { readonly is: "lost"; readonly attempt: number }
  | { readonly is: "closed"; readonly code: number; readonly reason: string };

export interface RoomState {
  readonly connection: Connection;
  readonly seq: number | null;
  readonly room: ClassState;
  readonly welcome: Welcome | null;
  readonly members: ReadonlyMap<string, Member>;
  readonly clockOffsetMs: number;
  readonly gap: boolean;
  readonly door: DoorWait | null;
  readonly waiting: readonly string[];
  readonly register: readonly RegisterEntry[];
  readonly speakers: ReadonlyMap<number, string>;
  readonly voiceRefusals: number;
  /** The better of the last two round trips, in milliseconds: one slow answer is not a slow line. */
  readonly rttMs: number | null;
  readonly lastRttMs: number | null;
  readonly outbox: readonly Sent[];
  /** Messages that this person has reported: `seq`. */
  readonly reported: readonly number[];
  readonly notices: readonly Notice[];
  readonly nextNotice: number;
}

/** What happens on this side of the line. */
export type LocalEvent =
  | { readonly local: "connecting" }
  | { readonly local: "lost"; readonly attempt: number }
  | { readonly local: "closed"; readonly code: number; readonly reason: string }
  | { readonly local: "command"; readonly command: Command }
  | { readonly local: "forget"; readonly id: string }
  | { readonly local: "line"; readonly rttMs: number }
  | { readonly local: "notice"; readonly kind: Notice["kind"]; readonly text: string }
  | { readonly local: "dismiss"; readonly id: number };

export const EMPTY_ROOM: ClassState = {
  opened_at: null,
  ended_at: null,
  present: [],
  chat: [],
  hands: [],
  given: {},
  floor: null,
  locks: { chat: false, hands: false, entry: false },
  frozen: null,
  voices: [],
};

export const EMPTY: RoomState = {
  connection: { is: "connecting" },
  seq: null,
  room: EMPTY_ROOM,
  welcome: null,
  members: new Map(),
  clockOffsetMs: 0,
  gap: false,
  door: null,
  waiting: [],
  register: [],
  speakers: new Map(),
  voiceRefusals: 0,
  rttMs: null,
  lastRttMs: null,
  outbox: [],
  reported: [],
  notices: [],
  nextNotice: 1,
};

/** The state after one frame of the server or one event on this side. `nowMs`: this device's wall clock. */
export function reduce(state: RoomState, message: ServerFrame | LocalEvent, nowMs: number): RoomState {
  if ("local" in message) return reduceLocal(state, message, nowMs);
  if ("b" in message) return message.b.reduce((held, frame) => reduceFrame(held, frame, nowMs), state);
  return reduceFrame(state, message, nowMs);
}

function reduceFrame(state: RoomState, frame: SingleFrame, nowMs: number): RoomState {
  if ("welcome" in frame) return welcomed(state, frame.welcome, nowMs);
  if ("snapshot" in frame) {
    const live: Connection = { is: "live" };
    return settle({ ...state, connection: live, room: frame.snapshot, seq: frame.seq, gap: false });
  }
  if ("t" in frame) return durable(state, frame);
  if ("re" in frame) return "err" in frame ? refused(state, frame.re, frame.err) : accepted(state, frame.re, frame.seq);
  if ("err" in frame) return notice(state, "error", frame.err.message ?? frame.err.code);
  return "e" in frame ? ephemeral(state, frame) : state;
}

function welcomed(state: RoomState, welcome: Welcome, nowMs: number): RoomState {
  const resumed = welcome.from !== null;
  return {
    ...state,
    welcome,
    door: null,
    members: byPerson(welcome.members),
    clockOffsetMs: welcome.at_ms - nowMs,
    gap: resumed && welcome.from !== (state.seq ?? 0) + 1,
    connection: resumed ? { is: "live" } : state.connection,
  };
}

function durable(state: RoomState, event: DurableEvent): RoomState {
  if (state.seq === null || event.seq <= state.seq) return state;
  if (event.seq !== state.seq + 1) return { ...state, gap: true };
  const next = { ...state, seq: event.seq, room: applyEvent(state.room, event, state.welcome?.you.role ?? "pupil") };
  return settle(named(toldTeacher(next, event), event));
}

/** A person whom the roster did not have yet brings their name with their first event. */
function named(state: RoomState, event: DurableEvent): RoomState {
  if (event.t !== "seat.present" || state.members.has(event.d.person)) return state;
  const member: Member = { person: event.d.person, role: "pupil", name: event.d.name };
  return { ...state, members: new Map(state.members).set(member.person, member) };
}

function toldTeacher(state: RoomState, event: DurableEvent): RoomState {
  if (state.welcome?.you.role !== "teacher") return state;
  if (event.t === "report.filed") return toldOfReport(state, event.by, event.d.about ?? null);
  if (event.t !== "seat.evicted" || event.d.person === undefined) return state;
  const name = nameOf(state, event.d.person);
  return notice(state, "info", `Double connexion\u00a0: ${name} a ouvert la classe sur un autre appareil.`);
}

/** It stays on the screen until the teacher has closed it. */
function toldOfReport(state: RoomState, by: string, about: number | null): RoomState {
  if (by === state.welcome?.you.person) return state;
  const line = state.room.chat.find((one) => one.seq === about);
  const what = line === undefined ? "un message" : `un message de ${nameOf(state, line.by)}\u00a0: « ${line.text} »`;
  return notice(state, "error", `${nameOf(state, by)} signale ${what}`);
}

function accepted(state: RoomState, id: string, seq: number): RoomState {
  const outbox = state.outbox.map((sent) => (sent.command.id === id ? { ...sent, accepted: seq } : sent));
  return settle(reported({ ...state, outbox }, id));
}

/** The journal has it: only now is it said. */
function reported(state: RoomState, id: string): RoomState {
  const sent = state.outbox.find((held) => held.command.id === id);
  const about = sent?.command.d.about;
  if (sent?.command.op !== "report.file" || typeof about !== "number" || state.reported.includes(about)) return state;
  const told = { ...state, reported: [...state.reported, about] };
  return notice(told, "info", "Le message est signalé\u00a0: c’est noté dans le journal de la classe.");
}

function refused(state: RoomState, id: string, refusal: RefusalBody): RoomState {
  const sent = state.outbox.find((held) => held.command.id === id);
  if (sent === undefined) return state;
  const words = refusal.message ?? refusal.code;
  if (sent.command.op === "chat.send") {
    return { ...state, outbox: state.outbox.map((held) => (held === sent ? { ...held, refusal: words } : held)) };
  }
  return notice({ ...state, outbox: state.outbox.filter((held) => held !== sent) }, "error", words);
}

/** Lets go of the commands whose effect the log has shown. */
function settle(state: RoomState): RoomState {
  const seq = state.seq ?? -1;
  const outbox = state.outbox.filter((sent) => sent.accepted === null || sent.accepted > seq);
  return outbox.length === state.outbox.length ? state : { ...state, outbox };
}

function ephemeral(state: RoomState, frame: Ephemeral): RoomState {
  switch (frame.e) {
    case "waiting_door":
      return { ...state, connection: { is: "door" }, door: frame.d };
    case "speakers":
      return { ...state, speakers: new Map(frame.d.speakers.map(({ index, person }) => [index, person])) };
    case "members":
      return { ...state, members: byPerson(frame.d.members) };
    case "door":
      return { ...state, waiting: frame.d.waiting };
    case "register":
      return { ...state, register: frame.d.entries };
    case "voice_refused":
      return { ...state, voiceRefusals: state.voiceRefusals + 1 };
    default:
      return state;
  }
}

function reduceLocal(state: RoomState, event: LocalEvent, nowMs: number): RoomState {
  switch (event.local) {
    case "connecting":
      return state.connection.is === "lost" ? state : { ...state, connection: { is: "connecting" } };
    case "lost":
      return { ...state, connection: { is: "lost", attempt: event.attempt }, rttMs: null, lastRttMs: null };
    case "closed":
      return { ...state, connection: { is: "closed", code: event.code, reason: event.reason } };
    case "command":
      return queued(state, event.command, nowMs);
    case "forget":
      return { ...state, outbox: state.outbox.filter((sent) => sent.command.id !== event.id) };
    case "line":
      return { ...state, rttMs: Math.min(event.rttMs, state.lastRttMs ?? 0), lastRttMs: event.rttMs };
    case "notice":
      return notice(state, event.kind, event.text);
    case "dismiss":
      return { ...state, notices: state.notices.filter((shown) => shown.id !== event.id) };
  }
}

function queued(state: RoomState, command: Command, nowMs: number): RoomState {
  const again = state.outbox.some((sent) => sent.command.id === command.id);
  if (again) {
    const outbox = state.outbox.map((sent) => (sent.command.id === command.id ? { ...sent, refusal: null } : sent));
    return { ...state, outbox };
  }
  if (state.outbox.length >= OUTBOX_LIMIT) {
    return notice(state, "error", "Trop d’envois en attente. Attends que la ligne revienne.");
  }
  return { ...state, outbox: [...state.outbox, { command, at: nowMs, accepted: null, refusal: null }] };
}

function notice(state: RoomState, kind: Notice["kind"], text: string): RoomState {
  const notices = [...state.notices, { id: state.nextNotice, kind, text }].slice(-NOTICES_LIMIT);
  return { ...state, notices, nextNotice: state.nextNotice + 1 };
}

function byPerson(members: readonly Member[]): ReadonlyMap<string, Member> {
  return new Map(members.map((member) => [member.person, member]));
}

/** The name this client may show for a person; a person without a name has left the roster. */
export function nameOf(state: RoomState, person: string): string {
  return state.members.get(person)?.name ?? "Quelqu’un";
}

/** Commands to send (again) after a welcome, oldest first. */
export function unanswered(state: RoomState): readonly Command[] {
  return state.outbox.filter((sent) => sent.accepted === null && sent.refusal === null).map((sent) => sent.command);
}
