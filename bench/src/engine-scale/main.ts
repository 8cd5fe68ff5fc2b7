import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import type { Compacted } from "./phase-compact.ts";
import type { Filled } from "./phase-fill.ts";
import type { Reopened } from "./phase-reopen.ts";
import { type Measured, toReport } from "./report.ts";

/**
 * How much the engine holds: fills folders, opens them again in other processes, and
 * says what that took.
 *
 *     pnpm bench:scale --finished 1000,1000000 --live 10000
 *
 * With `--folder` the folders are kept there, and those that are there already are
 * not filled again.
 */
const { values } = parseArgs({
  options: {
    finished: { type: "string", default: "1000,10000,100000,1000000" },
    live: { type: "string", default: "10000" },
    folder: { type: "string" },
  },
});

const OUTPUT_BYTES_MAX: number = 16 * 1024 * 1024;
const run = promisify(execFile);

async function runPhase<T>(name: string, ...args: readonly string[]): Promise<T> {
  const file = fileURLToPath(new URL(`./phase-${name}.ts`, import.meta.url));
  const { stdout } = await run(process.execPath, ["--import", "tsx", file, ...args], {
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  console.error(`${new Date().toISOString()} ${name} ${args.join(" ")}: ${stdout.trim()}`);
  return JSON.parse(stdout) as T;
}

const sizes = values.finished.split(",");
const place = values.folder ?? (await mkdtemp(join(tmpdir(), "perdure-scale-")));
try {
  await mkdir(place, { recursive: true });
  const filled = new Map<string, Filled>();
  for (const size of sizes) {
    const folder = join(place, size);
    if (!existsSync(folder)) filled.set(size, await runPhase("fill", folder, size, values.live));
  }
  // One after the other, and close together, so that they can be compared.
  const measured: Measured[] = [];
  for (const size of sizes) {
    const folder = join(place, size);
    const opened = await runPhase<Reopened>("reopen", folder);
    const compacted = await runPhase<Compacted>("compact", folder);
    const again = await runPhase<Reopened>("reopen", folder);
    measured.push({ size, filled: filled.get(size), opened, compacted, again });
  }
  const [cpu] = cpus();
  console.log(
    `${availableParallelism()} cores (${cpu?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}\n`,
  );
  console.log(toReport(measured));
} finally {
  if (values.folder === undefined) await rm(place, { recursive: true, force: true });
}
