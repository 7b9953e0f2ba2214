import assert from "node:assert/strict";
import { test } from "node:test";
import { nextPauseMs } from "./pace";

test("an answered page keeps its pace", () => {
  assert.equal(nextPauseMs(2000, 0), 2000);
});

test("one that is not answered asks more and more seldom, and never stops asking", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 1000].map((failures) => nextPauseMs(2000, failures)),
    [4000, 8000, 16000, 30000, 30000, 30000],
  );
});
