import assert from "node:assert/strict";
import { test } from "node:test";
import { unsentWords } from "./leaving";

test("one answer and several are counted in French", () => {
  assert.equal(unsentWords(1), "1 réponse n’est pas encore envoyée.");
  assert.equal(unsentWords(3), "3 réponses ne sont pas encore envoyées.");
});
