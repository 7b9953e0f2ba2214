import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoredEvent } from "./device";
import { pauseMs } from "./outbox";
import { offlineWords } from "./packages";
import { firstBatch, type Outcome, sendAll } from "./sending";

const event = (response: unknown, at: number): StoredEvent => ({
  uuid: `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`,
  person: "abcdefghijk",
  edition: "e".repeat(64),
  lesson: "l",
  item: "i",
  kind: "answer",
  response,
  client_at: "2026-11-23T08:30:00.000Z",
  state: "waiting",
});

test("a request carries at most 100 events, oldest first, without what only the device needs", () => {
  const batch = firstBatch(Array.from({ length: 250 }, (_, at) => event("x", at)));
  assert.equal(batch.length, 100);
  assert.ok(!("state" in (batch[0] ?? {})));
});

test("long texts make smaller requests, and one too long still goes alone", () => {
  assert.equal(firstBatch(Array.from({ length: 20 }, (_, at) => event("x".repeat(20_000), at))).length, 3);
  assert.equal(firstBatch([event("x".repeat(100_000), 1), event("x", 2)]).length, 1);
});

test("pauses grow from 1 s to a minute at most and are spread", () => {
  assert.equal(pauseMs(0, 0), 1_000);
  assert.equal(pauseMs(0, 1), 2_000);
  assert.equal(pauseMs(40, 1), 60_000);
  assert.equal(pauseMs(40, 0), 30_000);
});

test("the device says how much of the week it has, and no more", () => {
  assert.equal(offlineWords(0, 0), "");
  assert.match(offlineWords(5, 5), /Toute ta semaine/);
  assert.match(offlineWords(2, 5), /^2 séances sur 5/);
  assert.match(offlineWords(0, 5), /pas encore/);
});

/** A device with `events`, and a school that answers each request with `answers`. */
function deviceAndSchool(events: StoredEvent[], answers: (uuids: string[]) => Response | null) {
  const requests: number[] = [];
  const kept = new Map(events.map((one) => [one.uuid, { ...one }]));
  const around = {
    waiting: async () => [...kept.values()].filter((one) => one.state === "waiting"),
    post: async (batch: { uuid: string }[]) => {
      requests.push(batch.length);
      assert.ok(requests.length < 1_000, "it asks for ever");
      const answer = answers(batch.map((one) => one.uuid));
      if (!answer) throw new TypeError("Failed to fetch");
      return answer;
    },
    settle: async (uuid: string, state: StoredEvent["state"], code?: string) => {
      Object.assign(kept.get(uuid) ?? {}, { state, code });
    },
  };
  const states = () => [...kept.values()].map((one) => one.code ?? one.state);
  return { requests, states, send: (): Promise<Outcome> => sendAll(around) };
}

const accepted = (uuids: string[]) => Response.json({ accepted: uuids, refused: [] });
const refusal = (status: number, code: string) => Response.json({ error: { code, message: "…" } }, { status });
const journal = (count: number) => Array.from({ length: count }, (_, at) => event("x", at));
const uuidOf = (at: number) => event("x", at).uuid;

for (const [status, code] of [
  [400, "json_invalid"],
  [413, "body_too_large"],
] as const) {
  test(`one event that the school cannot read (${status}) is found, refused and kept; all the others arrive`, async () => {
    const bad = uuidOf(61);
    const house = deviceAndSchool(journal(150), (uuids) =>
      uuids.includes(bad) ? refusal(status, code) : accepted(uuids),
    );
    assert.equal(await house.send(), "sent");
    assert.deepEqual(
      house.states(),
      Array.from({ length: 150 }, (_, at) => (at === 61 ? code : "sent")),
    );
    assert.ok(house.requests.length <= 16, `${house.requests.length} requests`);
    const before = house.requests.length;
    assert.equal(await house.send(), "sent");
    assert.equal(house.requests.length, before, "a refused event is not sent again");
  });
}

test("a proxy that refuses a request does not end an event, and what comes after it still arrives", async () => {
  const bad = uuidOf(0);
  const proxy = (uuids: string[]) =>
    uuids.includes(bad) ? new Response("<h1>Request Entity Too Large</h1>", { status: 413 }) : accepted(uuids);
  const house = deviceAndSchool(journal(3), proxy);
  assert.equal(await house.send(), "unready");
  assert.deepEqual(house.states(), ["waiting", "sent", "sent"]);
});

test("the connection may break between two halves: what is known is kept, the rest waits", async () => {
  const house = deviceAndSchool(journal(4), (uuids) => {
    if (uuids.length === 4) return refusal(400, "json_invalid");
    return uuids.includes(uuidOf(0)) ? accepted(uuids) : null;
  });
  assert.equal(await house.send(), "later");
  assert.deepEqual(house.states(), ["sent", "sent", "waiting", "waiting"]);
});

test("only silence is the internet's fault: a school that answers and does not take it is said as such", async () => {
  const gate = () => new Response("", { status: 503, headers: { "Preau-Gate": "waiting" } });
  for (const [answer, outcome] of [
    [() => null, "later"],
    [() => new Response("", { status: 502 }), "later"],
    [() => refusal(503, "package_unavailable"), "unready"],
    [() => refusal(403, "cross_site"), "unready"],
    [() => refusal(415, "content_type"), "unready"],
    [() => new Response("", { status: 429 }), "unready"],
    [gate, "unready"],
    [() => Response.json({ kept: {} }, { status: 202, headers: { "Preau-Gate": "kept" } }), "unready"],
    [() => Response.json({}), "unready"],
    [() => refusal(401, "sign_in_required"), "signed_out"],
  ] as [() => Response | null, Outcome][]) {
    const house = deviceAndSchool(journal(2), answer);
    assert.equal(await house.send(), outcome);
    assert.equal(house.requests.length, 1);
    assert.deepEqual(house.states(), ["waiting", "waiting"]);
  }
});
