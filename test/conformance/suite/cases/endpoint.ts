import { describe, expect, it } from "vitest";
import type { Stage } from "../stage.ts";

/** features.md 6.2 and 6.3: what an endpoint answers to requests of its own. Only for places that can be asked. */
export function endpointCases(stage: Stage): void {
  if (!stage.place.endpointSpeaksHttp1) return;

  async function ask(path: string, init?: RequestInit): Promise<Response> {
    return await fetch(`${stage.running.endpointUrl}${path}`, init);
  }

  async function messageOf(response: Response): Promise<string> {
    return ((await response.json()) as { message: string }).message;
  }

  describe("the endpoint", () => {
    it("is healthy", async () => {
      const response = await ask("/health");
      expect([response.status, await response.text(), response.headers.get("content-type")]).toEqual([
        200,
        "OK",
        "application/text",
      ]);
    });

    it("is discovered", async () => {
      const type = "application/vnd.restate.endpointmanifest.v4+json";
      const response = await ask("/discover", { headers: { accept: type } });
      expect([response.status, response.headers.get("content-type")]).toEqual([200, type]);
      expect(response.headers.get("x-restate-server")).toMatch(/^perdure/);
      const manifest = (await response.json()) as { services: { name: string }[] };
      expect(manifest).toMatchObject({
        protocolMode: "REQUEST_RESPONSE",
        minProtocolVersion: 5,
        maxProtocolVersion: 7,
      });
      expect(manifest.services.map(({ name }) => name)).toContain("Plain");
    });

    it.each([
      [2, /retention/i],
      [3, /retry/i],
    ])("says what it cannot tell in a manifest of version %i", async (version, option) => {
      const accept = `application/vnd.restate.endpointmanifest.v${version}+json`;
      const response = await ask("/discover", { headers: { accept } });
      expect([response.status, await messageOf(response)]).toEqual([
        500,
        expect.stringMatching(option) as string,
      ]);
    });

    it("prefers the newest version that is accepted", async () => {
      const accept = [4, 3, 2].map((v) => `application/vnd.restate.endpointmanifest.v${v}+json`).join(", ");
      const response = await ask("/discover", { headers: { accept } });
      expect(response.headers.get("content-type")).toContain(".v4+json");
    });

    it("refuses what it does not know, and says what it does", async () => {
      const discover = await ask("/discover", { headers: { accept: "application/json" } });
      expect([discover.status, await messageOf(discover)]).toEqual([
        415,
        expect.stringContaining("endpointmanifest") as string,
      ]);
      const nowhere = await ask("/nowhere");
      expect([nowhere.status, await messageOf(nowhere)]).toEqual([
        404,
        expect.stringContaining("/discover") as string,
      ]);
      const content = { "content-type": "application/vnd.restate.invocation.v6" };
      const nobody = await ask("/invoke/Nobody/home", { method: "POST", headers: content });
      expect([nobody.status, await messageOf(nobody)]).toEqual([
        404,
        expect.stringContaining("Nobody") as string,
      ]);
      const handler = await ask("/invoke/Plain/none", { method: "POST", headers: content });
      expect([handler.status, await messageOf(handler)]).toEqual([
        404,
        expect.stringContaining("shout") as string,
      ]);
      for (const headers of [{}, { "content-type": "application/vnd.restate.invocation.v99" }]) {
        const version = await ask("/invoke/Plain/shout", { method: "POST", headers });
        expect([version.status, await messageOf(version)]).toEqual([
          415,
          expect.stringContaining("application/vnd.restate.invocation.v6") as string,
        ]);
      }
    });

    it("survives bytes that are no messages", async () => {
      const response = await ask("/invoke/Plain/shout", {
        method: "POST",
        headers: { "content-type": "application/vnd.restate.invocation.v6" },
        body: new Uint8Array(4_000).fill(0xab),
      });
      await response.arrayBuffer();
      expect((await ask("/health")).status).toBe(200);
      const alive = await stage.post("/Plain/shout", '"still here"', { "content-type": "application/json" });
      expect(await alive.json()).toBe("STILL HERE");
    });
  });
}
