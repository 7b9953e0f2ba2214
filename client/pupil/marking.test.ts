import assert from "node:assert/strict";
import { test } from "node:test";
import vectors from "../../tests/school/work/marking_vectors.json";
import { type Item, mark, normalise, parseNumber } from "./marking";

for (const vector of vectors) {
  test(`shared vector: ${vector.name}`, () => {
    assert.deepEqual(mark(vector.item as unknown as Item, vector.response), vector.mark);
  });
}

test("a lone surrogate is no text", () => {
  const item: Item = { kind: "extended-text", key: "a", prompt: "", points: 1, explanation: "", expected_lines: 4 };
  assert.equal(mark(item, "\ud800"), null);
  assert.notEqual(mark(item, "😀"), null);
});

test("normalising is idempotent on what pupils type", () => {
  for (const text of ["  L’ÉTÉ. ", "cœur", "12 500", "e\u0301"])
    assert.equal(normalise(normalise(text)), normalise(text));
});

test("a number with a unit of several letters", () => {
  assert.equal(parseNumber("1,5 km", "km"), 1.5);
  assert.equal(parseNumber("km", "km"), null);
});
