import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLogStore } from "./log-store.ts";
import { toExpected, toNumber } from "./testing/numbered-commits.ts";

const program = fileURLToPath(new URL("./testing/store-process.ts", import.meta.url));
const KILLS = 5;

describe("the log store and other processes", () => {
  let folder: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perdure-store-"));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child);
    await rm(folder, { recursive: true, force: true });
  });

  function start(...args: string[]): { child: ChildProcess; lines: string[]; first: Promise<string> } {
    const child = spawn(process.execPath, ["--import", "tsx", program, folder, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const first = new Promise<string>((resolve) => reader.once("line", resolve));
    reader.on("line", (line) => lines.push(line));
    return { child, lines, first };
  }

  test("two processes cannot own a folder, and the error names the owner", async () => {
    const { child, first } = start("hold");
    expect(await first).toBe("open");
    await expect(openLogStore({ folder })).rejects.toMatchObject({
      code: "locked",
      message: `The folder ${folder} is in use by the process with pid ${child.pid}.`,
    });
    await kill(child);
    const store = await openLogStore({ folder });
    const refused = JSON.parse(await start("hold").first) as unknown;
    expect(refused).toEqual({
      code: "locked",
      message: `The folder ${folder} is in use by the process with pid ${process.pid}.`,
    });
    await store.close();
    expect(await start("hold").first).toBe("open");
  }, 60_000);

  test("an owner that is stopped, not ended, still owns it", async () => {
    const { child, first } = start("hold");
    expect(await first).toBe("open");
    child.kill("SIGSTOP");
    await expect(openLogStore({ folder })).rejects.toMatchObject({ code: "locked" });
    child.kill("SIGCONT");
  }, 60_000);

  test("killed while it writes, it has lost nothing acknowledged and left no half commit", async () => {
    let next = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const { child, lines, first } = start("write", String(next));
      expect(await first).toBe("open");
      await delay(100 + ((round * 137) % 400));
      await kill(child);
      // A process may get no further than opening: then what was there before is all.
      const acknowledged = next + lines.length - 2;
      expect(lines.slice(1)).toEqual(Array.from({ length: lines.length - 1 }, (_, i) => String(next + i)));
      const store = await openLogStore({ folder });
      const found = new Map<string, number>();
      await store.recover((key, value) => found.set(key, toNumber(value)));
      const last = found.get("last") ?? -1;
      expect(last).toBeGreaterThanOrEqual(acknowledged);
      expect(found).toEqual(last < 0 ? new Map() : toExpected(last));
      await store.close();
      next = last + 1;
    }
    expect(next).toBeGreaterThan(100);
    expect((await readdir(folder)).filter((name) => name.endsWith(".sock"))).toEqual([]);
  }, 120_000);
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "close");
}
