import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const tsx = createRequire(import.meta.url).resolve("tsx/cli");

export interface ProgramEnd {
  /** The exit code. */
  readonly code: number;
  /** What it printed, what went to standard error last. */
  readonly stdout: string;
}

/** Runs a file of the examples to its end, as the scripts of the root do. Rejects only if that takes too long. */
export function runProgram(path: string, args: readonly string[] = []): Promise<ProgramEnd> {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  return new Promise((resolve, reject) => {
    const options = { cwd: root, timeout: 55_000 };
    const child = execFile(process.execPath, [tsx, file, ...args], options, (error, stdout, stderr) => {
      if (child.exitCode === null) reject(new Error(`${path} did not end:\n${stdout}${stderr}`));
      else resolve({ code: child.exitCode, stdout: `${stdout}${stderr}` });
    });
  });
}
