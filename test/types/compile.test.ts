import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("every *.test-d.ts compiles: what must be accepted is, what must be refused is too", () => {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const project = fileURLToPath(new URL("../tsconfig.json", import.meta.url));
  const { stdout } = spawnSync(process.execPath, [tsc, "--pretty", "false", "-p", project], {
    encoding: "utf8",
  });
  expect(stdout.split("\n").filter((line) => line !== "")).toEqual([]);
});
