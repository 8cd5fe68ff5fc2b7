/**
 * Type-checks the whole workspace, one project after another, and reports all of
 * them even when the first one fails.
 *
 * A plain `tsc` per project, not `tsc -b`: build mode wants every project to emit,
 * and checking sources against each other's emitted declarations would need a build
 * before every check.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const PROJECTS = [
  "packages/sdk/tsconfig.core.json",
  "packages/sdk/tsconfig.json",
  "packages/engine/tsconfig.json",
  "packages/examples/tsconfig.json",
  "test/tsconfig.json",
  "tsconfig.json",
];

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

const hasSources = (project: string): boolean =>
  project === "tsconfig.json" ||
  readdirSync(`${root}/${project.slice(0, project.lastIndexOf("/"))}`, { recursive: true }).some(
    (file) => String(file).endsWith(".ts") && !String(file).includes("node_modules"),
  );

const failed: string[] = [];
for (const project of PROJECTS.filter(hasSources)) {
  const { status } = spawnSync(process.execPath, [tsc, "--noEmit", "--pretty", "false", "-p", project], {
    cwd: root,
    stdio: "inherit",
  });
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${project}`);
  if (status !== 0) failed.push(project);
}

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
