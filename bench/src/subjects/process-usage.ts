import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { Usage } from "./control.ts";

const run = promisify(execFile);

/** `sysconf(_SC_CLK_TCK)`, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const MICROS_PER_SECOND = 1_000_000;

/** What the operating system says of a process that cannot be asked itself. */
export async function usageOf(pid: number): Promise<Usage> {
  return process.platform === "linux" ? await fromProc(pid) : await fromPs(pid);
}

async function fromProc(pid: number): Promise<Usage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, "utf8"),
    readFile(`/proc/${pid}/status`, "utf8"),
  ]);
  // The name in parentheses may hold anything, also spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return { cpuMicros: (ticks / TICKS_PER_SECOND) * MICROS_PER_SECOND, rssBytes: Number(rss ?? 0) * 1024 };
}

async function fromPs(pid: number): Promise<Usage> {
  const { stdout } = await run("ps", ["-o", "rss=,time=", "-p", String(pid)]);
  const [rss = "0", time = "0"] = stdout.trim().split(/\s+/);
  return { cpuMicros: parseTime(time) * MICROS_PER_SECOND, rssBytes: Number(rss) * 1024 };
}

/** `[[dd-]hh:]mm:ss.cc` in seconds. */
export function parseTime(time: string): number {
  const [days = "0", clock = "0"] = time.includes("-") ? time.split("-") : ["0", time];
  return clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}
