import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";

/** The server of a test suite is gone with its process, however that ends. */

const program = fileURLToPath(new URL("./fixtures-testing-kit/lease.ts", import.meta.url));

it.each([
  { how: "ends by itself, with a server kept for the next test", args: [], signal: undefined },
  { how: "is killed while a test runs", args: ["stay"], signal: "SIGKILL" as const },
])("a process that $how leaves no server", async ({ args, signal }) => {
  const child = spawn(process.execPath, ["--import", "tsx", program, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const [adminUrl] = (await once(createInterface(child.stdout), "line")) as [string];
  if (signal !== undefined) child.kill(signal);
  expect(await exited).toEqual(signal === undefined ? [0, null] : [null, signal]);
  await eventually(async () => {
    const request = fetch(`${adminUrl}/health`, { signal: AbortSignal.timeout(1000) });
    await expect(request).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  });
});
