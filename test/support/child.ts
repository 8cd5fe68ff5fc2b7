import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { node24Path } from "./binaries.ts";
import { freePort } from "./ports.ts";
import { type RunningProcess, startProcess } from "./running-process.ts";

/**
 * Endpoints as processes of their own, to be killed at any instant.
 *
 * The child finds its port in `process.env.PORT`, listens on it on loopback,
 * and says that it is ready by `announceReady(port)` of `ready.ts`, or by
 * printing a line `ready <port>`. It is gone when the test process is gone.
 */

const READY_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 5_000;
const OUTPUT_CHARS_MAX = 64 * 1024;
/** How often a port that somebody else has taken meanwhile is tried again, or another one. */
const TRIES_MAX = 5;
const READY_LINE = /^ready (\d+)$/m;

export interface ChildOptions {
  /** Which Node runs it: the one the tests run on (default), or 24. TypeScript works on both. */
  readonly node?: "current" | "24";
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** For example `["--expose-gc"]`. */
  readonly execArgv?: readonly string[];
  /** Which port to try; a free one when absent. Another one is asked for if that is taken after all. */
  readonly pickPort?: () => number | Promise<number>;
}

export interface Child {
  /** Where it listens. It stays the same over restarts. */
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly pid: number;
  isRunning(): boolean;
  /** Resolves when the current process is gone, with how, for example `exit code 1` or `SIGKILL`. */
  exited(): Promise<string>;
  /** What it printed so far on both streams, over all restarts (the last 64 Ki characters). */
  output(): string;
  /** Sends a message to `process.on("message")` of the child. */
  send(message: unknown): void;
  /** SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Kills it if it runs, starts it again on the same port, resolves when it is ready. */
  restart(): Promise<void>;
  /** SIGTERM, then SIGKILL. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts `file` and waits until it is ready.
 *
 * @param file a `.ts`, `.mjs` or `.js` file, as a path or as `new URL("./x.ts", import.meta.url)`
 */
export async function startChild(file: string | URL, options: ChildOptions = {}): Promise<Child> {
  const path = typeof file === "string" ? file : fileURLToPath(file);
  const pickPort = options.pickPort ?? freePort;
  let port = await pickPort();
  let output = "";

  /** A free port may not be free any more when the child comes to it. */
  async function launchOnPort(again: () => Promise<void>): Promise<RunningProcess> {
    for (let tries = 1; ; tries += 1) {
      const before = output;
      try {
        return await launch();
      } catch (error) {
        if (tries === TRIES_MAX || !String(error).includes("EADDRINUSE")) throw error;
        output = before;
        await again();
      }
    }
  }

  async function launch(): Promise<RunningProcess> {
    const launched = await startProcess(
      options.node === "24" ? node24Path() : process.execPath,
      [...(options.execArgv ?? []), ...loaderArguments(path), path, ...(options.args ?? [])],
      { env: childEnvironment(port, options.env), stdio: ["ignore", "pipe", "pipe", "ipc"] },
    );
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-OUTPUT_CHARS_MAX);
    };
    launched.child.stdout?.on("data", collect);
    launched.child.stderr?.on("data", collect);
    await waitUntilReady(launched, path, () => output);
    return launched;
  }

  let current = await launchOnPort(async () => {
    port = await pickPort();
  });
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get pid() {
      return current.pid;
    },
    isRunning: () => current.isRunning(),
    exited: () => current.exited,
    output: () => output,
    send: (message) => void current.child.send(message as object),
    kill: () => current.kill(),
    async restart() {
      await current.kill();
      current = await launchOnPort(() => new Promise((resolve) => setTimeout(resolve, 200)));
    },
    stop: () => current.stop(STOP_GRACE_MS),
  };
}

function loaderArguments(path: string): string[] {
  if (!path.endsWith(".ts")) return [];
  const tsx = createRequire(import.meta.url).resolve("tsx");
  return ["--import", pathToFileURL(tsx).href];
}

/** Without what vitest puts into the environment for its own workers. */
function childEnvironment(
  port: number,
  env: Readonly<Record<string, string>> | undefined,
): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_OPTIONS|NODE_ENV$)/.test(name),
  );
  return { ...Object.fromEntries(inherited), PORT: String(port), ...env };
}

async function waitUntilReady(process: RunningProcess, path: string, output: () => string): Promise<void> {
  const { child } = process;
  let timer: NodeJS.Timeout | undefined;
  const ready = new Promise<void>((resolve) => {
    child.on("message", (message: unknown) => {
      if (typeof message === "object" && message !== null && "ready" in message) resolve();
    });
    let printed = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      if (READY_LINE.test(printed)) return;
      printed += chunk.toString("utf8");
      if (READY_LINE.test(printed)) resolve();
    });
  });
  const ended = process.exited.then((how) => {
    throw new Error(`${path} ended (${how}) before it was ready:\n${output()}`);
  });
  ended.catch(() => {});
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${path} was not ready within ${READY_TIMEOUT_MS} ms:\n${output()}`)),
      READY_TIMEOUT_MS,
    );
  });
  try {
    await Promise.race([ready, ended, late]);
  } catch (error) {
    await process.kill();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
