import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { startRestateServer } from "./restate-server.ts";

describe("startRestateServer", () => {
  it("runs several at once, restarts on the same ports, and leaves nothing behind", async () => {
    const [first, second] = await Promise.all([startRestateServer(), startRestateServer()]);
    try {
      expect(first.ingressUrl).not.toBe(second.ingressUrl);
      await first.kill();
      await expect(fetch(`${first.ingressUrl}/restate/health`)).rejects.toThrow();
      expect((await fetch(`${second.ingressUrl}/restate/health`)).status).toBe(200);
      await first.restart();
      expect((await fetch(`${first.ingressUrl}/restate/health`)).status).toBe(200);
      expect((await fetch(`${first.adminUrl}/health`)).status).toBe(200);
    } finally {
      await Promise.all([first.stop(), second.stop()]);
    }
    expect(existsSync(first.folder)).toBe(false);
    expect(existsSync(second.folder)).toBe(false);
  });

  it("shows the server's own words when it cannot start", async () => {
    const start = startRestateServer({ env: { RESTATE_DEFAULT_NUM_PARTITIONS: "none" } });
    await expect(start).rejects.toThrow(/restate-server ended \(exit code \d+\)[\s\S]*expected u16/);
  });
});
