import assert from "node:assert/strict";
import { test } from "node:test";
import { isNewer, looksKept, nextLookMs } from "./watching";

const DRAWN = "2026-11-24T08:35:00.125+01:00";
const now = { opensAt: "2026-11-24T08:20:00+01:00", endsAt: "2026-11-24T09:30:00+01:00" };
const later = { opensAt: "2026-11-24T10:20:00+01:00", endsAt: "2026-11-24T11:30:00+01:00" };
const MINUTE_MS = 60_000;

test("while a class is awaited the day is looked at every 20 to 30 s", () => {
  assert.equal(nextLookMs([now, later], DRAWN, 0, 0, 0), 20_000);
  assert.equal(nextLookMs([now, later], DRAWN, 0, 0, 1), 30_000);
});

test("a class of later is looked for from the moment when it may open", () => {
  assert.equal(nextLookMs([later], DRAWN, 0, 0, 0), 105 * MINUTE_MS - 125);
  assert.equal(nextLookMs([later], DRAWN, 104 * MINUTE_MS, 0, 0), MINUTE_MS - 125);
  assert.equal(nextLookMs([later], DRAWN, 110 * MINUTE_MS, 0, 0), 20_000);
});

test("after the end of the lesson, and without one, nobody looks any more", () => {
  assert.equal(nextLookMs([now], DRAWN, 55 * MINUTE_MS, 0, 0), null);
  assert.equal(nextLookMs([], DRAWN, 0, 0, 0), null);
});

test("errors make the pauses longer, up to five minutes", () => {
  assert.equal(nextLookMs([now], DRAWN, 0, 1, 0), 40_000);
  assert.equal(nextLookMs([now], DRAWN, 0, 40, 0), 300_000);
});

test("a page from yesterday is asked about, one from just now is not", () => {
  const drawn = Date.parse(DRAWN);
  assert.equal(looksKept(DRAWN, drawn + 2_000), false);
  assert.equal(looksKept(DRAWN, drawn + 24 * 60 * MINUTE_MS), true);
  assert.equal(looksKept(DRAWN, drawn - 60 * MINUTE_MS), true, "the clock of the device is late");
});

test("the same page again is the kept one", () => {
  assert.equal(isNewer(DRAWN, DRAWN), false);
  assert.equal(isNewer("2026-11-24T07:35:20.125Z", DRAWN), true);
});
