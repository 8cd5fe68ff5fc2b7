import { describe, expect, it } from "vitest";
import { eventually } from "../../../support/eventually.ts";
import { combine } from "../services/combinators.ts";
import { failureOf, type Stage, unique } from "../stage.ts";

/** features.md 3; the native combinators have to do the same. */
export function combinatorCases(stage: Stage): void {
  const client = () => stage.ingress.serviceClient(combine);

  describe.each(["native", "restate"] as const)("%s combinators", (family) => {
    it("settle as they should", async () => {
      expect(await client().each({ family, door: unique("door") })).toEqual({
        all: ["a", "b", "c"],
        allFails: "first failure",
        allEmpty: [],
        race: "b",
        raceFails: "raced",
        any: "a",
        anyFails: ["x", "y"],
        anyEmpty: [],
        allSettled: ["a", "x", "b"],
        nested: ["b", "c", ["d"]],
      });
    });

    it("have the same winner in every attempt", async () => {
      const name = unique("winners");
      const winners = await client().winners({ family, name });
      expect(winners).toHaveLength(6);
      const noted = await stage.probe.notes<string[]>(name);
      if (stage.place.suspendsAtAwaits) expect(noted.length).toBeGreaterThan(6);
      for (const seen of noted) expect(seen).toEqual(winners.slice(0, seen.length));
    });
  });

  describe("branches", () => {
    it("of several steps each take every step once", async () => {
      const name = unique("branches");
      const log = await client().branches(name);
      const steps = ["x", "y", "z"].flatMap((id) => [0, 1, 2, 3].map((step) => `${id}${step}`));
      expect([...log].sort()).toEqual(steps);
      expect((await stage.probe.notes<string>(name)).sort()).toEqual(steps);
      for (const id of ["x", "y", "z"]) {
        expect(log.filter((step) => step.startsWith(id))).toEqual([0, 1, 2, 3].map((step) => `${id}${step}`));
      }
    });

    it("by then, catch and finally", async () => {
      expect(await client().thenChains()).toEqual(["ab", "caught x"]);
    });
  });

  describe("orTimeout", () => {
    it("rejects with TimeoutError and lets the operation go on", async () => {
      expect(await client().timeouts(unique("door"))).toEqual({
        failed: { name: "TimeoutError", code: 408, message: "Timeout occurred", metadata: {} },
        inTime: "in time",
        onCombinator: "TimeoutError",
        never: "TimeoutError",
        afterAll: "late",
      });
    });

    it("that is not caught ends the invocation with 408", async () => {
      expect(await failureOf(client().uncaughtTimeout())).toMatchObject({
        name: "TerminalError",
        code: 408,
        message: "Timeout occurred",
      });
    });

    it("can be written by race and sleep", async () => {
      expect(await client().byHand(unique("door"))).toEqual(["timed out", "late"]);
    });
  });

  describe("map", () => {
    it("makes another value, a success of a failure, a failure of a value", async () => {
      expect(await client().maps()).toEqual({
        calls: 1,
        value: "a!",
        chained: 2,
        recovered: "recovered from x",
        refused: "refused by map",
        combined: ["a!", "b?"],
        passed: "kept",
      });
    });

    it("that throws something else is tried again", async () => {
      const name = unique("mapper");
      const send = await stage.ingress.serviceSendClient(combine).mapThrows(name);
      await eventually(async () => {
        expect((await stage.probe.notes(name)).length).toBeGreaterThan(1);
        const row = await stage.admin.getInvocation(send.invocationId);
        expect(row?.last_failure).toContain("a fault in the mapper");
      });
      await stage.probe.open(name);
      expect(await stage.ingress.invocation(send).attach()).toBe("repaired");
    });
  });

  describe("constants", () => {
    it("combine with promises of ctx", async () => {
      expect(await client().constants()).toEqual({
        same: true,
        rejected: "constant failure",
        all: [1, "two", 3],
        kept: 1,
        are: [true, true, false],
      });
    });

    it("foreign promises are refused at once", async () => {
      expect(await client().foreignMember()).toMatch(
        /^TypeError: RestatePromise\.all: member 1 is not a RestatePromise/,
      );
    });
  });
}
