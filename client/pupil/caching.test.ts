import assert from "node:assert/strict";
import { test } from "node:test";
import { filesOf, offlinePage, outdated, PACKAGES, PAGES, storable, strategyFor } from "./caching";

const sha = "a".repeat(64);

test("each address has its strategy", () => {
  assert.equal(strategyFor(`/colis/editions/${sha}/le-son-ou.html`), "page_of_package");
  assert.equal(strategyFor(`/colis/editions/${sha}/manifest.json`), "package");
  assert.equal(strategyFor(`/colis/fichiers/${sha}.png`), "package");
  assert.equal(strategyFor(`/colis/editions/${sha}/semaine-1.lot.json`), "network");
  assert.equal(strategyFor("/static/site.css"), "shell");
  assert.equal(strategyFor("/journee/"), "page");
  assert.equal(strategyFor("/parcours/abc/"), "page");
  for (const path of ["/", "/attente/etat.json", "/travail/suivi", "/classe/1/", "/connexion/", "/sw.js", "/etat"])
    assert.equal(strategyFor(path), "network", path);
});

test("only what was asked for is kept", () => {
  const good = { status: 200, redirected: false, type: "basic", headers: new Headers() } as const;
  assert.equal(storable(good), true);
  assert.equal(storable({ ...good, headers: new Headers({ "Preau-Gate": "waiting" }) }), false);
  assert.equal(storable({ ...good, redirected: true }), false);
  assert.equal(storable({ ...good, type: "opaque" }), false);
  for (const status of [206, 304, 403, 404, 500, 503]) assert.equal(storable({ ...good, status }), false);
});

test("a new build removes old shells and keeps lessons, and leaves other caches alone", () => {
  const names = [PACKAGES, PAGES, "preau-shell-old", "preau-shell-new", "someone-else"];
  assert.deepEqual(outdated(names, "new"), ["preau-shell-old"]);
});

test("files of a page are found once each", () => {
  const html = `<img src="/colis/fichiers/${sha}.png"><a href="/colis/fichiers/${sha}.png"> <img src="/colis/fichiers/x.png">`;
  assert.deepEqual(filesOf(html), [`/colis/fichiers/${sha}.png`]);
});

test("titles cannot break the offline page", () => {
  const page = offlinePage([{ url: '"><script>', title: "<b>&", course: "'", minutes: 5 }]);
  assert.ok(!page.includes("<script>"));
  assert.ok(page.includes("&lt;b&gt;&amp;"));
});

test("the offline page without lessons says what to do", () => {
  assert.match(offlinePage([]), /Aucune séance/);
});
