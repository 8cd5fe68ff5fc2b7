import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { adminClient } from "./admin.ts";
import { startChild } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./ports.ts";
import { startRestateServer } from "./restate-server.ts";

const OFFICIAL = new URL("./official-endpoint.mjs", import.meta.url);

describe("startChild", () => {
  it("runs TypeScript, on the port it was given, and again after SIGKILL", async () => {
    const child = await startChild(new URL("./fixtures/echo-server.ts", import.meta.url));
    try {
      const first = child.pid;
      expect(await (await fetch(child.url)).text()).toBe(`pid ${first}`);
      await child.kill();
      expect(await child.exited()).toBe("SIGKILL");
      expect(child.isRunning()).toBe(false);
      await child.restart();
      expect(child.pid).not.toBe(first);
      expect(await (await fetch(child.url)).text()).toBe(`pid ${child.pid}`);
    } finally {
      await child.stop();
    }
  });

  it("takes another port when the one that was free is taken after all", async () => {
    const thief = createServer().listen(0, "127.0.0.1");
    await once(thief, "listening");
    const { port: stolen } = thief.address() as AddressInfo;
    const picked = [stolen, await freePort()];
    const child = await startChild(new URL("./fixtures/echo-server.ts", import.meta.url), {
      pickPort: () => picked.shift() ?? 0,
    });
    try {
      expect(child.port).not.toBe(stolen);
      expect(await (await fetch(child.url)).text()).toBe(`pid ${child.pid}`);
      expect(picked).toEqual([]);
    } finally {
      await child.stop();
      thief.close();
    }
  });

  it("shows what the program printed when it ends too early", async () => {
    const start = startChild(new URL("./fixtures/broken-server.ts", import.meta.url));
    await expect(start).rejects.toThrow(/broken-server\.ts ended \(exit code 1\)[\s\S]*the disk is full/);
  });

  it("takes its own children with it when it is killed", async () => {
    const parent = await startChild(new URL("./fixtures/doomed-parent.ts", import.meta.url));
    const { server, child, folder } = await eventually(
      () => JSON.parse(parent.output()) as { server: number; child: number; folder: string },
    );
    expect([isAlive(server), isAlive(child), existsSync(folder)]).toEqual([true, true, true]);
    await parent.kill();
    await eventually(() => {
      expect([isAlive(server), isAlive(child), existsSync(folder)]).toEqual([false, false, false]);
    });
  });

  it("drives an endpoint of the official SDK on Node 24 through a real server", async () => {
    const [server, endpoint] = await Promise.all([
      startRestateServer(),
      startChild(OFFICIAL, { node: "24" }),
    ]);
    try {
      const admin = adminClient(server.adminUrl);
      const { services } = await admin.registerDeployment(endpoint.url);
      expect(services.map((service) => service.name)).toContain("OfficialGreeter");
      const response = await fetch(`${server.ingressUrl}/OfficialGreeter/greet`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '"Mary"',
      });
      expect(await response.json()).toBe("Hello, Mary!");
      const id = response.headers.get("x-restate-id") as string;
      const row = await admin.waitForStatus(id, "completed");
      expect(row.completion_result).toBe("success");
      expect((await admin.journal(id)).map((entry) => entry.entry_type)).toEqual([
        "Command: Input",
        "Command: Output",
      ]);
    } finally {
      await Promise.all([server.stop(), endpoint.stop()]);
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
