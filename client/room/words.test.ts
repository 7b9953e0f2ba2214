import assert from "node:assert/strict";
import { test } from "node:test";
import { boardDate, clockTime, count, duration, place } from "./words";

test("French counts zero and one in the singular", () => {
  assert.equal(count(0, "absent", "absents"), "aucun absent");
  assert.equal(count(1, "absent", "absents"), "1\u00a0absent");
  assert.equal(count(22, "présent", "présents"), "22\u00a0présents");
});

test("places in the order fit girls and boys", () => {
  assert.deepEqual([1, 2, 12].map(place), ["en tête", "2e", "12e"]);
});

test("the date stands as on a blackboard", () => {
  assert.equal(boardDate(new Date(2026, 10, 23, 8, 5)), "Lundi 23 novembre");
  assert.equal(boardDate(new Date(2026, 8, 1)), "Mardi 1er septembre");
  assert.equal(clockTime(new Date(2026, 10, 23, 8, 5)), "8:05");
});

test("durations keep two digits of minutes above the hour", () => {
  assert.deepEqual([45, 60, 3599, 3900].map(duration), ["45\u00a0s", "1\u00a0min", "59\u00a0min", "1\u00a0h\u00a005"]);
});
