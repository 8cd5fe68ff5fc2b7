import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Each case is a process of its own: what is tested is whether it lives. */
const PROGRAM = fileURLToPath(new URL("./testing/rejections-program.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));

function run(
  scenario: string,
  nodeArgs: readonly string[] = [],
  guard = "process",
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...nodeArgs, "--import", "tsx", PROGRAM, scenario, guard],
      { cwd: ROOT },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

test.each(["process", "web"])(
  "%s: a delivered rejection of a branch that is not awaited yet does not end the process, nor is it warned about",
  async (guard) => {
    const { code, output } = await run("ours", [], guard);
    expect(output).toContain("alive");
    expect(output).not.toContain("Warning");
    expect(code).toBe(0);
  },
);

test("someone else's ends it as ever, with its own message", async () => {
  const { code, output } = await run("theirs");
  expect(output).toContain("Error: theirs");
  expect(output).not.toContain("alive");
  expect(code).toBe(1);
});

test("a reason that is no error does too", async () => {
  const { code, output } = await run("no-error");
  expect(output).toContain("ERR_UNHANDLED_REJECTION");
  expect(code).toBe(1);
});

test("another listener decides about the others, as ever", async () => {
  const { code, output } = await run("theirs-listened");
  expect(output).toContain("heard theirs");
  expect(output).toContain("alive");
  expect(code).toBe(0);
});

test.each(["warn", "none"])("--unhandled-rejections=%s is respected", async (mode) => {
  const { code, output } = await run("theirs", [`--unhandled-rejections=${mode}`]);
  expect(output).toContain("alive");
  expect(output.includes("UnhandledPromiseRejectionWarning")).toBe(mode === "warn");
  expect(code).toBe(0);
});

test("when no attempt runs, nobody listens", async () => {
  const { output } = await run("released");
  expect(output).toContain("listeners 1 0");
});
