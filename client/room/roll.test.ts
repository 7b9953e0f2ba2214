import assert from "node:assert/strict";
import { test } from "node:test";
import type { RegisterEntry, Status } from "./protocol";
import { sorted } from "./roll";

const NAMES: Readonly<Record<string, string>> = { a: "Zoé Morel", b: "Élise Petit", c: "Adam Durand", d: "Eloi Roux" };
const name = (person: string) => NAMES[person] ?? "";

function entry(person: string, status: Status, present_s: number): RegisterEntry {
  return { person, status, first_seen_at_s: null, last_seen_at_s: null, present_s };
}

const ENTRIES = [
  entry("a", "present", 90),
  entry("b", "at_the_door", 0),
  entry("c", "present", 600),
  entry("d", "absent", 0),
];

function order(column: "name" | "status" | "present_s"): string {
  return sorted(ENTRIES, column, name)
    .map(({ person }) => person)
    .join("");
}

test("by state, who is here comes first, and equals stand by name", () => {
  assert.equal(order("status"), "cabd");
});

test("by name, accents count as in French", () => {
  assert.equal(order("name"), "cbda");
});

test("by time, the shortest presence comes first", () => {
  assert.equal(order("present_s"), "bdac");
});

test("sorting leaves the register itself as it was", () => {
  order("name");
  assert.deepEqual(ENTRIES.map(({ person }) => person).join(""), "abcd");
});
