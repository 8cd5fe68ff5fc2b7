import { describe, expect, it } from "vitest";
import { runProgram } from "./run-program.ts";

/** The README's first command, and that it fails when what it shows does not hold. */
describe("the demo", () => {
  it("ends by itself, and all that has to hold holds", async () => {
    const { code, stdout } = await runProgram("src/demo.ts");
    expect(stdout).toMatch(/call {2}Stock\/lamp\/reserve +done +from the journal +from the journal/);
    expect(stdout).toMatch(/call {2}Payments\/charge +killed here +done +from the journal/);
    expect(stdout).toMatch(/run {3}"pack the parcel" +done +from the journal/);
    expect(stdout).toMatch(/await "picked up" +killed here +done/);
    expect(stdout).toContain("bank asked 2x by 1 key, charged 1x, packed 1x");
    expect(stdout).not.toContain("FAIL");
    expect(stdout).toMatch(/^All 6 checks hold\.$/m);
    expect(code).toBe(0);
  });

  it.each([
    { broken: "a bank that forgets keys", file: "forgetful-bank", seen: "FAIL  the card was charged once" },
    {
      broken: "a ctx.run that acts in a replay",
      file: "eager-runs",
      seen: "FAIL  the parcel was packed once",
    },
  ])("fails with $broken", async ({ file, seen }) => {
    const { code, stdout } = await runProgram("src/demo.ts", [`packages/examples/test/fixtures/${file}.ts`]);
    expect(stdout).toContain(seen);
    expect(stdout).toMatch(/^2 of 6 checks FAILED\.$/m);
    expect(code).toBe(1);
  });
});
