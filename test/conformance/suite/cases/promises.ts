import { describe, expect, it } from "vitest";
import { vote } from "../services/promises.ts";
import { failureOf, type Stage, unique } from "../stage.ts";

/** features.md 2.8. */
export function promiseCases(stage: Stage): void {
  const workflow = (key: string) => stage.ingress.workflowClient(vote, key);
  const rejected = { name: "TerminalError", code: 500, message: "spoilt", metadata: {} };

  describe("workflow promises", () => {
    it("are awaited by run and by others, and resolved by others", async () => {
      const key = unique("vote");
      await workflow(key).workflowSubmit("await");
      const watching = workflow(key).watch();
      expect(await workflow(key).peek()).toEqual({ value: "undefined" });
      expect(await workflow(key).cast({ yes: true })).toBe("accepted");
      expect(await workflow(key).workflowAttach()).toEqual({ yes: true });
      expect(await watching).toEqual({ yes: true });
      expect(await workflow(key).peek()).toEqual({ value: { yes: true } });
    });

    it("combine and map by get", async () => {
      for (const [how, result] of [
        ["get", { value: "yes" }],
        ["race", "yes"],
      ] as const) {
        const key = unique("vote");
        await workflow(key).workflowSubmit(how);
        await workflow(key).cast("yes");
        expect(await workflow(key).workflowAttach()).toEqual(result);
      }
    });

    it("are rejected", async () => {
      const key = unique("vote");
      await workflow(key).workflowSubmit("await");
      const watching = failureOf(workflow(key).watch());
      expect(await workflow(key).refuse("spoilt")).toBe("accepted");
      expect(await workflow(key).workflowAttach()).toEqual(rejected);
      expect(await workflow(key).peek()).toEqual(rejected);
      expect(await watching).toMatchObject({ code: 500, message: "spoilt" });
    });

    it("are completed once", async () => {
      const key = unique("vote");
      const again = {
        name: "TerminalError",
        code: 409,
        message: expect.stringContaining("already") as string,
      };
      expect(await workflow(key).cast("first")).toBe("accepted");
      expect(await workflow(key).cast("second")).toMatchObject(again);
      expect(await workflow(key).refuse("third")).toMatchObject(again);
      expect(await workflow(key).peek()).toEqual({ value: "first" });
    });

    it("are kept for a run that comes later", async () => {
      const key = unique("vote");
      await workflow(key).cast("early");
      await workflow(key).workflowSubmit("await");
      expect(await workflow(key).workflowAttach()).toBe("early");
    });

    it("take a serde", async () => {
      const key = unique("vote");
      await workflow(key).workflowSubmit("bytes");
      await workflow(key).castBytes([0, 255]);
      expect(await workflow(key).workflowAttach()).toEqual([0, 255]);
    });

    it("may be resolved with nothing", async () => {
      const key = unique("vote");
      await workflow(key).workflowSubmit("get");
      expect(await workflow(key).cast(undefined)).toBe("accepted");
      expect(await workflow(key).workflowAttach()).toEqual({});
    });
  });
}
