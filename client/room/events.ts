// What each durable event does to the state of the class: the table of docs/protocol/live.md, line by line. Pure.
import type { ClassState, DurableEvent, Role } from "./protocol";

/** Messages kept, as in the server's snapshot. */
export const CHAT_KEPT = 200;

/** The class after one event. `role` of the reader: pupils forget the text of a hidden message. */
export function applyEvent(room: ClassState, event: DurableEvent, role: Role): ClassState {
  switch (event.t) {
    case "door.open":
      return { ...room, opened_at: event.at };
    case "seat.present":
      return { ...room, present: [...without(room.present, event.d.person), event.d.person] };
    case "seat.absent":
      return { ...room, present: without(room.present, event.d.person) };
    case "chat.msg": {
      const message = { seq: event.seq, by: event.by, at: event.at, text: event.d.text, hidden: false };
      return { ...room, chat: [...room.chat, message].slice(-CHAT_KEPT) };
    }
    case "chat.hide":
      return { ...room, chat: room.chat.map((line) => (line.seq === event.d.seq ? hidden(line, role) : line)) };
    case "lock.set":
      return { ...room, locks: { ...room.locks, [event.d.what]: event.d.locked } };
    case "frozen":
      return { ...room, frozen: event.d.on ? event.d.reason : null };
    case "session.end":
      return { ...room, ended_at: event.at };
    default:
      return applySpeech(room, event);
  }
}

/** Hands, floor and voices: who wants to speak, who may, who does. */
function applySpeech(room: ClassState, event: DurableEvent): ClassState {
  switch (event.t) {
    case "hand.up":
      return { ...lowered(room, event.d.person), hands: [...room.hands, { person: event.d.person, at: event.at }] };
    case "hand.down":
      return lowered(room, event.d.person);
    case "floor.give": {
      const { person, voice } = event.d;
      const given = { ...room.given, [person]: (room.given[person] ?? 0) + 1 };
      return { ...lowered(room, person), floor: { person, voice, at: event.at }, given };
    }
    case "floor.take":
      return { ...room, floor: null };
    case "voice.start":
      return { ...room, voices: [...without(room.voices, event.d.person), event.d.person] };
    case "voice.stop":
      return { ...room, voices: without(room.voices, event.d.person) };
    default:
      return room;
  }
}

function hidden(line: ClassState["chat"][number], role: Role): ClassState["chat"][number] {
  return { ...line, hidden: true, text: role === "teacher" ? line.text : "" };
}

function lowered(room: ClassState, person: string): ClassState {
  return { ...room, hands: room.hands.filter((hand) => hand.person !== person) };
}

function without(people: readonly string[], person: string): readonly string[] {
  return people.filter((other) => other !== person);
}
