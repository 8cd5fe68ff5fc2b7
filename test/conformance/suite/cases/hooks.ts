import { rpc } from "@perdure/sdk/clients";
import { describe, expect, it } from "vitest";
import { eventually } from "../../../support/eventually.ts";
import { guarded, hooked, swallowed, translated } from "../services/hooks.ts";
import type { LogLine } from "../services/log.ts";
import { runner } from "../services/run.ts";
import { failureOf, type Stage, unique } from "../stage.ts";

/** features.md 6.5. */
export function hookCases(stage: Stage): void {
  describe("hooks", () => {
    it("stand around the handler and its runs, the service's outermost", async () => {
      const name = unique("hooked");
      expect(await stage.ingress.serviceClient(hooked).steps(name)).toBe(3);
      const said = await stage.probe.notes<string>(name);
      const runs = said.filter((line) => /(one|two)$/.test(line));
      // Only executions: what a replay repeats is not run.
      expect(runs).toEqual([
        "outer before one",
        "inner before one",
        "inner after one",
        "outer after one",
        "outer before two",
        "inner before two",
        "inner after two",
        "outer after two",
      ]);
      expect(said.slice(0, 4)).toEqual(["outer provided", "inner provided", "outer before", "inner before"]);
      expect(said.slice(-2)).toEqual(["inner after", "outer after"]);
    });

    it("see a suspension, and every attempt", async () => {
      const name = unique("waits");
      expect(await stage.ingress.serviceClient(hooked).waits(name)).toBe("waited");
      const said = await eventually(async () => {
        const said = await stage.probe.notes<string>(name);
        expect(said.at(-1)).toBe("outer after");
        return said;
      });
      const attempts = said.filter((line) => line === "outer before").length;
      expect(said.filter((line) => line === "outer provided")).toHaveLength(attempts);
      expect(said.filter((line) => line === "outer suspended")).toHaveLength(attempts - 1);
      if (stage.place.suspendsAtAwaits) expect(attempts).toBeGreaterThan(1);
    });

    it("see failures", async () => {
      const name = unique("fails");
      expect(await failureOf(stage.ingress.serviceClient(hooked).fails(name))).toMatchObject({
        message: "as asked",
      });
      expect(await stage.probe.notes(name)).toEqual([
        "outer provided",
        "outer before",
        "outer failed: as asked",
      ]);
    });

    it("may make other failures of them", async () => {
      const client = stage.ingress.serviceClient(translated);
      expect(await failureOf(client.handler())).toMatchObject({
        code: 451,
        message: "translated: would be retried",
      });
      expect(await client.run()).toEqual({ code: 452, message: "translated run" });
      expect(await client.waits()).toBe("waited");
    });

    it("may fail the invocation after the handler", async () => {
      expect(await failureOf(stage.ingress.serviceClient(translated).late())).toMatchObject({
        code: 451,
        message: "translated: after the handler",
      });
    });

    it("that swallow a failure leave nothing to record: it is tried again", async () => {
      const name = unique("swallowed");
      const send = await stage.ingress.serviceSendClient(swallowed).swallows(name);
      await eventually(async () => {
        const row = await stage.admin.getInvocation(send.invocationId);
        expect(row?.last_failure).toContain("there is no result to record");
        expect((await stage.probe.notes(name)).length).toBeGreaterThan(1);
      });
      await stage.probe.open(name);
      expect(await stage.ingress.invocation(send).attach()).toBe("no longer");
    });

    it("may refuse by their provider", async () => {
      const client = stage.ingress.serviceClient(guarded);
      expect(await failureOf(client.enter())).toMatchObject({ code: 401, message: "who are you?" });
      expect(await client.enter(rpc.opts({ headers: { "x-user": "Mary" } }))).toBe("welcome Mary");
    });
  });

  describe("the logger", () => {
    it("hears of failing attempts, with their invocation", async () => {
      const name = unique("logged");
      const send = await stage.ingress.serviceSendClient(runner).retried({ name, failures: 0 });
      await stage.ingress.invocation(send).attach();
      const failing = await stage.post("/Failing/retryAfter", { name: unique("logged"), ms: 1 });
      const id = failing.headers.get("x-restate-id") as string;
      const lines = await stage.probe.notes<LogLine>(`log ${id}`);
      expect(lines).toContainEqual({
        source: "JOURNAL",
        level: "warn",
        replaying: false,
        target: "Failing/retryAfter",
        service: "Failing",
        handler: "retryAfter",
        message: ["The attempt failed and will be retried:", "RetryableError: later"],
      });
      expect(await stage.probe.notes(`log ${send.invocationId}`)).toEqual([]);
    });
  });
}
