/**
 * Type-checks the whole workspace, as many projects at a time as there are cores, and
 * reports all of them even when the first one fails.
 *
 * A plain `tsc` per project, not `tsc -b`: build mode wants every project to emit,
 * and checking sources against each other's emitted declarations would need a build
 * before every check.
 */
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

/** The longest first. */
const PROJECTS = [
  "test/tsconfig.json",
  "packages/engine/tsconfig.json",
  "packages/testing/tsconfig.json",
  "packages/sdk/tsconfig.json",
  "packages/sdk/tsconfig.core.json",
  "packages/examples/tsconfig.json",
  "bench/tsconfig.json",
  "tsconfig.json",
];

const OUTPUT_BYTES_MAX: number = 16 * 1024 * 1024;

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

const hasSources = (project: string): boolean =>
  project === "tsconfig.json" ||
  readdirSync(`${root}/${project.slice(0, project.lastIndexOf("/"))}`, { recursive: true }).some(
    (file) => String(file).endsWith(".ts") && !String(file).includes("node_modules"),
  );

const failed: string[] = [];

function check(project: string): Promise<void> {
  const args = [tsc, "--noEmit", "--pretty", "false", "-p", project];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root, maxBuffer: OUTPUT_BYTES_MAX }, (error, stdout, stderr) => {
      process.stdout.write(`${stdout}${stderr}${error === null ? "ok  " : "FAIL"} ${project}\n`);
      if (error !== null) failed.push(project);
      resolve();
    });
  });
}

/** Takes projects from the one list until it is empty. */
async function work(projects: string[]): Promise<void> {
  for (let next = projects.shift(); next !== undefined; next = projects.shift()) await check(next);
}

const waiting = PROJECTS.filter(hasSources);
await Promise.all(Array.from({ length: availableParallelism() }, () => work(waiting)));

if (failed.length > 0) {
  console.error(
    `\nTypes do not hold in ${failed.length} of ${PROJECTS.length} projects: ${failed.join(", ")}`,
  );
  if (failed.includes("packages/sdk/tsconfig.core.json")) {
    console.error(
      "tsconfig.core.json is the portable core: it sees no Node types. A Node global or module there belongs in endpoint/node* or endpoint/lambda*.",
    );
  }
  process.exitCode = 1;
}
