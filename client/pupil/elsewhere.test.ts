import assert from "node:assert/strict";
import { test } from "node:test";
import type { SendState, StoredEvent } from "./device";
import { lacking, type OwnAnswer, ownAnswers } from "./elsewhere";

const found: OwnAnswer = {
  uuid: "00000000-0000-4000-8000-000000000001",
  item: "i",
  response: [1],
  answered_at: "2026-11-23T08:30:00Z",
};
const here = (client_at: string, state: SendState = "sent", more: Partial<StoredEvent> = {}): StoredEvent => ({
  uuid: "00000000-0000-4000-8000-000000000002",
  person: "abcdefghijk",
  edition: "e".repeat(64),
  lesson: "l",
  item: "i",
  kind: "answer",
  response: [0],
  client_at,
  state,
  ...more,
});

test("an answer of another device is taken over where there is none, or an older one", () => {
  assert.deepEqual(lacking([found], []), [found]);
  assert.deepEqual(lacking([found], [here("2026-11-23T08:29:59.000Z")]), [found]);
  assert.deepEqual(lacking([found], [here("2026-11-23T09:00:00.000Z", "sent", { item: "j" })]), [found]);
  assert.deepEqual(lacking([found], [here("2026-11-23T09:00:00.000Z", "sent", { kind: "lesson_opened" })]), [found]);
});

test("what is newer here stays, and so does what the school does not have", () => {
  assert.deepEqual(lacking([found], [here("2026-11-23T08:30:01.000Z")]), []);
  assert.deepEqual(lacking([found], [here("2026-11-23T08:00:00.000Z", "waiting")]), []);
  assert.deepEqual(lacking([found], [here("2026-11-23T08:00:00.000Z", "refused")]), []);
  assert.deepEqual(lacking([found], [here("2026-11-23T08:29:00.000Z", "sent", { uuid: found.uuid })]), []);
});

test("the answers of somebody else's session are not taken over", () => {
  const body = { v: 1, person: "abcdefghijk", answers: [found] };
  assert.deepEqual(ownAnswers(body, "abcdefghijk"), [found]);
  assert.deepEqual(ownAnswers(body, "zzzzzzzzzzz"), []);
  assert.deepEqual(ownAnswers({ ...body, v: 2 }, "abcdefghijk"), []);
  assert.deepEqual(ownAnswers({ ...body, answers: [{ item: "i" }] }, "abcdefghijk"), []);
  assert.deepEqual(ownAnswers(null, "abcdefghijk"), []);
});
