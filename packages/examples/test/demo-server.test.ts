import { expect, it } from "vitest";
import { runProgram } from "./run-program.ts";

it("the demo on a server ends by itself, and all that has to hold holds", async () => {
  const { code, stdout } = await runProgram("src/demo-server.ts");
  expect(stdout).toMatch(/call {2}Payments\/charge +done +from the journal/);
  expect(stdout).toMatch(/run {3}"pack the parcel" +cut off +done again/);
  expect(stdout).toMatch(/the courier was reminded \d+ ms after packing/);
  expect(stdout).toMatch(/and charged 20 times/);
  expect(stdout).not.toContain("FAIL");
  expect(stdout).toMatch(/^All 11 checks hold\.$/m);
  expect(code).toBe(0);
});
