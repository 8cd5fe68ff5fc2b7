import { describe, expect, it } from "vitest";
import type { LogLine } from "../services/log.ts";
import { clock } from "../services/timers.ts";
import { type Stage, unique } from "../stage.ts";

/** features.md 2.6. */
export function timerCases(stage: Stage): void {
  const client = () => stage.ingress.serviceClient(clock);
  const sends = () => stage.ingress.serviceSendClient(clock);

  describe("ctx.sleep", () => {
    it("takes at least its time, and shows its name", async () => {
      const send = await sends().sleep(150);
      expect(await stage.ingress.invocation(send).attach()).toBeGreaterThanOrEqual(300);
      const journal = await stage.admin.journal(send.invocationId);
      const sleeps = journal.filter(({ entry_type }) => entry_type === "Command: Sleep");
      expect(sleeps.map(({ name }) => name)).toEqual(["a nap", "", ""]);
    });

    it("wakes branches in the order of time", async () => {
      expect(await client().sleepSort([5, 1, 4, 2, 3])).toEqual([1, 2, 3, 4, 5]);
    });
  });

  describe("ctx.date", () => {
    it("tells the time once", async () => {
      const name = unique("date");
      const from = Date.now();
      const { now, json, later } = await client().date(name);
      expect(now).toBeGreaterThanOrEqual(from);
      expect(later).toBeGreaterThanOrEqual(now + 20);
      expect(later).toBeLessThanOrEqual(Date.now());
      expect(Date.parse(json)).toBeGreaterThanOrEqual(now);
      expect(new Date(json).toJSON()).toBe(json);
      for (const noted of await stage.probe.notes(name)) expect(noted).toEqual({ now, json });
    });
  });

  describe("ctx.rand", () => {
    it("gives the same in every attempt, and other values in another invocation", async () => {
      const [one, two] = [unique("rand"), unique("rand")];
      const drawn = await client().rand(one);
      expect(new Set(drawn).size).toBe(6);
      for (const [index, value] of drawn.entries()) {
        if (index % 2 === 0) expect(value).toSatisfy((n: number) => n >= 0 && n < 1);
        else expect(value).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      }
      const noted = await stage.probe.notes<unknown[]>(one);
      // Three draws; with a replay after each, 1 + 2 + 3 and more.
      expect(noted.length).toBeGreaterThanOrEqual(stage.place.suspendsAtAwaits ? 6 : 3);
      for (const values of noted) expect(values).toEqual(drawn.slice(0, values.length));
      expect((await client().rand(two))[0]).not.toBe(drawn[0]);
    });
  });

  describe("ctx.console", () => {
    it("says each line once; what a replay repeats is marked", async () => {
      const name = unique("console");
      const id = await client().console(name);
      const attempts = await stage.probe.notes(name);
      if (stage.place.suspendsAtAwaits) expect(attempts.length).toBeGreaterThanOrEqual(5);
      const lines = await stage.probe.notes<LogLine>(`log ${id}`);
      const fresh = lines.filter(({ replaying }) => !replaying);
      expect(fresh.map(({ level, message }) => [level, ...message])).toEqual([
        ["info", "before", { a: 1 }],
        ["info", "line 0"],
        ["info", "line 1"],
        ["info", "line 2"],
        ["info", "line 3"],
        ["error", "an error"],
        ["debug", "a detail"],
      ]);
      expect(lines.filter(({ message }) => message[0] === "before")).toHaveLength(attempts.length);
      expect(fresh[0]).toMatchObject({
        source: "USER",
        target: "Clock/console",
        service: "Clock",
        handler: "console",
      });
    });
  });
}
