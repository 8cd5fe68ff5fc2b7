import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import { type Context, service } from "@perdure/sdk";
import { connect, type Ingress, rpc } from "@perdure/sdk/clients";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FileSystem } from "../../packages/engine/src/store/file-system.ts";
import { openLogStore } from "../../packages/engine/src/store/log-store.ts";
import { nodeFileSystem } from "../../packages/engine/src/store/node-file-system.ts";
import { createTemporaryFolder, type TemporaryFolder } from "../support/temporary-folder.ts";

/** The disk is full for a while: the engine takes nothing more, says why, and has what it acknowledged. */

const slow = service({
  name: "Slow",
  handlers: {
    echo: async (ctx: Context, { ms, value }: { ms: number; value: string }) => {
      await ctx.sleep(ms);
      return value;
    },
  },
});

/** A disk that is full while `isFull`. */
function createDisk(): FileSystem & { isFull: boolean } {
  const disk = {
    ...nodeFileSystem,
    isFull: false,
    open: async (...args: Parameters<FileSystem["open"]>) => {
      const file = await nodeFileSystem.open(...args);
      const write: typeof file.write = async (buffers, position) => {
        if (!disk.isFull) return await file.write(buffers, position);
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      };
      return { ...file, write };
    },
  };
  return disk;
}

describe("an engine whose disk is full", () => {
  const disk = createDisk();
  const problems: string[] = [];
  let folder: TemporaryFolder;
  let engine: EmbeddedEngine;
  let url: string;
  let ingress: Ingress;
  let acknowledged: string;

  async function open(): Promise<void> {
    const store = await openLogStore(
      { folder: folder.path, onFailure: ({ message }) => void problems.push(message) },
      { fileSystem: disk },
    );
    engine = await createEngine({ services: [slow], store, logger: () => {} });
    url = (await engine.listen({ port: 0 })).url;
    ingress = connect({ url });
  }

  async function call(value: string): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${url}/Slow/echo`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ms: 0, value }),
    });
    return { status: response.status, body: await response.json() };
  }

  beforeAll(async () => {
    folder = createTemporaryFolder();
    await open();
    expect(await call("before")).toEqual({ status: 200, body: "before" });
    const opts = rpc.sendOpts({ idempotencyKey: "acknowledged" });
    const send = await ingress.serviceSendClient(slow).echo({ ms: 1500, value: "kept" }, opts);
    acknowledged = send.invocationId;
  });

  afterAll(async () => {
    await engine?.close();
    folder?.remove();
  });

  const refusal = {
    status: 503,
    body: { code: 503, message: expect.stringContaining("ENOSPC: no space left on device") },
  };

  it("refuses with 503 and says why, also those who waited already", async () => {
    const waiting = fetch(`${url}/restate/attach/${acknowledged}`);
    disk.isFull = true;
    expect(await call("refused")).toMatchObject(refusal);
    const response = await waiting;
    expect({ status: response.status, body: await response.json() }).toMatchObject(refusal);
    expect(problems).toEqual([expect.stringContaining("ENOSPC")]);
  });

  it("goes on refusing everything, also when there is space again", async () => {
    disk.isFull = false;
    expect(await call("refused too")).toMatchObject(refusal);
    const request = { service: "Slow", handler: "echo", body: new Uint8Array(), headers: [] };
    const rejection = expect.objectContaining({ status: 503, message: refusal.body.message });
    await expect(engine.api.send(request)).rejects.toEqual(rejection);
    await expect(engine.api.call(request)).rejects.toEqual(rejection);
    await expect(engine.api.attach(acknowledged)).rejects.toEqual(rejection);
    await expect(engine.api.control("cancel", acknowledged)).rejects.toEqual(rejection);
    await expect(engine.api.editState({ service: "Slow", key: "", state: new Map() })).rejects.toEqual(
      rejection,
    );
    await expect(engine.client.serviceClient(slow).echo({ ms: 0, value: "no" })).rejects.toMatchObject({
      status: 503,
    });
    expect(problems).toHaveLength(1);
  });

  it("has what it acknowledged, and nothing that it refused, when it is started again", async () => {
    await engine.close();
    await open();
    const held = [...engine.api.liveInvocations(), ...engine.api.completedInvocations()];
    const answer = await engine.api.attach(acknowledged);
    expect(answer).toMatchObject({ type: "success", value: new TextEncoder().encode('"kept"') });
    expect(held).toHaveLength(2);
    expect(await call("after")).toEqual({ status: 200, body: "after" });
  });
});
