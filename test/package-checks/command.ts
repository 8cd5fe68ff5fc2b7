import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type RunningProcess, startProcess } from "../support/running-process.ts";
import { ROOT, TEST } from "./dist.ts";

const CLI = `${ROOT}packages/engine/dist/cli.js`;
const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 10_000;

/** A running `perdure`, as built. */
export interface RunningCommand {
  readonly process: RunningProcess;
  /** What it printed so far, on both streams. */
  output(): string;
  /** Resolves with the first line that matches, printed already or not. Rejects if it ends before. */
  line(pattern: RegExp): Promise<string>;
  /** Resolves when it has ended, with how, for example `exit code 0`. */
  readonly exited: Promise<string>;
  /** Where the faces are, once it is ready. */
  ready(): Promise<{ readonly ingress: string; readonly admin: string }>;
  stop(): Promise<void>;
}

export interface CommandOptions {
  readonly node?: string;
  readonly cwd?: string;
}

/** Starts `perdure` with these arguments. */
export async function startCommand(
  args: readonly string[],
  { node = process.execPath, cwd = TEST }: CommandOptions = {},
): Promise<RunningCommand> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_OPTIONS|NODE_ENV$)/.test(name),
  );
  const started = await startProcess(node, [CLI, ...args], {
    cwd,
    env: Object.fromEntries(inherited),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [started.child.stdout, started.child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const closed = new Promise<void>((resolve) => started.child.once("close", () => resolve()));
  const exited = Promise.all([started.exited, closed]).then(([how]) => how);
  const output = (): string => lines.join("\n");

  function line(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        waiting.delete(look);
        clearTimeout(timer);
      };
      const look = (): void => {
        const found = lines.find((text) => pattern.test(text));
        if (found === undefined) return;
        end();
        resolve(found);
      };
      const fail = (why: string): void => {
        end();
        reject(new Error(`${why} before it printed ${pattern}:\n${output()}`));
      };
      const timer = setTimeout(() => fail(`${READY_TIMEOUT_MS} ms passed`), READY_TIMEOUT_MS);
      void exited.then((how) => fail(`It ended (${how})`));
      waiting.add(look);
      look();
    });
  }

  return {
    process: started,
    output,
    line,
    exited,
    async ready() {
      await line(/^Ready\.$/);
      const url = (name: string): string =>
        new RegExp(`^${name}: +(http://\\S+)$`, "m").exec(output())?.[1] ?? "";
      return { ingress: url("Ingress"), admin: url("Admin") };
    },
    stop: () => started.stop(STOP_GRACE_MS),
  };
}

/** The path of an application of the tests. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`./command-fixtures/${name}`, import.meta.url));
}

/** Calls a handler. */
export async function call(ingress: string, path: string, input: unknown): Promise<unknown> {
  const response = await fetch(`${ingress}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
