import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);

it("the demo ends by itself, and all that has to hold holds", async () => {
  const tsx = createRequire(import.meta.url).resolve("tsx/cli");
  const demo = fileURLToPath(new URL("../src/demo.ts", import.meta.url));
  // Rejects, and shows what was printed, if the exit code is not 0.
  const { stdout } = await run(process.execPath, [tsx, demo], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    timeout: 55_000,
  });
  expect(stdout).toMatch(/call {2}Payments\/charge +done +from the journal/);
  expect(stdout).toMatch(/run {3}"pack the parcel" +cut off +done again/);
  expect(stdout).toMatch(/the courier was reminded \d+ ms after packing/);
  expect(stdout).toMatch(/and charged 20 times/);
  expect(stdout).not.toContain("FAIL");
  expect(stdout).toMatch(/^All 11 checks hold\.$/m);
});
