import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { TEST } from "./dist.ts";

const jest = createRequire(import.meta.url).resolve("jest/bin/jest");
const JEST_CONFIG = JSON.stringify({
  rootDir: `${TEST}package-checks/runners`,
  testEnvironment: "node",
  transform: {},
  testMatch: ["**/jest-*.test.?js"],
  moduleFileExtensions: ["js", "mjs", "cjs"],
});

const runners: readonly (readonly [what: string, args: readonly string[], tests: RegExp])[] = [
  [
    "node:test",
    ["--test", "--test-reporter=tap", "package-checks/runners/node.test.mjs"],
    /# pass 2\n# fail 0/,
  ],
  [
    "jest, with ESM and with CommonJS",
    ["--experimental-vm-modules", "--no-warnings", jest, "--ci", `--config=${JEST_CONFIG}`],
    /Tests: +3 passed, 3 total/,
  ],
];

describe("the built testing kit", () => {
  it.each(runners)("works under %s", (_, args, tests) => {
    const ran = spawnSync(process.execPath, args, {
      cwd: TEST,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
    });
    expect(ran.stdout + ran.stderr).toMatch(tests);
    expect(ran.status).toBe(0);
  });
});
