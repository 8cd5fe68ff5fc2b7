import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

export interface Cold {
  readonly importMs: number;
  readonly firstTestMs: number;
}

const run = promisify(execFile);
const fileAt = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What a new process pays before its second test, with all as plain JavaScript. */
export async function measureCold(times: number): Promise<readonly Cold[]> {
  const folder = await mkdtemp(join(tmpdir(), "perdure-bench-"));
  try {
    await build({
      entryPoints: { tests: fileAt("tests.ts") },
      outdir: folder,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node20",
      tsconfig: fileAt("../../tsconfig.json"),
    });
    const program = `
      const begun = performance.now();
      const { timeTest } = await import(${JSON.stringify(join(folder, "tests.mjs"))});
      const importMs = performance.now() - begun;
      console.log(JSON.stringify({ importMs, firstTestMs: await timeTest("engine") }));`;
    const found: Cold[] = [];
    for (let time = 0; time < times; time += 1) {
      const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program]);
      found.push(JSON.parse(stdout) as Cold);
    }
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
