import { type Context, type ObjectContext, object, RetryableError, rpc, service } from "@perdure/sdk";
import { rpc as clientRpc } from "@perdure/sdk/clients";
import { describe, expect, it, vi } from "vitest";
import { createTestEngine, TestEngineError } from "../index.ts";
import { approval, greeter } from "./testing/services.ts";

/** Plans its own next run, for ever. */
const cron = object({
  name: "cron",
  handlers: {
    tick: async (ctx: ObjectContext<{ ticks: number }>) => {
      ctx.set("ticks", ((await ctx.get("ticks")) ?? 0) + 1);
      ctx.objectSendClient<Cron>({ name: "cron" }, ctx.key).tick(rpc.sendOpts({ delay: { days: 1 } }));
    },
  },
});
interface Cron {
  tick(ctx: ObjectContext): Promise<void>;
}

function failing(attempts: number) {
  let left = attempts;
  return service({
    name: "failing",
    handlers: {
      go: async (ctx: Context) => {
        if (left-- > 0) throw new Error("not yet");
        return await ctx.date.now();
      },
    },
  });
}

describe("time that moves by itself", () => {
  it("lets a month pass for a client that waits", async () => {
    await using engine = await createTestEngine({ services: [greeter] });
    expect(await engine.client.serviceClient(greeter).nap(31)).toBe("2026-02-01T00:00:00.000Z");
    expect(engine.clock.now()).toBe(Date.UTC(2026, 1, 1));
  });

  it("stands still while nobody waits", async () => {
    await using engine = await createTestEngine({ services: [greeter, cron] });
    await engine.client.serviceSendClient(greeter).nap(31);
    await engine.client.objectSendClient(cron, "a").tick();
    await engine.clock.settle();
    expect(engine.clock.now()).toBe(Date.UTC(2026, 0, 1));
    expect(await engine.stateOf(cron, "a").get("ticks")).toBe(1);
  });

  it("brings on timeouts, and retries with their backoff", async () => {
    await using engine = await createTestEngine({ services: [approval, failing(3)] });
    const client = engine.client.workflowClient(approval, "k");
    await client.workflowSubmit();
    await expect(client.workflowAttach()).rejects.toThrow("Timeout");
    const beforeMs = engine.clock.now();
    expect(beforeMs).toBe(Date.UTC(2026, 0, 1, 1));
    await engine.client.serviceClient(failing(0)).go();
    // Three failures: 0.5 s, 1 s and 2 s, each up to 30 % longer.
    const afterMs = engine.clock.now() - beforeMs;
    expect(afterMs).toBeGreaterThanOrEqual(3500);
    expect(afterMs).toBeLessThanOrEqual(4550);
  });

  it("stands still while a run is under way", async () => {
    const nowAt: number[] = [];
    const fetching = service({
      name: "fetching",
      handlers: {
        go: async (ctx: Context) =>
          await ctx
            .run("fetch", async () => {
              await new Promise((resolve) => setTimeout(resolve, 20));
              nowAt.push(engine.clock.now());
              return "fetched";
            })
            .orTimeout({ seconds: 1 }),
      },
    });
    await using engine = await createTestEngine({ services: [fetching] });
    expect(await engine.client.serviceClient(fetching).go()).toBe("fetched");
    expect(nowAt).toEqual([Date.UTC(2026, 0, 1)]);
  });

  it("stands still while a handler waits for something of its own, which running() tells", async () => {
    let release = (): void => {};
    const own = new Promise<void>((resolve) => {
      release = resolve;
    });
    const foreign = service({ name: "foreign", handlers: { go: async (_ctx: Context) => await own } });
    await using engine = await createTestEngine({ services: [foreign, greeter] });
    const call = engine.client.serviceClient(foreign).go();
    const nap = engine.client.serviceClient(greeter).nap(1);
    await vi.waitFor(async () => {
      expect((await engine.running()).map(({ why }) => why)).toEqual([
        "waits for something that is not of ctx: a timer, I/O or a promise of its own. The time stands still meanwhile",
        "waits for a sleep until 2026-01-02T00:00:00.000Z, in 1 day",
      ]);
    });
    expect(engine.clock.now()).toBe(Date.UTC(2026, 0, 1));
    release();
    await Promise.all([call, nap]);
  });

  it("keeps results for their retention", async () => {
    await using engine = await createTestEngine({ services: [greeter] });
    const client = engine.client.serviceSendClient(greeter);
    const sent = await client.greet("x", clientRpc.sendOpts({ idempotencyKey: "k" }));
    await engine.clock.advance({ hours: 23 });
    expect(await engine.client.result(sent)).toBe("Hello, x!");
    await engine.clock.advance({ hours: 2 });
    await expect(engine.client.result(sent)).rejects.toThrow("the server does not know it");
    expect(await engine.invocations()).toEqual([]);
  });

  it("suspends what waits long, so that the code is replayed", async () => {
    let calls = 0;
    const replayed = service({
      name: "replayed",
      handlers: {
        go: async (ctx: Context) => {
          calls += 1;
          await ctx.sleep({ days: 1 });
          await ctx.sleep({ days: 1 });
        },
      },
    });
    await using engine = await createTestEngine({ services: [replayed] });
    await engine.client.serviceClient(replayed).go();
    expect(calls).toBe(3);
  });
});

describe("what never ends", () => {
  it("is told to the client, when a run fails and fails", async () => {
    const bad = service({
      name: "bad",
      handlers: {
        go: async (ctx: Context) =>
          await ctx.run("charge", () => {
            throw new RetryableError("no money", { retryAfter: { hours: 1 } });
          }),
      },
    });
    const caller = service({
      name: "caller",
      handlers: { go: async (ctx: Context) => await ctx.serviceClient(bad).go() },
    });
    await using engine = await createTestEngine({ services: [bad, caller], failuresMax: 3 });
    const error = await engine.client.serviceClient(caller).go().catch(String);
    expect(error).toMatch(
      /The call gets no result:\n {2}- bad\/go \(inv_\w+\) is paused: it failed 3 times in a row, the last time with: no money \(at .*time\.test\.ts:\d+:\d+\)/,
    );
    expect(error).toContain("raise failuresMax");
    expect((await engine.running()).map(({ target, status }) => [target, status])).toEqual([
      ["caller/go", "suspended"],
      ["bad/go", "paused"],
    ]);
    await expect(engine.clock.runUntilIdle()).resolves.toBeUndefined();
  });

  it("is tried as often as is said, and not once more", async () => {
    const runs = async (failures: number): Promise<unknown> => {
      const service = failing(failures);
      await using engine = await createTestEngine({ services: [service], failuresMax: 3 });
      return await engine.client
        .serviceClient(service)
        .go()
        .then(
          () => "ended",
          () => "given up",
        );
    };
    expect(await runs(2)).toBe("ended");
    expect(await runs(3)).toBe("given up");
  });

  it("is resumed, if that is wanted", async () => {
    const service = failing(3);
    await using engine = await createTestEngine({ services: [service], failuresMax: 3 });
    const sent = await engine.client.serviceSendClient(service).go();
    await expect(engine.clock.runUntilIdle()).rejects.toMatchObject({ code: "paused" });
    await engine.resume(sent);
    await engine.clock.runUntilIdle();
    expect(await engine.invocations()).toMatchObject([{ status: "succeeded" }]);
  });

  it("is an error when time would run for ever for a client that waits", async () => {
    await using engine = await createTestEngine({ services: [approval, cron], horizon: { days: 100 } });
    await engine.client.objectSendClient(cron, "a").tick();
    const client = engine.client.workflowClient(approval, "k");
    await client.workflowSubmit();
    await engine.clock.settle();
    await engine.resolveAwakeable((await engine.stateOf(approval, "k").get("awakeable")) ?? "", "yes");
    const error = await client.workflowAttach().catch(String);
    expect(error).toContain("approval/k/run");
    expect(error).toContain('waits for promise "decision"');
    expect(error).toContain("cron/a/tick");
  });

  it("is an error of runUntilIdle, unless there is a bound", async () => {
    await using engine = await createTestEngine({ services: [cron], horizon: { days: 100 } });
    await engine.client.objectSendClient(cron, "a").tick();
    await engine.clock.runUntilIdle({ atMost: { days: 7 } });
    expect(engine.clock.now()).toBe(Date.UTC(2026, 0, 8));
    expect(await engine.stateOf(cron, "a").get("ticks")).toBe(8);
    const error = await engine.clock.runUntilIdle().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TestEngineError);
    expect(error).toMatchObject({ code: "endless" });
    expect(String(error)).toMatch(
      /there is always another one\. What runs:\n {2}- cron\/a\/tick \(inv_\w+\) starts at /,
    );
  });
});

describe("time that is moved by hand", () => {
  it("moves only then, each timer at its own time", async () => {
    await using engine = await createTestEngine({ services: [cron, greeter], time: "manual" });
    await engine.client.objectSendClient(cron, "a").tick();
    const nap = engine.client.serviceClient(greeter).nap(2);
    await engine.clock.advance({ days: 1, hours: 23 });
    expect(await engine.stateOf(cron, "a").get("ticks")).toBe(2);
    await engine.clock.advanceTo(new Date("2026-01-03T12:00:00Z"));
    expect(await nap).toBe("2026-01-03T00:00:00.000Z");
    expect(engine.clock.now()).toBe(Date.UTC(2026, 0, 3, 12));
    await expect(engine.clock.advanceTo(0)).rejects.toThrow("the time never goes back");
    await expect(engine.clock.advance(-1)).rejects.toThrow("clock.advance: -1 is not a span of time");
    await expect(engine.clock.advance({ weeks: 1 } as never)).rejects.toMatchObject({ code: "misused" });
  });

  it("brings on the timeout of a run that never ends", async () => {
    const hanging = service({
      name: "hanging",
      handlers: {
        go: async (ctx: Context) =>
          await ctx.run("hang", () => new Promise<string>(() => {})).orTimeout({ minutes: 1 }),
      },
    });
    await using engine = await createTestEngine({ services: [hanging], time: "manual" });
    const call = engine.client.serviceClient(hanging).go().catch(String);
    await engine.clock.advance({ seconds: 59 });
    expect((await engine.running())[0]?.why).toBe('waits for run "hang", which is under way');
    await engine.clock.advance({ seconds: 1 });
    expect(await call).toContain("Timeout");
  });

  it("says what does not come to rest", async () => {
    const busy = service({
      name: "busy",
      handlers: { go: async (_ctx: Context) => await new Promise<void>(() => {}) },
    });
    await using engine = await createTestEngine({ services: [busy], time: "manual", patienceMs: 30 });
    await engine.client.serviceSendClient(busy).go();
    await expect(engine.clock.settle()).rejects.toThrow(
      /settle: after 30 ms of real time some handlers have not come to rest:\n {2}- busy\/go \(inv_\w+\) waits for something that is not of ctx/,
    );
  });
});
