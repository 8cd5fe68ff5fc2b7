import { type Context, RestatePromise, service } from "@perdure/sdk";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createTestEngine } from "../index.ts";

/** Authors may put their runner's timers in the place of all global ones: nothing of ours waits for them. */
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const busy = service({
  name: "busy",
  handlers: {
    work: async (ctx: Context, rounds: number) => {
      for (let round = 0; round < rounds; round += 1) {
        // A tick within a tick: the slow way to find out that nothing more comes.
        await ctx.run("tick", () => new Promise<void>((resolve) => process.nextTick(resolve)));
        await RestatePromise.race([ctx.sleep({ days: 1 }), ctx.run("fast", async () => round)]);
        await ctx.sleep({ minutes: 10 });
      }
      return rounds;
    },
    forgetful: async (ctx: Context) => {
      attempts += 1;
      if (attempts > 1) await ctx.run("other", () => 1);
      else await ctx.sleep({ days: 1 });
    },
  },
});

let attempts = 0;

it("handlers get on, and time moves", async () => {
  await using engine = await createTestEngine({ services: [busy] });
  expect(await engine.client.serviceClient(busy).work(5)).toBe(5);
  await engine.clock.runUntilIdle();
  expect(await engine.running()).toEqual([]);
});

it("code that takes other steps is found all the same", async () => {
  await using engine = await createTestEngine({ services: [busy], failuresMax: 2 });
  await expect(engine.client.serviceClient(busy).forgetful()).rejects.toThrow('Run "other"');
});
