import { connect, type Ingress, type IngressClient, rpc, TerminalError } from "@perdure/sdk/clients";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AdminClient } from "../support/admin.ts";
import { eventually } from "../support/eventually.ts";
import type { Caller, Keyed, Side } from "./peer-types.ts";

/** What runs both peers, and how their invocations are looked at and cancelled. */
export interface CrossStage {
  readonly ingressUrl: string;
  readonly admin: Pick<AdminClient, "cancel" | "invocations" | "waitForStatus">;
  stop(): Promise<void>;
}

/** Handlers of the official SDK call ours, and ours call theirs: each sees of the other what it sees of its own kind. */
export function crossSdkCases(start: () => Promise<CrossStage>): void {
  let running: CrossStage;
  let ingress: Ingress;

  beforeAll(async () => {
    running = await start();
    ingress = connect({ url: running.ingressUrl });
  });

  afterAll(async () => {
    await running?.stop();
  });

  const sides: { own: Side; other: Side }[] = [
    { own: "Perdure", other: "Official" },
    { own: "Official", other: "Perdure" },
  ];

  describe.each(sides)("$own calls $other", ({ own, other }) => {
    const caller = (): IngressClient<Caller> => ingress.serviceClient<Caller>({ name: `${own}Caller` });
    const lines = (key: string) => ingress.objectClient<Keyed>({ name: `${other}Keyed` }, key).lines();

    const terminal = { terminal: true, cancelled: false, timeout: false };

    it("a service, an object and a workflow", async () => {
      const result = await caller().calls("calls");
      expect(result).toEqual({
        greeting: `${other} greets Mary`,
        nothing: "nothing",
        counts: [1, 2],
        lines: ["a", "b"],
        workflow: `Hello Mary, from ${other}`,
        again: { ...terminal, message: expect.any(String), code: 409, metadata: expect.toSatisfy(isEmpty) },
      });
    });

    it("with bytes, by definition and by names", async () => {
      expect(await caller().bytes()).toEqual([
        [255, 2, 1],
        [4, 3],
      ]);
    });

    it("many times at once", async () => {
      const expected = Array.from({ length: 20 }, (_, n) => `${other} greets ${n}`);
      expect(await caller().concurrent(20)).toEqual(expected);
    });

    it("with headers", async () => {
      expect(await caller().headers()).toMatchObject({ "x-own": own });
    });

    it("under one idempotency key, whoever asks", async () => {
      const key = `from ${own}`;
      const [called, sent] = await caller().idempotent(key);
      expect(sent).toBe(called);
      const client = ingress.serviceClient<{ identity(ctx: unknown): Promise<string> }>({
        name: `${other}Callee`,
      });
      expect(await client.identity(rpc.opts({ idempotencyKey: key }))).toBe(called);
    });

    it("by sends, whose order holds", async () => {
      const [key, count] = [`order of ${own}`, 30];
      await caller().sends({ key, count });
      await eventually(async () => {
        expect(await lines(key)).toHaveLength(count);
      });
      expect(await lines(key)).toEqual(Array.from({ length: count }, (_, n) => `${own} ${n}`));
    });

    it("by sends, and attaches to them", async () => {
      expect(await caller().sendsAndAttaches()).toEqual([`${other} greets Mary`, `${other} slept`]);
    });

    it("and gets its failures with code, message and metadata", async () => {
      const failure = { message: "boom", code: 418, metadata: { reason: "teapot" } };
      const [called, attached] = await caller().failures(failure);
      expect(called).toEqual({ ...terminal, ...failure });
      expect(attached).toEqual({ ...terminal, ...failure });
      const error = await caller()
        .failsThrough(failure)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TerminalError);
      expect(error).toMatchObject(failure);
    });

    it.each([[{ a: [1, "ä€𝄞"] }], ["text"], [null]])(
      "which completes its awakeables, with %j",
      async (value) => {
        const { resolved, rejected, rejectedByText } = await caller().awakeables(value);
        expect(resolved).toEqual(value);
        expect(rejected).toEqual({ ...terminal, message: "no", code: 403, metadata: { why: "closed" } });
        expect(rejectedByText).toMatchObject({ ...terminal, message: "just no", code: 500 });
      },
    );

    it("which sends it signals", async () => {
      const { good, bad } = await caller().signals({ n: 1 });
      expect(good).toEqual({ n: 1 });
      expect(bad).toMatchObject({ ...terminal, message: "no", code: 403 });
    });

    it("and sends it a signal", async () => {
      expect(await caller().signalsCallee(["go"])).toEqual(["go"]);
    });

    it("and runs steps of its own once, again while they fail, and until they fail for good", async () => {
      const { refused, hopeless, ...counts } = await caller().runs(`runs of ${own}`);
      expect(counts).toEqual({
        steady: 1,
        flaky: 3,
        executions: { steady: 1, flaky: 3, hopeless: 2 },
      });
      expect(refused).toMatchObject({ ...terminal, message: "no", code: 403 });
      expect(hopeless).toMatchObject({ ...terminal, message: expect.stringContaining("out of order") });
    });

    it("with a timeout", async () => {
      expect(await caller().timeouts()).toMatchObject({ terminal: true, timeout: true, code: 408 });
    });

    it("and cancels what it sent", async () => {
      const { id, caught } = await caller().cancelsSent();
      expect(caught).toMatchObject({ terminal: true, code: 409 });
      expect((await running.admin.waitForStatus(id, "completed")).completion_failure).toMatch(/409/);
    });

    it("and, when cancelled, takes the call with it and compensates", async () => {
      const sends = ingress.serviceSendClient<Caller>({ name: `${own}Caller` });
      const sent = await sends.waits(rpc.sendOpts({ idempotencyKey: `waits of ${own}` }));
      const child = await eventually(async () => {
        const rows = await running.admin.invocations({ invokedById: sent.invocationId });
        const started = rows.filter(({ status }) => status !== "pending");
        expect(started).toHaveLength(1);
        return started[0]?.id as string;
      });
      await running.admin.cancel(sent.invocationId);
      expect(await ingress.result(sent)).toEqual({
        childId: child,
        cancelled: {
          ...terminal,
          cancelled: true,
          message: "Cancelled",
          code: 409,
          metadata: expect.toSatisfy(isEmpty),
        },
        compensation: `${other} greets compensation`,
      });
      const row = await running.admin.waitForStatus(child, "completed");
      expect(row.completion_failure).toMatch(/409/);
    });
  });
}

function isEmpty(metadata: unknown): boolean {
  return metadata === undefined || Object.keys(metadata as object).length === 0;
}
