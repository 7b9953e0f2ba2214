// What the screen derives from the state, and what it may ask for. Pure selections; the templates stand beside.
import type { ChatMessage, Lock, Op, RegisterEntry } from "./protocol";
import { nameOf, type RoomState, WEAK_RTT_MS } from "./state";
import type { SpeakRefusal } from "./voice/speak";

/** The microphone on this device. */
export type Microphone = "closed" | "asking" | "open" | SpeakRefusal;
export type Panel = "chat" | "hands" | "register";

/** What only this screen knows. */
export interface ScreenState {
  readonly microphone: Microphone;
  /** The browser holds the sound back until a touch. */
  readonly soundLocked: boolean;
  readonly soundMuted: boolean;
  readonly canListen: boolean;
  readonly panel: Panel;
  readonly unreadChat: number;
  readonly wide: boolean;
  readonly nowMs: number;
}

/** What the page was given by the school. */
export interface PageData {
  /** Also before the welcome: adults are called « vous », pupils « tu ». */
  readonly teacher: boolean;
  readonly title: string;
  readonly group: string;
  readonly registerUrl: string;
  /** Teachers only; empty once the lesson is over. */
  readonly classLink: string;
  readonly leaveUrl: string;
}

export interface Actions {
  command(op: Op, d?: Readonly<Record<string, unknown>>): void;
  openMicrophone(): void;
  closeMicrophone(): void;
  unlockSound(): void;
  toggleSound(): void;
  showPanel(panel: Panel): void;
  resend(id: string): void;
  forget(id: string): void;
  dismiss(id: number): void;
  askEnd(): void;
  askReport(line: ChatMessage): void;
  reconnect(): void;
  reload(): void;
  level(): number;
}

export interface View {
  readonly state: RoomState;
  readonly screen: ScreenState;
  readonly page: PageData;
  readonly act: Actions;
}

export type Scene = "connecting" | "door" | "class" | "ended" | "evicted" | "refused";

/** Which of the six screens is shown. A lost line keeps the class on the screen. */
export function scene(state: RoomState): Scene {
  if (state.room.ended_at !== null) return "ended";
  const { connection } = state;
  if (connection.is === "closed") {
    if (connection.code === 4410) return "ended";
    return connection.code === 4409 ? "evicted" : "refused";
  }
  if (connection.is === "door") return "door";
  if (state.seq !== null) return "class";
  return state.door === null ? "connecting" : "door";
}

export interface Counts {
  readonly present: number;
  readonly atTheDoor: number;
  readonly absent: number;
  readonly offline: number;
}

/** The four numbers of the top bar: every pupil of the register is in exactly one. */
export function counts(entries: readonly RegisterEntry[]): Counts {
  const among = (...statuses: string[]) => entries.filter((entry) => statuses.includes(entry.status)).length;
  return {
    present: among("present", "late"),
    atTheDoor: among("at_the_door"),
    absent: among("absent", "left"),
    offline: among("offline"),
  };
}

export function isTeacher(state: RoomState): boolean {
  return state.welcome?.you.role === "teacher";
}

export function me(state: RoomState): string {
  return state.welcome?.you.person ?? "";
}

/** The teachers' names, as pupils see them: « Mme Lefèvre ». */
export function teacherNames(state: RoomState): string {
  const names = [...state.members.values()].filter((member) => member.role === "teacher").map((member) => member.name);
  return names.length === 0 ? "Ton enseignant" : names.join(" et ");
}

export function teacherPresent(state: RoomState): boolean {
  return state.room.present.some((person) => state.members.get(person)?.role === "teacher");
}

/** Pupils connected now. */
export function pupilsPresent(state: RoomState): number {
  return state.room.present.filter((person) => state.members.get(person)?.role === "pupil").length;
}

/** Own place among the raised hands, from 1; 0 when the hand is down. */
export function ownPlace(state: RoomState): number {
  return state.room.hands.findIndex((hand) => hand.person === me(state)) + 1;
}

/** Those whose voice is on, this client's own left out. */
export function heard(state: RoomState): readonly string[] {
  return state.room.voices.filter((person) => person !== me(state)).map((person) => nameOf(state, person));
}

/** A command of this kind is on its way. */
export function underway(state: RoomState, op: Op): boolean {
  return state.outbox.some((sent) => sent.command.op === op && sent.refusal === null);
}

export function canSpeak(state: RoomState): boolean {
  const { floor } = state.room;
  return isTeacher(state) || (floor?.person === me(state) && floor.voice);
}

/** Why writing or raising a hand is closed to this person now, or null. */
export function closedBecause(state: RoomState, what: Exclude<Lock, "entry">): string | null {
  if (isTeacher(state)) return null;
  if (state.room.frozen === "teacher_away") return "En pause jusqu’au retour de l’enseignant.";
  if (state.room.frozen !== null) return "La classe est en pause.";
  if (!state.room.locks[what]) return null;
  return what === "chat" ? "La discussion est fermée pour le moment." : "Les mains sont fermées pour le moment.";
}

export function weakLine(state: RoomState): boolean {
  return state.rttMs !== null && state.rttMs > WEAK_RTT_MS;
}
