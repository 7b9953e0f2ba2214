import assert from "node:assert/strict";
import { test } from "node:test";
import type { Item, Mark } from "./marking";
import { wordsFor } from "./verdict";

const order = { kind: "order" } as Item;
const match = { kind: "match" } as Item;
const mark = (right: boolean | null, detail: boolean[]): Mark => ({
  points_hundredths: 0,
  points_possible: 1,
  right,
  detail,
});

test("what is right is said plainly, what is not is not yet", () => {
  assert.equal(wordsFor(order, mark(true, [true])).tone, "right");
  assert.match(wordsFor(order, mark(false, [false, false])).headline, /^Pas encore/);
});

test("a share is counted, one and several apart", () => {
  assert.equal(
    wordsFor(order, mark(false, [true, false, false])).headline,
    "Presque : 1\u00a0ligne est à sa place sur 3.",
  );
  assert.equal(
    wordsFor(match, mark(false, [true, true, false])).headline,
    "Presque : 2\u00a0paires sont justes sur 3.",
  );
});

test("free writing is read by a person", () => {
  assert.equal(wordsFor({ kind: "extended-text" } as Item, mark(null, [])).tone, "read");
});
