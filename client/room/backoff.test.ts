import assert from "node:assert/strict";
import { test } from "node:test";
import { FIRST_CEILING_MS, LAST_CEILING_MS, retryDelayMs } from "./backoff";

test("the ceiling doubles from 200 ms and stops at 5 s", () => {
  const ceilings = [0, 1, 2, 3, 4, 5, 6, 1000].map((attempt) => retryDelayMs(attempt, 1));
  assert.deepEqual(ceilings, [200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
});

test("the whole delay is random, so that a class does not come back in step", () => {
  assert.equal(retryDelayMs(0, 0), 0);
  assert.equal(retryDelayMs(0, 0.5), FIRST_CEILING_MS / 2);
  assert.equal(retryDelayMs(99, 0.5), LAST_CEILING_MS / 2);
});
