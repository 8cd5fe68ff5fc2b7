import { describe, expect, it } from "vitest";
import { bulk, busy, crowd, FAULTS, type Fault } from "../services/load.ts";
import { failureOf, type Stage, unique } from "../stage.ts";

const MEBIBYTE = 1024 * 1024;

export function loadCases(stage: Stage): void {
  describe("many invocations at once", () => {
    it("do not touch each other, whatever becomes of some", async () => {
      const visits = Array.from({ length: 60 }, (_, index) => {
        const fault = FAULTS[index % FAULTS.length] as Fault;
        return { fault, name: unique(`visit ${fault}`) };
      });
      const sends = await Promise.all(
        visits.map((visit) => stage.ingress.serviceSendClient(crowd).visit(visit)),
      );
      await Promise.all(
        visits.map(async ({ fault }, index) => {
          const send = sends[index] as (typeof sends)[number];
          if (fault === "endless") {
            await stage.admin.waitForStatus(send.invocationId, ["running", "suspended"]);
            await stage.admin.kill(send.invocationId);
            await stage.admin.waitForStatus(send.invocationId, "completed");
          } else if (fault === "terminal") {
            expect(await failureOf(stage.ingress.invocation(send).attach())).toMatchObject({ code: 433 });
          } else {
            expect(await stage.ingress.invocation(send).attach()).toBe(1);
          }
        }),
      );
      for (const { fault, name } of visits) {
        if (fault !== "endless") expect(await stage.probe.notes(name), fault).toHaveLength(1);
      }
    });
  });

  describe("much data", () => {
    it("of 1 MiB goes in and out, into state, runs and calls", async () => {
      const key = unique("bulk");
      const text = "ä".repeat(MEBIBYTE / 2);
      expect(await stage.ingress.objectClient(bulk, key).everywhere(text)).toBe(`${text}!`);
      expect(await stage.ingress.objectClient(bulk, key).stored()).toBe(MEBIBYTE / 2);
    });
  });

  describe("many entries", () => {
    it("1,000 sleeps at once", async () => {
      expect(await stage.ingress.serviceClient(busy).sleeps(1_000)).toBe(1_000);
    });

    it("1,000 runs at once", async () => {
      const name = unique("runs");
      expect(await stage.ingress.serviceClient(busy).runs({ count: 1_000, name })).toBe((1_000 * 999) / 2);
      expect((await stage.probe.notes(name)).length).toBe(1_000);
    });

    it("300 runs one after the other", async () => {
      const name = unique("runs");
      expect(await stage.ingress.serviceClient(busy).sequence({ count: 300, name })).toBe((300 * 299) / 2);
      expect(await stage.probe.notes(name)).toEqual(Array.from({ length: 300 }, (_, index) => index));
    });

    it("300 calls at once", async () => {
      expect(await stage.ingress.serviceClient(busy).calls(300)).toBe(true);
    });
  });
}
