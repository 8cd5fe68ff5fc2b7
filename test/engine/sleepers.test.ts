import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import { type Context, service } from "@perdure/sdk";
import { expect, it } from "vitest";
import { createMemoryStore } from "../../packages/engine/src/store/memory-store.ts";
import { eventually } from "../support/eventually.ts";

/** Handlers that wait in this process are held only up to a limit; the others are suspended. */

const SLEEPERS = 10_000;
const HELD_MAX = 1000;
/** What one costs that is suspended; a held one costs several times as much. */
const BYTES_PER_SLEEPER_MAX = 8 * 1024;

const sleeper = service({
  name: "Sleeper",
  handlers: {
    sleep: async (ctx: Context, ms: number) => {
      await ctx.sleep(ms);
      return "awake";
    },
  },
});

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

function count(engine: EmbeddedEngine): { running: number; suspended: number } {
  const counts = { running: 0, suspended: 0 };
  for (const { attempt, status } of engine.api.liveInvocations()) {
    if (attempt !== 0) counts.running++;
    if (status === "suspended") counts.suspended++;
  }
  return counts;
}

it("ten thousand sleeping invocations are suspended rather than held", async () => {
  const content = new Map<string, Uint8Array>();
  const open = (): Promise<EmbeddedEngine> =>
    createEngine({ services: [sleeper], store: createMemoryStore({ content }), logger: () => {} });
  const engine = await open();
  const body = new TextEncoder().encode("3600000");
  const before = heapBytes();
  for (let left = SLEEPERS; left > 0; left -= HELD_MAX) {
    await Promise.all(
      Array.from({ length: HELD_MAX }, () =>
        engine.api.send({ service: "Sleeper", handler: "sleep", body, headers: [] }),
      ),
    );
  }
  await eventually(
    () => expect(count(engine)).toEqual({ running: HELD_MAX, suspended: SLEEPERS - HELD_MAX }),
    { timeoutMs: 30_000 },
  );
  const perSleeper = Math.round((heapBytes() - before) / SLEEPERS);
  console.info(`${SLEEPERS} sleepers, ${HELD_MAX} of them held: ${perSleeper} bytes each`);
  expect(perSleeper).toBeLessThan(BYTES_PER_SLEEPER_MAX);

  const held = count(engine);
  await engine.close();
  const restarted = await open();
  expect(count(restarted), "after a restart").toEqual(held);
  await restarted.close();
});
