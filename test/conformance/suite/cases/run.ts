import { describe, expect, it } from "vitest";
import { eventually } from "../../../support/eventually.ts";
import { runner } from "../services/run.ts";
import { type Stage, unique } from "../stage.ts";

/** features.md 2.5. */
export function runCases(stage: Stage): void {
  const client = () => stage.ingress.serviceClient(runner);
  const sends = () => stage.ingress.serviceSendClient(runner);

  function gaps(times: readonly number[]): number[] {
    return times.slice(1).map((time, index) => time - (times[index] as number));
  }

  describe("ctx.run", () => {
    it("has its forms, and results of every kind", async () => {
      const name = unique("forms");
      expect(await client().forms(name)).toEqual({
        sync: 1,
        async: 2,
        isDate: true,
        nothing: true,
        nil: null,
        bytes: [1, 255],
      });
      expect(await stage.probe.notes(name)).toEqual(["sync", "async"]);
    });

    it("runs once, however often the handler is replayed", async () => {
      const name = unique("replayed");
      const send = await sends().replayed(name);
      expect(await stage.ingress.invocation(send).attach()).toEqual([1, 2, 3, 4, 5]);
      expect(await stage.probe.notes(name)).toEqual([0, 1, 2, 3, 4]);
      const journal = await stage.admin.journal(send.invocationId);
      const runs = journal
        .filter(({ entry_type }) => entry_type === "Command: Run")
        .map((entry) => entry.name);
      expect(runs).toEqual(["step 0", "step 1", "step 2", "step 3", "step 4"]);
    });

    it("refuses other forms at the call", async () => {
      expect(await client().wrongForms()).toEqual(Array.from({ length: 5 }, () => "TypeError"));
    });

    it("refuses ctx inside of it", async () => {
      expect(await client().usesContext()).toMatchObject({
        name: "TerminalError",
        message: expect.stringContaining('inside ctx.run "nested"') as string,
      });
    });

    it("is replayed with its terminal failure", async () => {
      const name = unique("terminal");
      expect(await client().terminal(name)).toEqual({
        name: "TerminalError",
        code: 488,
        message: "final",
        metadata: { a: "b" },
      });
      expect(await stage.probe.notes(name)).toHaveLength(1);
    });

    it("several at a time run concurrently", async () => {
      const name = unique("concurrent");
      expect(await client().concurrent({ name, count: 5 })).toEqual([0, 1, 2, 3, 4]);
      expect((await stage.probe.notes<number>(`${name} ran`)).sort()).toEqual([0, 1, 2, 3, 4]);
      expect(await client().unawaited(unique("unawaited"))).toEqual(["one", "two"]);
    });

    it("happens although nobody awaits it", async () => {
      const name = unique("ignored");
      expect(await client().ignored(name)).toBe("done");
      expect((await stage.probe.notes(name)).length).toBeGreaterThanOrEqual(1);
    });

    it("that takes its time is not disturbed by an inactivity timeout", async () => {
      const door = unique("door");
      const result = client().slow(door);
      await eventually(async () => expect(await stage.probe.notes(`slow run ${door}`)).toHaveLength(1));
      await stage.probe.open(door);
      expect(await result).toBe("slow result");
      expect(await stage.probe.notes(`slow run ${door}`)).toHaveLength(1);
    });
  });

  describe("a failing run", () => {
    it("without options is retried as its invocation", async () => {
      const name = unique("retried");
      expect(await client().retried({ name, failures: 3 })).toBe("after 4");
      expect(await stage.probe.notes(name)).toHaveLength(4);
    });

    it("is retried until maxRetryAttempts, then fails terminally with the last error", async () => {
      const name = unique("attempts");
      const options = { maxRetryAttempts: 3, initialRetryInterval: 5 };
      expect(await client().withOptions({ name, failures: 99, options })).toEqual({
        name: "TerminalError",
        code: 500,
        message: "not yet",
        metadata: {},
      });
      expect(await stage.probe.notes(name)).toHaveLength(3);
      const enough = unique("attempts");
      expect(await client().withOptions({ name: enough, failures: 2, options })).toBe("after 3");
    });

    it("is not tried again with maxRetryAttempts 1", async () => {
      const name = unique("single");
      expect(
        await client().withOptions({ name, failures: 9, options: { maxRetryAttempts: 1 } }),
      ).toMatchObject({
        message: "not yet",
      });
      expect(await stage.probe.notes(name)).toHaveLength(1);
    });

    it("waits between attempts by interval, factor and the longest interval", async () => {
      const name = unique("intervals");
      const options = {
        initialRetryInterval: 40,
        retryIntervalFactor: 10,
        maxRetryInterval: { milliseconds: 200 },
      };
      expect(await client().withOptions({ name, failures: 4, options })).toBe("after 5");
      const [first, second, third, fourth] = gaps(await stage.probe.notes<number>(name)) as [
        number,
        number,
        number,
        number,
      ];
      expect(first).toBeGreaterThanOrEqual(40);
      expect(second).toBeGreaterThanOrEqual(200);
      expect(third).toBeGreaterThanOrEqual(200);
      expect(fourth).toBeGreaterThanOrEqual(200);
      // Without the longest interval the last would be 40 s.
      expect(fourth).toBeLessThan(20_000);
    });

    it("gives up after maxRetryDuration", async () => {
      const name = unique("duration");
      const options = {
        // Between two tries, as the engine counts from when it stored the run, a little later than the first.
        maxRetryDuration: { milliseconds: 550 },
        initialRetryInterval: 100,
        retryIntervalFactor: 1,
      };
      expect(await client().withOptions({ name, failures: 9_999, options })).toMatchObject({
        name: "TerminalError",
        message: "not yet",
      });
      const times = await stage.probe.notes<number>(name);
      expect(times.length).toBeGreaterThan(1);
      expect(times.length).toBeLessThanOrEqual(7);
      expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThanOrEqual(400);
    });

    it("waits as long as its RetryableError says", async () => {
      const name = unique("later");
      expect(await client().retryAfter({ name, ms: 500 })).toBe("after 2");
      const [gap] = gaps(await stage.probe.notes<number>(name));
      expect(gap).toBeGreaterThanOrEqual(500);
    });

    it("with a RetryableError is bounded by its options, whose intervals do not count", async () => {
      const name = unique("bounded");
      expect(await client().retryAfterBounded(name)).toMatchObject({ message: "wrapped", code: 500 });
      expect(await stage.probe.notes(name)).toHaveLength(3);
    });

    it("with a PauseError pauses the invocation until it is resumed", async () => {
      const name = unique("paused");
      const send = await sends().pauses(name);
      await stage.admin.waitForStatus(send.invocationId, "paused");
      expect(await stage.probe.notes(name)).toHaveLength(1);
      await stage.admin.resume(send.invocationId);
      expect(await stage.ingress.invocation(send).attach()).toBe("resumed");
    });

    it("ends by asTerminalError", async () => {
      const name = unique("mapped");
      expect(await client().mapped(name)).toEqual({
        name: "TerminalError",
        code: 416,
        message: "out of range: 7",
        metadata: {},
      });
      expect(await stage.probe.notes(name)).toHaveLength(1);
    });

    it("whose result cannot be serialized is retried", async () => {
      const name = unique("bigint");
      const send = await sends().unserializable(name);
      await eventually(async () => {
        const row = await stage.admin.getInvocation(send.invocationId);
        expect(row?.last_failure).toMatch(/"bigint" cannot be serialized.*BigInt/);
        expect((await stage.probe.notes(name)).length).toBeGreaterThan(1);
      });
      await stage.probe.open(name);
      expect(await stage.ingress.invocation(send).attach()).toBe("small");
    });
  });
}
