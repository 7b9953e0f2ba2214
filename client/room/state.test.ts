import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClassState, Command, DurableEvent, Op, ServerFrame, Welcome } from "./protocol";
import { EMPTY, EMPTY_ROOM, type LocalEvent, nameOf, OUTBOX_LIMIT, type RoomState, reduce, unanswered } from "./state";
import { closedBecause, counts, ownPlace, scene, weakLine } from "./view";

const TEACHER = "f".repeat(32);
const INES = "1".repeat(32);
const NOAH = "2".repeat(32);
const AT = 1_795_000_000_000;

const MEMBERS = [
  { person: TEACHER, role: "teacher", name: "Mme Lefèvre" },
  { person: INES, role: "pupil", name: "Inès M." },
  { person: NOAH, role: "pupil", name: "Noah B." },
] as const;

function welcome(person: string, from: number | null): { welcome: Welcome } {
  const role = person === TEACHER ? "teacher" : "pupil";
  return {
    welcome: {
      session: "a".repeat(32),
      epoch: 3,
      you: { person, role, name: "", can: [] },
      title: "Mathématiques : les fractions",
      class_group: "CM2 B",
      starts_at_s: AT / 1000,
      ends_at_s: AT / 1000 + 3600,
      at_ms: AT + 500,
      from,
      members: MEMBERS,
    },
  };
}

function play(state: RoomState, ...messages: (ServerFrame | LocalEvent)[]): RoomState {
  return messages.reduce((held, message) => reduce(held, message, AT), state);
}

/** In class with a fresh snapshot at `seq` 10. */
function inClass(person: string, room: Partial<ClassState> = {}): RoomState {
  const snapshot = { ...EMPTY_ROOM, opened_at: AT, present: [TEACHER, INES, NOAH], ...room };
  return play(EMPTY, welcome(person, null), { snapshot, seq: 10 });
}

type Told = { [E in DurableEvent as E["t"]]: E["d"] };
function event<T extends keyof Told>(seq: number, t: T, d: Told[T], by = TEACHER): DurableEvent {
  return { seq, t, by, at: AT + seq, d } as unknown as DurableEvent;
}

function command(op: Op, id: string, d: Command["d"] = {}): LocalEvent {
  return { local: "command", command: { op, id, d } };
}

/** A morning as the server's log tells it; the numbers go on from the snapshot. */
const LOG: readonly DurableEvent[] = [
  event(11, "hand.up", { person: NOAH }, NOAH),
  event(12, "hand.up", { person: INES }, INES),
  event(13, "chat.msg", { text: "c’est 3 carreaux sur 4 ?" }, INES),
  event(14, "floor.give", { person: NOAH, voice: true }),
  event(15, "voice.start", { person: NOAH }, NOAH),
  event(16, "chat.hide", { seq: 13 }),
  event(17, "lock.set", { what: "chat", locked: true }),
  event(18, "seat.absent", { person: INES, last_at: AT }, "server"),
  event(19, "voice.stop", { person: NOAH }, "server"),
  event(20, "floor.take", { person: NOAH }),
  event(21, "frozen", { on: true, reason: "teacher" }),
];

test("a recorded log leads to the state the server has", () => {
  const { room, seq } = play(inClass(INES), ...LOG);
  assert.equal(seq, 21);
  assert.deepEqual(room.present, [TEACHER, NOAH]);
  assert.deepEqual(
    room.hands.map((hand) => hand.person),
    [INES],
    "a raised hand outlives a lost connection",
  );
  assert.deepEqual(room.chat, [{ seq: 13, by: INES, at: AT + 13, text: "", hidden: true }]);
  assert.deepEqual(room.given, { [NOAH]: 1 });
  assert.deepEqual([room.floor, room.voices, room.frozen], [null, [], "teacher"]);
  assert.deepEqual(room.locks, { chat: true, hands: false, entry: false });
});

test("a log in one batch, in single frames or played twice leads to the same state", () => {
  const single = play(inClass(INES), ...LOG);
  const batch = play(inClass(INES), { b: LOG });
  const twice = play(inClass(INES), ...LOG, ...LOG);
  assert.deepEqual(batch.room, single.room);
  assert.deepEqual(twice.room, single.room);
});

test("the teacher goes on reading a hidden message", () => {
  const { room } = play(inClass(TEACHER), ...LOG);
  assert.equal(room.chat[0]?.text, "c’est 3 carreaux sur 4 ?");
  assert.equal(room.chat[0]?.hidden, true);
});

test("a missing event is noticed and nothing after it is applied", () => {
  const state = play(inClass(INES), event(12, "hand.up", { person: INES }, INES));
  assert.equal(state.gap, true);
  assert.equal(state.seq, 10);
  assert.equal(ownPlace(state), 0);
  const healed = play(state, { snapshot: { ...EMPTY_ROOM, hands: [{ person: INES, at: AT }] }, seq: 12 });
  assert.equal(healed.gap, false);
  assert.equal(ownPlace(healed), 1);
});

test("after a cut the class stays on the screen and goes on where it was", () => {
  const cut = play(inClass(INES), { local: "lost", attempt: 1 });
  assert.equal(scene(cut), "class");
  const back = play(cut, welcome(INES, 11), { b: LOG.slice(0, 3) });
  assert.equal(back.connection.is, "live");
  assert.equal(ownPlace(back), 2);
});

test("a welcome that does not go on where we are is a gap", () => {
  assert.equal(play(inClass(INES), welcome(INES, 14)).gap, true);
});

test("a command is kept until the log shows its effect, whichever of event and answer comes first", () => {
  const sent = play(inClass(INES), command("hand.up", "a"));
  assert.equal(ownPlace(sent), 0, "nothing is shown as done before the server says so");
  const answered = play(sent, { re: "a", seq: 11 });
  assert.equal(answered.outbox.length, 1);
  assert.deepEqual(unanswered(answered), []);
  assert.equal(play(answered, event(11, "hand.up", { person: INES }, INES)).outbox.length, 0);
  const shown = play(sent, event(11, "hand.up", { person: INES }, INES), { re: "a", seq: 11 });
  assert.equal(shown.outbox.length, 0);
});

test("what was not answered is sent again with the same ids and in the same order", () => {
  const sent = play(inClass(INES), command("chat.send", "a", { text: "un" }), command("hand.up", "b"));
  const back = play(sent, { local: "lost", attempt: 1 }, welcome(INES, 11));
  assert.deepEqual(
    unanswered(back).map(({ id, op }) => [id, op]),
    [
      ["a", "chat.send"],
      ["b", "hand.up"],
    ],
  );
});

test("a refused message stays to be sent again; any other refusal is told once", () => {
  const refusal = { code: "rate_limited", message: "Pas si vite.", retry_ms: 2000 };
  const chat = play(inClass(INES), command("chat.send", "a", { text: "vite" }), { re: "a", err: refusal });
  assert.equal(chat.outbox[0]?.refusal, "Pas si vite.");
  assert.deepEqual(unanswered(chat), []);
  assert.equal(
    unanswered(play(chat, chat.outbox[0] ? { local: "command", command: chat.outbox[0].command } : refuse())).length,
    1,
  );
  const hand = play(inClass(INES), command("hand.up", "b"), { re: "b", err: refusal });
  assert.deepEqual([hand.outbox.length, hand.notices[0]?.text], [0, "Pas si vite."]);
  assert.equal(play(hand, { local: "dismiss", id: hand.notices[0]?.id ?? 0 }).notices.length, 0);
});

test("the outbox is bounded and says so", () => {
  const many = Array.from({ length: OUTBOX_LIMIT + 1 }, (_, i) => command("chat.send", `id${i}`, { text: "x" }));
  const full = play(inClass(INES), ...many);
  assert.equal(full.outbox.length, OUTBOX_LIMIT);
  assert.equal(full.notices.length, 1);
});

test("the door, the end, another device and a refusal each have their screen", () => {
  const wait = { reason: "not_open", starts_at_s: 1, title: "Fractions", class_group: "CM2 B" } as const;
  assert.equal(scene(EMPTY), "connecting");
  const door = play(EMPTY, { e: "waiting_door", d: wait });
  assert.equal(scene(door), "door");
  assert.equal(scene(play(door, { local: "lost", attempt: 1 })), "door", "a cut at the door keeps the door");
  assert.equal(scene(inClass(INES)), "class");
  assert.equal(scene(play(inClass(INES), event(11, "session.end", {}))), "ended");
  assert.equal(scene(play(EMPTY, { local: "closed", code: 4410, reason: "class_ended" })), "ended");
  assert.equal(scene(play(inClass(INES), { local: "closed", code: 4409, reason: "seat_taken" })), "evicted");
  assert.equal(scene(play(EMPTY, { local: "closed", code: 4403, reason: "not_on_roster" })), "refused");
});

test("only the teacher is told of a second device", () => {
  const evicted = event(11, "seat.evicted", { person: NOAH }, "server");
  assert.match(play(inClass(TEACHER), evicted).notices[0]?.text ?? "", /Noah B\./);
  assert.equal(play(inClass(INES), event(11, "seat.evicted", {}, "server")).notices.length, 0);
});

test("locks and the pause close pupils’ chat and hands with a reason, never the teacher’s", () => {
  const locked = play(inClass(INES), event(11, "lock.set", { what: "hands", locked: true }));
  assert.match(closedBecause(locked, "hands") ?? "", /Les mains sont fermées/);
  assert.equal(closedBecause(locked, "chat"), null);
  const frozen = play(inClass(INES), event(11, "frozen", { on: true, reason: "teacher_away" }));
  assert.match(closedBecause(frozen, "chat") ?? "", /retour/);
  assert.equal(closedBecause(play(inClass(TEACHER), LOG[10] as DurableEvent), "chat"), null);
});

test("one slow answer is not a slow line, two are, and a new connection is measured anew", () => {
  const once = play(inClass(INES), { local: "line", rttMs: 2000 });
  assert.equal(weakLine(once), false);
  const twice = play(once, { local: "line", rttMs: 1500 });
  assert.equal(weakLine(twice), true);
  assert.equal(weakLine(play(twice, { local: "line", rttMs: 90 })), false);
  assert.equal(weakLine(play(twice, { local: "lost", attempt: 1 }, { local: "line", rttMs: 2000 })), false);
});

test("every pupil of the register is counted once", () => {
  const statuses = ["present", "late", "at_the_door", "absent", "left", "offline", "present"] as const;
  const entries = statuses.map((status, i) => ({
    person: String(i),
    status,
    first_seen_at_s: null,
    last_seen_at_s: null,
    present_s: 0,
  }));
  const here = counts(entries);
  assert.deepEqual(here, { present: 3, atTheDoor: 1, absent: 2, offline: 1 });
  assert.equal(
    Object.values(here).reduce((sum, n) => sum + n),
    entries.length,
  );
});

test("a report is said to be noted when the journal has it, once, and not before", () => {
  const asked = play(inClass(INES), ...LOG.slice(0, 3), command("report.file", "r1", { about: 13, words: "" }));
  assert.deepEqual([asked.reported, asked.notices], [[], []]);
  const noted = play(asked, { re: "r1", seq: 14 }, { re: "r1", seq: 14 });
  assert.deepEqual(noted.reported, [13]);
  assert.deepEqual(
    noted.notices.map(({ text }) => text),
    ["Le message est signalé\u00a0: c’est noté dans le journal de la classe."],
  );
  const refused = play(asked, { re: "r1", err: { code: "ended", message: "La classe est terminée." } });
  assert.deepEqual([refused.reported, refused.notices[0]?.kind], [[], "error"]);
});

test("the teacher is told of a report until the notice is closed; pupils are not", () => {
  const said = event(11, "chat.msg", { text: "t’es nulle" }, NOAH);
  const told = play(inClass(TEACHER), said, event(12, "report.filed", { about: 11, words: "" }, INES));
  assert.deepEqual(
    told.notices.map(({ kind, text }) => [kind, text]),
    [["error", "Inès M. signale un message de Noah B.\u00a0: « t’es nulle »"]],
  );
  const own = play(inClass(TEACHER), said, event(12, "report.filed", { about: 11, words: "" }, TEACHER));
  assert.deepEqual(own.notices, []);
  assert.deepEqual(play(inClass(INES), said, event(12, "report.filed", {}, NOAH)).notices, []);
});

test("what this version does not know is ignored", () => {
  const before = inClass(INES);
  const strange = [{ e: "confetti", d: {} }, { surprise: 1 }] as unknown as ServerFrame[];
  assert.deepEqual(play(before, ...strange), before);
  const kind = play(before, { seq: 11, t: "poll.open", by: TEACHER, at: AT, d: {} } as unknown as ServerFrame);
  assert.deepEqual([kind.seq, kind.room], [11, before.room], "an unknown event still has its number");
});

test("somebody new brings their name; somebody gone has none", () => {
  const state = play(inClass(INES), event(11, "seat.present", { person: "3".repeat(32), name: "Tom R." }, "server"));
  assert.equal(nameOf(state, "3".repeat(32)), "Tom R.");
  assert.equal(nameOf(state, "4".repeat(32)), "Quelqu’un");
});

function refuse(): never {
  throw new Error("the refused message is gone");
}
