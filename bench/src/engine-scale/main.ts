import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import type { Compacted } from "./phase-compact.ts";
import type { Filled } from "./phase-fill.ts";
import type { Reopened } from "./phase-reopen.ts";
import { toReport } from "./report.ts";

/**
 * How much the engine holds: fills a folder, opens it again in other processes, and
 * says what that took.
 *
 *     pnpm bench:scale --finished 1000000 --live 10000
 */
const { values } = parseArgs({
  options: {
    finished: { type: "string", default: "1000000" },
    live: { type: "string", default: "10000" },
    folder: { type: "string", default: join(tmpdir(), "perdure-scale-") },
    keep: { type: "boolean", default: false },
  },
});

const OUTPUT_BYTES_MAX: number = 16 * 1024 * 1024;
const run = promisify(execFile);

async function runPhase<T>(name: string, ...args: readonly string[]): Promise<T> {
  console.error(`${new Date().toISOString()} ${name}`);
  const file = fileURLToPath(new URL(`./phase-${name}.ts`, import.meta.url));
  const { stdout } = await run(process.execPath, ["--import", "tsx", file, ...args], {
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  return JSON.parse(stdout) as T;
}

const folder = await mkdtemp(values.folder);
try {
  const filled = await runPhase<Filled>("fill", folder, values.finished, values.live);
  const reopened = await runPhase<Reopened>("reopen", folder);
  const compacted = await runPhase<Compacted>("compact", folder);
  const again = await runPhase<Reopened>("reopen", folder);
  const [cpu] = cpus();
  const machine = `${availableParallelism()} cores (${cpu?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  console.log(toReport({ machine, filled, reopened, compacted, again }));
} finally {
  if (values.keep) console.error(`The folder is ${folder}.`);
  else await rm(folder, { recursive: true, force: true });
}
