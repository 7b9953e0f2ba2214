import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Link, SILENCE_MS } from "./link";

/** The browser's websocket as the link sees it; the tests play the server. */
class Socket {
  static readonly OPEN = 1;
  static all: Socket[] = [];
  static get last(): Socket {
    return Socket.all.at(-1) as Socket;
  }
  readyState = 0;
  bufferedAmount = 0;
  binaryType = "";
  sent: (string | Uint8Array)[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(readonly url: string) {
    Socket.all.push(this);
  }
  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }
  close(): void {
    this.closed = true;
  }
  opens(): void {
    this.readyState = Socket.OPEN;
    this.onopen?.();
  }
  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  ends(code: number, reason = ""): void {
    this.onclose?.({ code, reason });
  }
  get ops(): readonly Record<string, unknown>[] {
    return this.sent.map((text) => JSON.parse(String(text)));
  }
}

const WELCOME = { welcome: { from: 8 } };
let told: string[];
let held: number | null;
let seat: string | null;
let link: Link;
let page: () => Promise<{ ok: boolean; headers: Headers }>;
const answers = (ok: boolean, headers: Record<string, string> = {}) =>
  Promise.resolve({ ok, headers: new Headers(headers) });

/** The line was open and drops; then `times` attempts are closed before they open. */
async function findsClosedDoors(times: number): Promise<void> {
  Socket.last.ends(1006);
  for (let time = 0; time < times; time += 1) {
    mock.timers.tick(5_000);
    Socket.last.ends(1006);
    await new Promise(setImmediate);
  }
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  Object.assign(globalThis, { WebSocket: Socket });
  Socket.all = [];
  told = [];
  held = null;
  seat = null;
  page = () => answers(true);
  link = new Link("ws://here/ws", "s1.seat", "tab", {
    resumeFrom: () => held,
    frame: (frame) => told.push(Object.keys(frame)[0] as string),
    voice: (bytes) => told.push(`voice ${bytes.length}`),
    connecting: () => told.push("connecting"),
    lost: (attempt) => told.push(`lost ${attempt}`),
    closed: (code, reason) => told.push(`closed ${code} ${reason}`),
    newSeat: () => Promise.resolve(seat),
    measured: () => told.push("measured"),
    page: () => {
      told.push("page");
      return page();
    },
    waits: () => told.push("waits"),
  });
  link.open();
  Socket.last.opens();
});

test("the first frame is the hello, and after a cut it says where we are", () => {
  assert.deepEqual(Socket.last.ops[0], { v: 1, op: "hello", seat: "s1.seat", client: "tab" });
  held = 7;
  Socket.last.ends(1006);
  mock.timers.tick(5_000);
  Socket.last.opens();
  assert.equal(Socket.all.length, 2);
  assert.deepEqual((Socket.last.ops[0] as Record<string, unknown>).resume, { seq: 7 });
});

test("a heartbeat is answered at once, inside a batch too", () => {
  Socket.last.says({ b: [{ e: "ping", d: { at_ms: 1 } }] });
  assert.deepEqual(Socket.last.ops.at(-1), { op: "pong" });
});

test("a line that says nothing for 25 s is given up, though nobody closed it", () => {
  const first = Socket.last;
  first.says(WELCOME);
  mock.timers.tick(SILENCE_MS - 1);
  assert.equal(first.closed, false);
  mock.timers.tick(1);
  assert.equal(first.closed, true);
  assert.ok(told.includes("lost 1"));
});

test("a seat taken elsewhere, a refusal and the end are final", () => {
  Socket.last.ends(4409, "seat_taken");
  mock.timers.tick(60_000);
  link.nudge();
  assert.equal(Socket.all.length, 1);
  assert.equal(told.at(-1), "closed 4409 seat_taken");
});

test("the code told in a frame counts when a proxy loses that of the close", () => {
  Socket.last.says({ bye: { code: 4410, reason: "class_ended" } });
  Socket.last.ends(1006);
  assert.equal(told.at(-1), "closed 4410 class_ended");
});

test("a full server is asked again after five seconds, not before", () => {
  Socket.last.ends(4429, "room_full");
  mock.timers.tick(4_999);
  assert.equal(Socket.all.length, 1);
  mock.timers.tick(1);
  assert.equal(Socket.all.length, 2);
});

test("a server about to stop says when to come back", () => {
  Socket.last.says({ move: { in_ms: 900 } });
  Socket.last.ends(1012);
  mock.timers.tick(899);
  assert.equal(Socket.all.length, 1);
  mock.timers.tick(1);
  assert.equal(Socket.all.length, 2);
});

test("the network’s return is used at once", () => {
  Socket.last.ends(4429);
  link.nudge();
  assert.equal(Socket.all.length, 2);
  mock.timers.tick(10_000);
  assert.equal(Socket.all.length, 2, "the retry that was waiting has been cancelled");
});

test("an expired seat is renewed once by the school’s page, and shown when it gives none", async () => {
  seat = "s1.fresh";
  Socket.last.ends(4401, "token_expired");
  await Promise.resolve();
  Socket.last.opens();
  assert.equal(Socket.last.ops[0]?.seat, "s1.fresh");
  seat = null;
  Socket.last.ends(4401, "token_expired");
  await Promise.resolve();
  assert.equal(told.at(-1), "closed 4401 token_expired");
});

test("voice is sent while the line takes it and dropped when it piles up", () => {
  const packet = new Uint8Array(100);
  assert.equal(link.sendVoice(packet), true);
  Socket.last.bufferedAmount = 10_000;
  assert.equal(link.sendVoice(packet), false);
  assert.equal(Socket.last.sent.filter((sent) => sent === packet).length, 1);
});

test("a line that does not open twice asks the page, and with the renewed pass it is taken up at once", async () => {
  await findsClosedDoors(1);
  assert.equal(told.includes("page"), false);
  await findsClosedDoors(1);
  assert.equal(told.filter((word) => word === "page").length, 1);
  const opened = Socket.all.length;
  mock.timers.tick(0);
  assert.equal(Socket.last.closed, false);
  Socket.last.opens();
  assert.equal(Socket.all.length, opened);
  assert.equal(Socket.last.ops[0]?.op, "hello");
});

test("when the gate makes us wait, its waiting page is shown", async () => {
  page = () => answers(true, { "Preau-Gate": "waiting" });
  await findsClosedDoors(2);
  assert.equal(told.at(-1), "waits");
});

test("a school that rests is no reason to leave the class", async () => {
  page = () => answers(false, { "Preau-Gate": "waiting" });
  await findsClosedDoors(2);
  assert.equal(told.includes("waits"), false);
});

test("without a network the attempts go on, and the page is not asked each time", async () => {
  page = () => Promise.reject(new TypeError("offline"));
  await findsClosedDoors(11);
  assert.equal(Socket.all.length, 12);
  assert.equal(told.filter((word) => word === "page").length, 1);
  await findsClosedDoors(1);
  assert.equal(told.filter((word) => word === "page").length, 2);
});

test("a line that opens in the meantime is left alone", async () => {
  let resolve: (answer: { ok: boolean; headers: Headers }) => void = () => {};
  page = () => new Promise((done) => (resolve = done));
  await findsClosedDoors(2);
  mock.timers.tick(5_000);
  Socket.last.opens();
  const opened = Socket.all.length;
  resolve({ ok: true, headers: new Headers({ "Preau-Gate": "waiting" }) });
  await new Promise(setImmediate);
  assert.equal(Socket.all.length, opened);
  assert.equal(told.includes("waits"), false);
});
