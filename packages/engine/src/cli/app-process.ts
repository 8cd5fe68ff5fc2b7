import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { AppPlan } from "./app-plan.ts";
import { type DevAppMessage, EXPORTS_PORT_VARIABLE, PORT_VARIABLE } from "./dev-messages.ts";

/** How long an application may take to end by itself when it is asked to. */
const STOP_GRACE_MS = 3_000;

/** The ports of an application, the same over all its runs, so that its address stays. */
export interface AppPorts {
  readonly own: number;
  readonly exports: number;
}

/** One run of an application. */
export interface AppProcess {
  /** That it serves, or why it never will; its own output may say more. */
  readonly outcome: Promise<DevAppMessage>;
  /** How it ended, for example `exit code 1`. */
  readonly exited: Promise<string>;
  /** SIGTERM, then SIGKILL. Resolves when it is gone. */
  stop(): Promise<void>;
}

export function startApp(
  plan: AppPlan,
  options: { readonly devApp: URL; readonly ports: AppPorts },
): AppProcess {
  const { ports, devApp } = options;
  const env = {
    ...process.env,
    [PORT_VARIABLE]: String(ports.own),
    [EXPORTS_PORT_VARIABLE]: String(ports.exports),
  };
  const child = spawn(process.execPath, [...plan.execArgv, fileURLToPath(devApp), plan.file], {
    env,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  return { outcome: outcomeOf(child, exited), exited, stop: () => stop(child, exited) };
}

async function outcomeOf(child: ChildProcess, exited: Promise<string>): Promise<DevAppMessage> {
  const told = new Promise<DevAppMessage>((resolve) => {
    child.on("message", (message) => {
      if (isOurs(message)) resolve(message);
    });
  });
  const ended = exited.then((how): DevAppMessage => ({ type: "failed", reason: `It ended (${how}).` }));
  return await Promise.race([told, ended]);
}

/** An application may send messages of its own, which are nobody's. */
function isOurs(message: unknown): message is DevAppMessage {
  const type =
    typeof message === "object" && message !== null ? (message as { type?: unknown }).type : undefined;
  return type === "serving" || type === "failed";
}

async function stop(child: ChildProcess, exited: Promise<string>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
  await exited;
  clearTimeout(timer);
}

/**
 * Below the range that the kernel gives to outgoing connections (32768 and up on
 * Linux): one of those could take the port while no run of the application has it.
 */
const PORT_MIN = 20_000;
const PORT_MAX = 32_000;
const TRIES_MAX = 1_000;

/** Two ports of loopback, one after the other, that nobody listens at: these if possible. */
export async function pickPorts(wanted: number | undefined): Promise<AppPorts> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const isFirst = tries === 0 && wanted !== undefined;
    const own = isFirst ? wanted : PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
    if ((await isFree(own)) && (await isFree(own + 1))) return { own, exports: own + 1 };
  }
  throw new Error(`There are no two free ports between ${PORT_MIN} and ${PORT_MAX}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
