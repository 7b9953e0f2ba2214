// Bundles each *.test.ts and runs it with Node's own runner.
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const outdir = mkdtempSync(join(tmpdir(), "preau-client-"));
const entryPoints = globSync("{pupil,room,staff,shared,gate}/**/*.test.ts");
await build({ bundle: true, platform: "node", format: "esm", outdir, entryPoints, outExtension: { ".js": ".mjs" } });
const run = spawnSync(process.execPath, ["--test", outdir], { stdio: "inherit" });
process.exit(run.status ?? 1);
