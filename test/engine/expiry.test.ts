import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import {
  type AnyDefinition,
  type Context,
  serve,
  service,
  type WorkflowContext,
  type WorkflowSharedContext,
  workflow,
} from "@perdure/sdk";
import { rpc } from "@perdure/sdk/clients";
import { afterEach, describe, expect, it } from "vitest";
import { createVirtualClock, type VirtualClock } from "../../packages/engine/src/clock/virtual-clock.ts";
import { delay, eventually } from "../support/eventually.ts";
import { engineAdmin } from "./fixtures/engine-stage.ts";

/** What ends because time passes: retentions and timeouts, to the millisecond, on a clock that is moved by hand. */

const DAY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SWEEP_MS = MINUTE_MS;
/** Endpoints say by their own clock when a sleep ends. */
const START_MS = Date.now();

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Running {
  readonly engine: EmbeddedEngine;
  readonly clock: VirtualClock;
}

async function open(services: readonly AnyDefinition[] | undefined): Promise<Running> {
  const clock = createVirtualClock(START_MS);
  const engine = await createEngine({
    ...(services && { services: [...services] }),
    ephemeral: true,
    clock,
    sweepIntervalMs: SWEEP_MS,
    logger: () => {},
  });
  cleanups.push(() => engine.close());
  return { engine, clock };
}

const STEP_MS = 5000;

/** Moves on in steps, so that the other side of a connection answers its pings meanwhile. */
async function pass(clock: VirtualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    clock.advance(Math.min(left, STEP_MS));
    await delay(2);
  }
}

describe("results and journals outlive their end by their retention, and no longer", () => {
  let runs = 0;
  const kept = service({
    name: "Kept",
    handlers: {
      count: async (ctx: Context) => {
        await ctx.run("step", () => "done");
        return ++runs;
      },
    },
    options: { idempotencyRetention: { days: 2 }, journalRetention: { hours: 3 } },
  });

  it("of a request with an idempotency key", async () => {
    const { engine, clock } = await open([kept]);
    const ask = (): Promise<number> =>
      engine.client.serviceClient(kept).count(rpc.opts({ idempotencyKey: "once" }));
    const first = await ask();
    const [{ id } = { id: "" }] = engine.api.completedInvocations();
    const stepsOf = async (): Promise<number | undefined> => (await engine.api.archive(id))?.journal.length;

    clock.advance(3 * HOUR_MS - 1);
    await eventually(async () => expect(await stepsOf()).toBeGreaterThan(2));
    clock.advance(1 + SWEEP_MS);
    await eventually(async () => expect(await stepsOf()).toBe(0));

    clock.advanceTo(START_MS + 2 * DAY_MS - 1);
    expect(await ask()).toBe(first);
    clock.advance(1 + SWEEP_MS);
    await eventually(() => expect([...engine.api.completedInvocations()]).toEqual([]));
    expect(await ask()).toBe(first + 1);
  });

  it("of a workflow, with its state and its promises", async () => {
    const loan = workflow({
      name: "Loan",
      handlers: {
        run: async (ctx: WorkflowContext<{ phase: string }>) => {
          ctx.set("phase", "asked");
          return await ctx.promise<string>("answer");
        },
        answer: async (ctx: WorkflowSharedContext, answer: string) =>
          ctx.promise<string>("answer").resolve(answer),
        look: async (ctx: WorkflowSharedContext<{ phase: string }>) => [
          await ctx.get("phase"),
          await ctx.promise<string>("answer").peek(),
        ],
      },
      options: { workflowRetention: { hours: 5 } },
    });
    const { engine, clock } = await open([loan]);
    const client = engine.client.workflowClient(loan, "house");
    await client.workflowSubmit();
    await client.answer("yes");
    expect(await client.workflowAttach()).toBe("yes");

    clock.advance(5 * HOUR_MS - 1);
    expect(await client.look()).toEqual(["asked", "yes"]);
    expect((await client.workflowSubmit()).status).toBe("PreviouslyAccepted");
    clock.advance(1 + SWEEP_MS);
    await eventually(async () => expect(await client.look()).toEqual([null, null]));
    expect((await client.workflowSubmit()).status).toBe("Accepted");
    await client.answer("no");
    expect(await client.workflowAttach()).toBe("no");
  });
});

describe.each(["in process", "over HTTP/2"])("an attempt that makes no progress, %s,", (way) => {
  let attempts: AbortSignal[] = [];
  const options = {
    inactivityTimeout: { minutes: 2 },
    abortTimeout: { minutes: 3 },
    retryPolicy: { initialInterval: { seconds: 10 } },
  };
  const slow = service({
    name: "Slow",
    handlers: {
      sleep: async (ctx: Context, ms: number) => {
        attempts.push(ctx.request().attemptCompletedSignal);
        await ctx.sleep(ms);
        return "awake";
      },
      /** Hangs in something that is not durable, the first time. */
      hang: async (ctx: Context) => {
        attempts.push(ctx.request().attemptCompletedSignal);
        if (attempts.length === 1) await new Promise(() => {});
        return "at last";
      },
    },
    options,
  });

  async function openPlace(): Promise<Running> {
    attempts = [];
    if (way === "in process") return await open([slow]);
    const running = await open(undefined);
    const endpoint = await serve({ services: [slow], port: 0, logger: () => {} });
    cleanups.unshift(() => endpoint.close({ graceMs: 0 }));
    await running.engine.api.register({ uri: endpoint.url });
    return running;
  }

  it("is suspended when it has waited for the inactivity timeout, and woken by its timer", async () => {
    const { engine, clock } = await openPlace();
    const admin = engineAdmin(engine);
    const result = engine.client.serviceClient(slow).sleep(HOUR_MS);
    const [{ id } = { id: "" }] = await eventually(async () => {
      const rows = await admin.invocations({ target: "Slow/sleep" });
      // The sleep is stored: from here on it is silent.
      expect(rows[0]?.journal_size).toBe(2);
      return rows;
    });
    await pass(clock, 2 * MINUTE_MS - 1);
    expect((await admin.getInvocation(id))?.status).toBe("running");
    clock.advance(1);
    await admin.waitForStatus(id, "suspended");
    clock.advanceTo(START_MS + HOUR_MS + MINUTE_MS);
    expect(await result).toBe("awake");
    expect(attempts).toHaveLength(2);
  });

  it("is broken off when it does not suspend for the abort timeout, and made again", async () => {
    const { engine, clock } = await openPlace();
    const admin = engineAdmin(engine);
    const result = engine.client.serviceClient(slow).hang();
    await eventually(() => expect(attempts).toHaveLength(1));
    const [{ id } = { id: "" }] = await admin.invocations({ target: "Slow/hang" });

    await pass(clock, 2 * MINUTE_MS);
    await pass(clock, 3 * MINUTE_MS - 1);
    expect((await admin.getInvocation(id))?.status).toBe("running");
    expect(attempts[0]?.aborted).toBe(false);
    clock.advance(1);
    const row = await admin.waitForStatus(id, "backing-off");
    expect(row.last_failure).toContain("abort");
    clock.advance(20_000);
    expect(await result).toBe("at last");
    expect(attempts).toHaveLength(2);
    // A stream that was told to end gets some time before it is broken off.
    await pass(clock, 2 * MINUTE_MS);
    await eventually(() => expect(attempts[0]?.aborted).toBe(true));
  });
});
