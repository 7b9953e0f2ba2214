// Bundles each *.test.ts and runs it with Node's own runner.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const outdir = mkdtempSync(join(tmpdir(), "preau-client-"));
const entryPoints = ["pupil", "room", "shared", "staff", "gate"].flatMap((folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => String(name).endsWith(".test.ts"))
    .map((name) => join(folder, String(name))),
);
await build({ bundle: true, platform: "node", format: "esm", outdir, entryPoints, outExtension: { ".js": ".mjs" } });
const run = spawnSync(process.execPath, ["--test", outdir], { stdio: "inherit" });
process.exit(run.status ?? 1);
