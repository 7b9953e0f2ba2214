import assert from "node:assert/strict";
import { test } from "node:test";
import { uuid } from "./identity";

test("a command's id is a version 4 UUID without hyphens, and never the same twice", () => {
  const drawn = Array.from({ length: 50 }, uuid);
  for (const id of drawn) assert.match(id, /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  assert.equal(new Set(drawn).size, drawn.length);
});
