// Bundles the browser code into the Python package, so that users need no Node. Deterministic: `make check` rebuilds and compares.
// usage: node build.mjs [output root, default ../src/preau]

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { build } from "esbuild";

const root = process.argv[2] ?? "../src/preau";
const common = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

// Served under /static/ (and the worker at /sw.js).
await build({
  ...common,
  entryPoints: {
    pupil: "pupil/main.ts",
    site: "shared/site.css",
    lesson: "pupil/lesson.css",
    operations: "staff/operations.ts",
    operationsstyle: "staff/operations.css",
  },
  outdir: `${root}/project/static`,
});
// The worker carries the id of the shell it keeps: what was built just above.
const shell = createHash("sha256");
for (const file of ["pupil.js", "site.css", "lesson.css"])
  shell.update(await readFile(`${root}/project/static/${file}`));
await build({
  ...common,
  format: "iife",
  define: { PREAU_BUILD: JSON.stringify(shell.digest("hex").slice(0, 12)) },
  entryPoints: { sw: "pupil/sw.ts" },
  outdir: `${root}/project/static`,
});

// The live class. Its templates are indented for readers of the source: browsers need no indentation.
const unindented = {
  name: "unindented",
  setup: ({ onLoad }) =>
    onLoad({ filter: /client\/room\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/\n\s+/g, "\n"),
      loader: "ts",
    })),
};
await build({
  ...common,
  // Plain elements, no decorators: the language’s own private fields, whose names the minifier shortens.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: true } },
  // Pupils' devices are old: nested style rules are written out for them.
  target: ["chrome94", "firefox100", "safari15.4"],
  plugins: [unindented],
  entryPoints: { room: "room/main.ts", roomcapture: "room/voice/capture.ts", roomstyle: "room/room.css" },
  outdir: `${root}/project/static`,
});

// The waiting page is one response: its style and script are inlined by the gate. The solver of challenges stands apart:
// few pages offer one, and those that do not have no byte to spare.
await build({
  ...common,
  format: "iife",
  entryPoints: { waiting: "gate/waiting.ts", waitingstyle: "gate/waiting.css", challenge: "gate/working.ts" },
  outdir: `${root}/gate/page`,
});
