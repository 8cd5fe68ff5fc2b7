import { CancelledError, type Context, serde, service } from "@perdure/sdk";
import { describe, expect, it } from "vitest";
import { createTestEngine } from "../index.ts";
import { approval, counter, greeter } from "./testing/services.ts";

describe("a test engine", () => {
  it("calls services, with their types", async () => {
    await using engine = await createTestEngine({ services: [greeter] });
    const greeting: string = await engine.client.serviceClient(greeter).greet("Mary");
    expect(greeting).toBe("Hello, Mary!");
  });

  it("is apart from every other one", async () => {
    await using one = await createTestEngine({ services: [counter] });
    await using other = await createTestEngine({ services: [counter] });
    await one.client.objectClient(counter, "a").add(1);
    expect(await other.client.objectClient(counter, "a").get()).toBe(0);
  });

  it("repeats its ids, or not, as the seed says", async () => {
    const idsOf = async (seed: number | undefined): Promise<string[]> => {
      await using engine = await createTestEngine({ services: [greeter], seed });
      const client = engine.client.serviceSendClient(greeter);
      return [await client.greet("a"), await client.greet("b")].map(({ invocationId }) => invocationId);
    };
    expect(await idsOf(1)).toEqual(await idsOf(undefined));
    expect(await idsOf(2)).not.toEqual(await idsOf(1));
  });

  it("names the time at which it begins, and always the same one unless told otherwise", async () => {
    await using engine = await createTestEngine({ services: [greeter] });
    expect(new Date(engine.clock.now()).toISOString()).toBe("2026-01-01T00:00:00.000Z");
    await using other = await createTestEngine({ services: [greeter], now: new Date("2030-05-01") });
    expect(await other.client.serviceClient(greeter).nap(1)).toBe("2030-05-02T00:00:00.000Z");
  });

  it("refuses services that no endpoint would serve", async () => {
    await expect(
      createTestEngine({ services: [greeter, service({ name: "greeter", handlers: {} })] }),
    ).rejects.toThrow(TypeError);
  });

  it("is closed twice without harm, and takes nothing any more", async () => {
    const engine = await createTestEngine({ services: [greeter] });
    await engine.close();
    await engine.close();
    await expect(engine.client.serviceClient(greeter).greet("x")).rejects.toThrow("The engine is closed");
  });

  it("is closed while work is running, silently", async () => {
    const engine = await createTestEngine({ services: [greeter], time: "manual" });
    const send = await engine.client.serviceSendClient(greeter).nap(1);
    await engine.clock.settle();
    expect((await engine.running()).map(({ invocationId }) => invocationId)).toEqual([send.invocationId]);
    await engine.close();
  });
});

describe("looking inside", () => {
  it("reads and writes state with the types that handlers declare", async () => {
    await using engine = await createTestEngine({ services: [counter] });
    const state = engine.stateOf(counter, "a");
    expect(await state.get("count")).toBeNull();
    await state.set("count", 41);
    expect(await engine.client.objectClient(counter, "a").add(1)).toBe(42);
    const count: number | null = await state.get("count");
    expect(count).toBe(42);
    expect(await state.all()).toEqual({ count: 42 });
    await state.clear("count");
    expect(await state.all()).toEqual({});
    // @ts-expect-error: handlers declare no such name.
    expect(await state.get("cuont")).toBeNull();
    await engine.stateOf<{ note: string }>(counter, "b").set("note", "x");
    expect(await engine.stateOf(counter, "b").all()).toEqual({ note: "x" });
    await engine.stateOf(counter, "b").clearAll();
    expect(await engine.stateOf(counter, "b").all()).toEqual({});
  });

  it("says what has no state", async () => {
    await using engine = await createTestEngine({ services: [greeter, counter] });
    expect(() => engine.stateOf(greeter as never, "a")).toThrow(
      "stateOf: greeter is a service, and has no state.\nHint: Pass an object or a workflow of this engine: counter.",
    );
    expect(() => engine.stateOf(approval, "a")).toThrow("approval is not registered");
  });

  it("lists invocations", async () => {
    await using engine = await createTestEngine({ services: [greeter, counter], time: "manual" });
    await engine.client.objectClient(counter, "a").add(1);
    const { invocationId } = await engine.client.serviceSendClient(greeter).nap(1);
    expect((await engine.invocations()).map(({ target, status }) => [target, status])).toEqual([
      ["counter/a/add", "succeeded"],
      ["greeter/nap", "invoked"],
    ]);
    expect(await engine.invocations({ service: "greeter" })).toMatchObject([{ invocationId }]);
    expect(await engine.invocations({ status: "failed" })).toEqual([]);
  });

  it("shows journals, of what runs and of what has ended", async () => {
    await using engine = await createTestEngine({ services: [greeter] });
    const send = await engine.client.serviceSendClient(greeter).nap(1);
    await engine.clock.settle();
    const commands = async (): Promise<unknown[]> =>
      (await engine.journal(send)).entries.flatMap((entry) => ("command" in entry ? [entry.command] : []));
    expect(await commands()).toEqual(["Input", "Sleep"]);
    await engine.clock.runUntilIdle();
    expect(await commands()).toEqual(["Input", "Sleep", "Run", "Output"]);
    await expect(engine.journal("inv_nobody")).rejects.toThrow("the engine does not know it");
  });

  it("completes awakeables", async () => {
    await using engine = await createTestEngine({ services: [approval], time: "manual" });
    const client = engine.client.workflowClient(approval, "k");
    await client.workflowSubmit();
    await engine.clock.settle();
    const id = (await engine.stateOf(approval, "k").get("awakeable")) ?? "";
    expect((await engine.running())[0]?.why).toBe(
      `waits for a sleep until 2026-01-01T01:00:00.000Z, in 1 hour, awakeable ${id}`,
    );
    await engine.resolveAwakeable(id, "yes", serde.json as never);
    await engine.clock.settle();
    expect((await engine.running())[0]?.why).toBe('waits for promise "decision"');
    await client.decide("go");
    expect(await client.workflowAttach()).toBe("yes, go");

    const other = engine.client.workflowClient(approval, "other");
    await other.workflowSubmit();
    await engine.clock.settle();
    await engine.rejectAwakeable((await engine.stateOf(approval, "other").get("awakeable")) ?? "", "no");
    await expect(other.workflowAttach()).rejects.toThrow("no");
  });

  it("cancels and kills", async () => {
    const undone: string[] = [];
    const saga = service({
      name: "saga",
      handlers: {
        run: async (ctx: Context) => {
          try {
            await ctx.sleep({ days: 1 });
          } catch (error) {
            if (error instanceof CancelledError) await ctx.run("undo", () => void undone.push("undone"));
            throw error;
          }
        },
      },
    });
    await using engine = await createTestEngine({ services: [saga], time: "manual" });
    const cancelled = await engine.client.serviceSendClient(saga).run();
    const killed = await engine.client.serviceSendClient(saga).run();
    await engine.clock.settle();
    await engine.cancel(cancelled);
    await engine.kill(killed.invocationId);
    await engine.clock.settle();
    expect(undone).toEqual(["undone"]);
    expect((await engine.invocations()).map(({ status, failure }) => [status, failure])).toEqual([
      ["failed", "Cancelled"],
      ["failed", "killed"],
    ]);
    await expect(engine.kill(killed)).rejects.toThrow(`kill of ${killed.invocationId}: it has ended.`);
    await expect(engine.cancel("inv_nobody")).rejects.toThrow();
  });
});
