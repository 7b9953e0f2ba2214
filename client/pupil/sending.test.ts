import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoredEvent } from "./device";
import { pauseMs } from "./outbox";
import { offlineWords } from "./packages";
import { firstBatch } from "./sending";

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
