/**
 * Type-checks the whole workspace, as many programs at a time as there are cores, and
 * reports all of them even when the first one fails.
 *
 * Projects whose options are the same are one program, as each program reads and checks
 * the SDK's sources anew. Not `tsc -b`: build mode wants every project to emit, and
 * checking sources against each other's emitted declarations would need a build before
 * every check.
 */
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { checkProjects } from "./check-projects.ts";

/** Together, they are every project of the workspace. The longest first. */
const PROGRAMS = [
  ["packages/sdk/tsconfig.json", "packages/engine/tsconfig.json", "packages/testing/tsconfig.json"],
  ["tsconfig.json", "packages/examples/tsconfig.json", "bench/tsconfig.json", "test/tsconfig.json"],
  ["packages/sdk/tsconfig.core.json"],
];

const OUTPUT_BYTES_MAX: number = 16 * 1024 * 1024;

const root = fileURLToPath(new URL("..", import.meta.url));
const failed: string[] = [];

/** In a process of its own: this script, with the projects as its arguments. */
function check(projects: readonly string[]): Promise<void> {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...projects];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root, maxBuffer: OUTPUT_BYTES_MAX }, (error, stdout, stderr) => {
      const verdict = error === null ? "ok  " : "FAIL";
      process.stdout.write(`${stdout}${stderr}${verdict} ${projects.join(", ")}\n`);
      if (error !== null) failed.push(...projects);
      resolve();
    });
  });
}

/** Takes programs from the one list until it is empty. */
async function work(programs: (readonly string[])[]): Promise<void> {
  for (let next = programs.shift(); next !== undefined; next = programs.shift()) await check(next);
}

async function checkAll(): Promise<void> {
  const waiting = [...PROGRAMS];
  await Promise.all(Array.from({ length: availableParallelism() }, () => work(waiting)));
  if (failed.length === 0) return;
  console.error(`\nTypes do not hold in ${failed.join(", ")}`);
  if (failed.includes("packages/sdk/tsconfig.core.json")) {
    console.error(
      "tsconfig.core.json is the portable core: it sees no Node types. A Node global or module there belongs in endpoint/node* or endpoint/lambda*.",
    );
  }
  process.exitCode = 1;
}

const projects = process.argv.slice(2);
if (projects.length === 0) {
  await checkAll();
} else {
  const found = checkProjects(projects, root);
  process.stdout.write(found);
  process.exitCode = found === "" ? 0 : 1;
}
