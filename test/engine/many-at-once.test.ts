import { monitorEventLoopDelay } from "node:perf_hooks";
import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import { type Context, serve, service } from "@perdure/sdk";
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../packages/engine/src/store/memory-store.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/ports.ts";

/** However much is to be done at once, the process answers meanwhile, and nothing waits for ever. */

const DUE_TOGETHER = 10_000;
const SENT_TOGETHER = 500;
/** Of the time that all of it takes. Without slices it is nearly all. */
const LONGEST_BLOCK_SHARE_MAX = 0.2;

const begun: number[] = [];

const worker = service({
  name: "Worker",
  handlers: {
    note: async (_ctx: Context, index: number) => void begun.push(index),
    /** Each waits for the next. */
    descend: async (ctx: Context, levels: number): Promise<number> =>
      levels === 0 ? 0 : 1 + (await ctx.serviceClient(worker).descend(levels - 1)),
  },
});

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function isIdle(engine: EmbeddedEngine): boolean {
  for (const _ of engine.api.liveInvocations()) return false;
  return true;
}

/** Sends them all and resolves with the order in which they are due. */
async function sendAll(engine: EmbeddedEngine, dueAtMs: number): Promise<number[]> {
  const due: { readonly index: number; readonly atMs: number }[] = [];
  for (let sent = 0; sent < DUE_TOGETHER; sent += SENT_TOGETHER) {
    const accepted = Array.from({ length: SENT_TOGETHER }, async (_, offset) => {
      const index = sent + offset;
      const { executeAtMs = 0 } = await engine.api.send({
        service: "Worker",
        handler: "note",
        body: encode(index),
        headers: [],
        delayMs: dueAtMs - Date.now(),
      });
      return { index, atMs: executeAtMs };
    });
    due.push(...(await Promise.all(accepted)));
  }
  return due.sort((a, b) => a.atMs - b.atMs || a.index - b.index).map(({ index }) => index);
}

it("ten thousand that are due together begin in order, and the event loop breathes", async () => {
  const engine = await createEngine({ services: [worker], store: createMemoryStore(), logger: () => {} });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  try {
    const dueAtMs = Date.now() + 10_000;
    const expected = await sendAll(engine, dueAtMs);
    expect(begun, "they were sent before they were due").toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, dueAtMs - Date.now() - 100));
    delay.enable();
    await eventually(() => expect(isIdle(engine)).toBe(true), { timeoutMs: 40_000 });
    delay.disable();
    const tookMs = Date.now() - dueAtMs;
    const longestMs = Math.round(delay.max / 1e6);
    console.info(`${DUE_TOGETHER} due together: all done after ${tookMs} ms, longest block ${longestMs} ms`);
    expect(longestMs).toBeLessThan(tookMs * LONGEST_BLOCK_SHARE_MAX);
    expect(begun).toEqual(expected);
  } finally {
    delay.disable();
    await engine.close();
  }
});

describe("a chain of calls that is longer than the limit", () => {
  const LIMIT = 2;
  const LEVELS = 50;

  it("comes to its end in process", async () => {
    const engine = await createEngine({ services: [worker], ephemeral: true, busyAttemptsMax: LIMIT });
    expect(await engine.client.serviceClient(worker).descend(LEVELS)).toBe(LEVELS);
    await engine.close();
  });

  it("comes to its end over HTTP", async () => {
    const port = await freePort();
    const endpoint = await serve({ services: [worker], port, logger: () => {} });
    const engine = await createEngine({ ephemeral: true, busyAttemptsMax: LIMIT });
    await engine.api.register({ uri: `http://127.0.0.1:${port}` });
    expect(await engine.client.serviceClient(worker).descend(LEVELS)).toBe(LEVELS);
    await engine.close();
    await endpoint.close({ graceMs: 0 });
  });
});
