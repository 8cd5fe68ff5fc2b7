import {
  CancelledError,
  type Context,
  handlers,
  type ObjectContext,
  type ObjectSharedContext,
  object,
  service,
  TerminalError,
  type WorkflowContext,
  type WorkflowSharedContext,
  workflow,
} from "@perdure/sdk";
import { rpc } from "@perdure/sdk/clients";
import { createTestEngine, MisuseError, replacement, replay, type TestEngineOptions } from "@perdure/testing";
import { afterEach, describe, expect, it, vi } from "vitest";

/** One table of tests, on the engine of the testing kit and on a real server: it is the same kit. */

const undone: string[] = [];

const counter = object({
  name: "Counter",
  handlers: {
    add: async (ctx: ObjectContext<{ count: number }>, amount: number) => {
      const count = ((await ctx.get("count")) ?? 0) + amount;
      ctx.set("count", count);
      return count;
    },
    get: handlers.object.shared(
      async (ctx: ObjectSharedContext<{ count: number }>) => (await ctx.get("count")) ?? 0,
    ),
  },
});

const rates = service({
  name: "Rates",
  handlers: {
    of: async (_ctx: Context, _currency: string): Promise<number> => {
      throw new Error("a test does not ask the bank");
    },
  },
});

const desk = service({
  name: "Desk",
  handlers: {
    convert: async (ctx: Context, { cents, to }: { cents: number; to: string }) => {
      const rate = await ctx.serviceClient(rates).of(to);
      const fee = await ctx.run("look up the fee", (): number => 99);
      await ctx.sleep(20);
      return cents * rate - fee;
    },
    wait: async (ctx: Context) => {
      try {
        await ctx.sleep({ days: 1 }, "long");
      } catch (error) {
        if (error instanceof CancelledError) await ctx.run("undo", () => void undone.push("undone"));
        throw error;
      }
    },
    fail: async (_ctx: Context, why: string): Promise<void> => {
      throw new TerminalError(why, { errorCode: 418 });
    },
    stamp: async (_ctx: Context) => Date.now() > 0,
  },
});

const approval = workflow({
  name: "Approval",
  handlers: {
    run: async (ctx: WorkflowContext<{ awakeable: string }>) => {
      const { id, promise } = ctx.awakeable<string>();
      ctx.set("awakeable", id);
      return `${await promise}, ${await ctx.promise<string>("decision")}`;
    },
    decide: async (ctx: WorkflowSharedContext, decision: string) => {
      await ctx.promise<string>("decision").resolve(decision);
    },
  },
});

const services = [counter, rates, desk, approval];

describe.each(["engine", "restate-server"] as const)("on: %s", (on) => {
  const open = (options: Partial<TestEngineOptions> = {}) => createTestEngine({ services, on, ...options });

  it.each([1, 2])("state is read and written, and nothing of it is left for the next test (%i)", async () => {
    await using engine = await open();
    const state = engine.stateOf(counter, "a");
    expect([engine.on, await state.get("count")]).toEqual([on, null]);
    await state.set("count", 41);
    expect(await engine.client.objectClient(counter, "a").add(1)).toBe(42);
    expect(await state.all()).toEqual({ count: 42 });
    await state.clear("count");
    expect(await engine.client.objectClient(counter, "a").get()).toBe(0);
  });

  it("two engines at the same time are apart", async () => {
    await using one = await open();
    await using other = await open();
    await one.client.objectClient(counter, "a").add(1);
    expect(await other.client.objectClient(counter, "a").get()).toBe(0);
  });

  it("services and runs are replaced; the journal replays", async () => {
    await using engine = await open({
      replace: [replacement(rates, { of: async (_ctx, currency) => (currency === "EUR" ? 2 : 3) })],
      runs: { "look up the fee": () => 7 },
    });
    const sent = await engine.client
      .serviceSendClient(desk)
      .convert({ cents: 100, to: "EUR" }, rpc.sendOpts({ idempotencyKey: "one" }));
    await engine.clock.runUntilIdle();
    expect(await engine.client.result(sent)).toBe(193);
    const journal = await engine.journal(sent);
    expect(journal.entries.flatMap((entry) => ("command" in entry ? [entry.command] : []))).toEqual([
      "Input",
      "Call",
      "Run",
      "Sleep",
      "Output",
    ]);
    expect((await replay(desk, journal)).outcome).toBe("completed");
    const inner = await engine.invocations({ service: "Rates" });
    expect(inner).toMatchObject([{ status: "succeeded", target: "Rates/of", calledBy: sent.invocationId }]);
  });

  it("invocations are seen, cancelled and killed", async () => {
    undone.length = 0;
    await using engine = await open({ time: "manual" });
    const client = engine.client.serviceSendClient(desk);
    const [cancelled, killed] = [await client.wait(), await client.wait()];
    await engine.clock.settle();
    expect(await engine.running()).toMatchObject([
      { invocationId: cancelled.invocationId, target: "Desk/wait", why: expect.stringMatching(/sleep/i) },
      { invocationId: killed.invocationId },
    ]);
    await engine.cancel(cancelled);
    await engine.kill(killed.invocationId);
    await engine.clock.settle();
    expect([undone, await engine.running()]).toEqual([["undone"], []]);
    expect((await engine.invocations()).map(({ status, failure }) => [status, failure])).toEqual([
      ["failed", "Cancelled"],
      ["failed", "killed"],
    ]);
    await expect(engine.kill(killed)).rejects.toThrow(`kill of ${killed.invocationId}: it has ended.`);
    await expect(engine.journal("inv_nobody")).rejects.toThrow("the engine does not know it");
  });

  it("failures arrive as they were thrown", async () => {
    await using engine = await open();
    await expect(engine.client.serviceClient(desk).fail("no tea")).rejects.toMatchObject({
      code: 418,
      message: "no tea",
    });
    expect(await engine.invocations({ status: "failed" })).toMatchObject([{ failure: "no tea" }]);
  });

  it("awakeables and promises are completed", async () => {
    await using engine = await open({ time: "manual" });
    const client = engine.client.workflowClient(approval, "k");
    await client.workflowSubmit();
    await engine.clock.settle();
    await engine.resolveAwakeable((await engine.stateOf(approval, "k").get("awakeable")) ?? "", "yes");
    await engine.clock.settle();
    expect((await engine.running())[0]?.why).toContain('"decision"');
    await client.decide("go");
    expect(await client.workflowAttach()).toBe("yes, go");

    const other = engine.client.workflowClient(approval, "other");
    await other.workflowSubmit();
    await engine.clock.settle();
    await engine.rejectAwakeable((await engine.stateOf(approval, "other").get("awakeable")) ?? "", "no");
    await expect(other.workflowAttach()).rejects.toThrow("no");
  });

  it("misuse is found, and named by its line", async () => {
    const engine = await open({ strict: true });
    await expect(engine.client.serviceClient(desk).stamp()).rejects.toThrow("Date.now() was called");
    await expect(engine.close()).rejects.toThrow(MisuseError);
    await using again = await open({ misuse: { onMisuse: () => {} } });
    expect(await again.client.serviceClient(desk).stamp()).toBe(true);
    const [{ invocationId } = { invocationId: "" }] = await again.invocations();
    expect(again.misuses()).toMatchObject([{ kind: "time", handler: "Desk/stamp", invocationId }]);
  });

  it("the test may have replaced timers and fetch", async () => {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", () => Promise.reject(new Error("nobody is there")));
    try {
      await using engine = await open();
      expect(await engine.client.objectClient(counter, "faked").add(1)).toBe(1);
      await engine.clock.settle();
    } finally {
      vi.unstubAllGlobals();
      vi.useRealTimers();
    }
  });
});

describe("on a real server", () => {
  it("time cannot be moved, and the error says what to do", async () => {
    await using engine = await createTestEngine({ services, on: "restate-server" });
    expect(Math.abs(engine.clock.now() - Date.now())).toBeLessThan(1000);
    await expect(engine.clock.advance({ days: 1 })).rejects.toMatchObject({
      code: "realTime",
      message: expect.stringContaining("clock.advance: this test runs on a real server"),
    });
    await expect(engine.clock.advanceTo(0)).rejects.toMatchObject({ code: "realTime" });
  });

  it("waiting has an end", async () => {
    await using engine = await createTestEngine({ services, on: "restate-server", patienceMs: 200 });
    await engine.client.serviceSendClient(desk).wait();
    await engine.clock.runUntilIdle({ atMost: 100 });
    await expect(engine.clock.runUntilIdle()).rejects.toMatchObject({ code: "endless" });
  });
});

describe("the environment", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("says where tests run that do not say it themselves", async () => {
    vi.stubEnv("PERDURE_TEST_ON", "restate-server");
    await using there = await createTestEngine({ services });
    await using here = await createTestEngine({ services, on: "engine" });
    expect([there.on, here.on]).toEqual(["restate-server", "engine"]);
  });

  it("is told when it says nonsense", async () => {
    vi.stubEnv("PERDURE_TEST_ON", "the moon");
    await expect(createTestEngine({ services })).rejects.toThrow(
      'The environment variable PERDURE_TEST_ON is "the moon", where no test can run.',
    );
  });
});
