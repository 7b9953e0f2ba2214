// The words of docs/protocol/live.md as types. What a frame may hold beyond them is ignored.

export type Role = "teacher" | "pupil";
export type Lock = "chat" | "hands" | "entry";
export type Status = "present" | "late" | "left" | "at_the_door" | "offline" | "absent";
export type FrozenReason = "teacher" | "teacher_away";

export interface Member {
  readonly person: string;
  readonly role: Role;
  readonly name: string;
}
export interface ChatMessage {
  readonly seq: number;
  readonly by: string;
  readonly at: number;
  readonly text: string;
  readonly hidden: boolean;
}
export interface Floor {
  readonly person: string;
  readonly voice: boolean;
  readonly at: number;
}
export interface RegisterEntry {
  readonly person: string;
  readonly status: Status;
  readonly first_seen_at_s: number | null;
  readonly last_seen_at_s: number | null;
  readonly present_s: number;
}
export interface DoorWait {
  readonly reason: "not_open" | "entry_locked";
  readonly starts_at_s: number;
  readonly title: string;
  readonly class_group: string;
}

/** The state of the class at one `seq`: what a snapshot carries and what events change. */
export interface ClassState {
  readonly opened_at: number | null;
  readonly ended_at: number | null;
  readonly present: readonly string[];
  readonly chat: readonly ChatMessage[];
  readonly hands: readonly { readonly person: string; readonly at: number }[];
  readonly given: Readonly<Record<string, number>>;
  readonly floor: Floor | null;
  readonly locks: Readonly<Record<Lock, boolean>>;
  readonly frozen: FrozenReason | null;
  readonly voices: readonly string[];
}

export interface Welcome {
  readonly session: string;
  readonly epoch: number;
  readonly you: {
    readonly person: string;
    readonly role: Role;
    readonly name: string;
    readonly can: readonly string[];
  };
  readonly title: string;
  readonly class_group: string;
  readonly starts_at_s: number;
  readonly ends_at_s: number;
  readonly at_ms: number;
  readonly from: number | null;
  readonly members: readonly Member[];
}

interface Durable<T extends string, D> {
  readonly seq: number;
  readonly t: T;
  readonly by: string;
  readonly at: number;
  readonly d: D;
}
interface Person {
  readonly person: string;
}
export type DurableEvent =
  | Durable<"door.open", object>
  | Durable<"seat.present", Person & { readonly name: string }>
  | Durable<"seat.absent", Person & { readonly last_at: number }>
  | Durable<"seat.evicted", Partial<Person>>
  | Durable<"chat.msg", { readonly text: string }>
  | Durable<"chat.hide", { readonly seq: number }>
  | Durable<"hand.up" | "hand.down", Person>
  | Durable<"floor.give", Person & { readonly voice: boolean }>
  | Durable<"floor.take", Person>
  | Durable<"lock.set", { readonly what: Lock; readonly locked: boolean }>
  | Durable<"frozen", { readonly on: boolean; readonly reason: FrozenReason }>
  | Durable<"voice.start" | "voice.stop", Person>
  | Durable<"report.filed", { readonly about?: number | null; readonly words?: string }>
  | Durable<"session.end", object>;

export type Ephemeral =
  | { readonly e: "waiting_door"; readonly d: DoorWait }
  | { readonly e: "ping" | "pong"; readonly d: { readonly at_ms: number } }
  | { readonly e: "speakers"; readonly d: { readonly speakers: readonly { index: number; person: string }[] } }
  | { readonly e: "voice_refused"; readonly d: { readonly code: string } }
  | { readonly e: "members"; readonly d: { readonly members: readonly Member[] } }
  | { readonly e: "door"; readonly d: { readonly waiting: readonly string[] } }
  | { readonly e: "register"; readonly d: { readonly entries: readonly RegisterEntry[] } };

export interface RefusalBody {
  readonly code: string;
  readonly message?: string;
  readonly retry_ms?: number;
}
export interface Refused {
  readonly re: string;
  readonly err: RefusalBody;
}
export interface Accepted {
  readonly re: string;
  readonly seq: number;
}
export type SingleFrame =
  | { readonly welcome: Welcome }
  | { readonly snapshot: ClassState; readonly seq: number }
  | DurableEvent
  | Accepted
  | Refused
  | { readonly err: RefusalBody }
  | Ephemeral
  | { readonly bye: { readonly code: number; readonly reason: string; readonly message?: string } }
  | { readonly move: { readonly in_ms: number } };
export type ServerFrame = SingleFrame | { readonly b: readonly SingleFrame[] };

export type Op =
  | "chat.send"
  | "chat.hide"
  | "hand.up"
  | "hand.down"
  | "floor.give"
  | "floor.take"
  | "lock.set"
  | "freeze"
  | "unfreeze"
  | "voice.start"
  | "voice.stop"
  | "report.file"
  | "session.end";

export interface Command {
  readonly op: Op;
  /** UUID; repeated with the same id, the server does it once. */
  readonly id: string;
  readonly d: Readonly<Record<string, unknown>>;
}

/** Length limit of a message, in characters (the server's own). */
export const CHAT_CHARACTERS = 500;

/** What the client does after the server closed with this code. */
export type AfterClose = "retry" | "retry_later" | "new_seat" | "stop";

/** The table "Closing codes" of docs/protocol/live.md. */
export function afterClose(code: number): AfterClose {
  if (code === 4429) return "retry_later";
  if (code === 4401) return "new_seat";
  return [4400, 4403, 4404, 4409, 4410].includes(code) ? "stop" : "retry";
}
