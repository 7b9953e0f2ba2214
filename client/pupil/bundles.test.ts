import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { answerOf, isWhole, partsOf } from "./bundles";

const edition = "e".repeat(64);
const address = `/colis/editions/${edition}/semaine-1.lot.json`;
const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const part = (path: string, text: string) => ({ path, sha256: hash(text), text });

test("each part has its own address", () => {
  const drawing = "<svg/>";
  const bundle = { v: 1, parts: [part("un.html", "é"), part(`../../fichiers/${hash(drawing)}.svg`, drawing)] };
  assert.deepEqual(
    partsOf(bundle, address).map(({ path }) => path),
    [`/colis/editions/${edition}/un.html`, `/colis/fichiers/${hash(drawing)}.svg`],
  );
});

test("a part can take no other place", () => {
  for (const path of [
    "../../../journee/",
    "/static/pupil.js",
    `../${"a".repeat(64)}/un.html`,
    "https://example.org/un.html",
    "un.json",
    "manifest.json",
    `../../fichiers/${"a".repeat(64)}.svg`, // not the content that this name promises
    `../../fichiers/${hash("x")}.png`,
    "sous/un.html",
  ])
    assert.deepEqual(partsOf({ v: 1, parts: [part(path, "x")] }, address), [], path);
});

test("a bundle that is not understood has no parts", () => {
  const parts = [part("un.html", "x")];
  for (const bundle of [null, 3, "x", [], {}, { v: 2, parts }, { v: 1, parts: "x" }, { v: 1, parts: [null, 1, {}] }])
    assert.deepEqual(partsOf(bundle, address), []);
  assert.deepEqual(partsOf({ v: 1, parts }, "/ailleurs/semaine-1.lot.json"), []);
});

test("a damaged part is noticed", async () => {
  const good = part("un.html", "Où est l’été ?");
  assert.equal(await isWhole(good), true);
  assert.equal(await isWhole({ ...good, text: "Où est l’ete ?" }), false);
  assert.equal(await isWhole({ ...good, sha256: "" }), false);
});

test("a kept page is as guarded as a fresh one", async () => {
  const carrier = new Headers({
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Content-Type": "application/json",
    "Content-Encoding": "gzip",
    "Set-Cookie": "a=b",
  });
  const answer = answerOf({ path: "/colis/editions/e/un.html", sha256: "", text: "<p>é" }, carrier);
  assert.equal(answer.status, 200);
  assert.deepEqual(Object.fromEntries(answer.headers), {
    "content-security-policy": "default-src 'none'",
    "content-type": "text/html; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
  assert.equal(await answer.text(), "<p>é");
  const drawing = answerOf({ path: "/colis/fichiers/a.svg", sha256: "", text: "<svg/>" }, carrier);
  assert.equal(drawing.headers.get("content-type"), "image/svg+xml");
});
