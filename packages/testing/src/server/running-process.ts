import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { leashProcess } from "./leash.ts";

/** A process of ours that cannot outlive us. */
export interface RunningProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves when the process is gone, with how it went, for example `SIGKILL` or `exit code 1`. */
  readonly exited: Promise<string>;
  isRunning(): boolean;
  /** Sends SIGKILL and waits until the process is gone. */
  kill(): Promise<void>;
  /** Sends SIGTERM, and SIGKILL if the process is still there after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** Starts a process. Throws what the system says if there is no such program. */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<RunningProcess> {
  const child = spawn(command, args, options);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  child.on("error", () => {});
  const pid = child.pid as number;
  const release = leashProcess(pid);
  let running = true;
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      running = false;
      release();
      resolve(signal ?? `exit code ${code}`);
    });
  });

  async function kill(): Promise<void> {
    if (running) child.kill("SIGKILL");
    await exited;
  }

  async function stop(graceMs: number): Promise<void> {
    if (running) child.kill("SIGTERM");
    const timer = setTimeout(() => void kill(), graceMs);
    await exited;
    clearTimeout(timer);
  }

  return { child, pid, exited, isRunning: () => running, kill, stop };
}
