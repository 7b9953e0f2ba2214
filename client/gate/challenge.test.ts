import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { solved } from "./challenge";

const vectors = JSON.parse(readFileSync("../docs/protocol/vectors/tokens.json", "utf8"));

for (const { note, salt, challenge, signature, number } of vectors.puzzles) {
  test(`the browser solves the published puzzle: ${note}`, async () => {
    assert.equal(await solved(`${salt}.${challenge.slice(0, 16)}.${signature}`), `${salt}.${number}.${signature}`);
  });
}

test("a puzzle without a number in the range ends without a solution", async () => {
  assert.equal(await solved(`salt&.${"0".repeat(64)}.x`), "");
});
