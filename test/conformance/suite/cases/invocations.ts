import { type Send, TerminalError } from "@perdure/sdk/clients";
import { describe, expect, it } from "vitest";
import { delay, eventually } from "../../../support/eventually.ts";
import { controller, desk, type SignalKind, subject } from "../services/invocations.ts";
import { failureOf, type Stage, unique } from "../stage.ts";

/** Valid, but of no invocation. */
const UNKNOWN_ID = "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz";

/** features.md 2.3: handles to other invocations. */
export function invocationCases(stage: Stage): void {
  const control = () => stage.ingress.serviceClient(controller);
  const sends = () => stage.ingress.serviceSendClient(subject);

  async function signal(send: Send, name: string, kind: SignalKind, value?: unknown): Promise<void> {
    await control().signal({ id: send.invocationId, name, kind, value });
  }

  /** Signals to an invocation that has not started are lost. */
  async function started(note: string): Promise<void> {
    await eventually(async () => expect(await stage.probe.notes(note)).not.toHaveLength(0));
  }

  describe("attach", () => {
    it("waits for the result, and finds it afterwards", async () => {
      const door = unique("door");
      const answer = { text: "done", list: [1, 2] };
      const send = await sends().slow({ door, answer });
      const early = control().attach(send.invocationId);
      const old = control().attachOld(send.invocationId);
      await started(`slow ${door}`);
      await stage.probe.open(door);
      expect(await early).toEqual({ value: answer });
      expect(await old).toEqual(answer);
      expect(await control().attach(send.invocationId)).toEqual({ value: answer });
      expect(await control().attachBytes(send.invocationId)).toEqual([
        ...new TextEncoder().encode(JSON.stringify(answer)),
      ]);
    });

    it("passes on the failure", async () => {
      const send = await sends().fails("broken");
      expect(await control().attach(send.invocationId)).toEqual({
        name: "TerminalError",
        code: 444,
        message: "broken",
        metadata: { why: "asked" },
      });
    });

    it("fails with 404 if nobody knows the invocation", async () => {
      expect(await control().attach(UNKNOWN_ID)).toMatchObject({ code: 404, message: "not found" });
    });
  });

  describe("cancel", () => {
    it("ends a waiting invocation, by either name", async () => {
      for (const how of ["cancel", "cancelOld"] as const) {
        const name = unique("sleeper");
        const send = await sends().sleeps(name);
        await started(`sleeps ${name}`);
        await control()[how](send.invocationId);
        const error = await failureOf(stage.ingress.invocation(send).attach());
        expect(error).toBeInstanceOf(TerminalError);
        expect(error).toMatchObject({ code: 409 });
      }
    });

    it("removes what has not started: the waiting caller gets 409", async () => {
      const [key, door] = [unique("desk"), unique("door")];
      await stage.ingress.objectSendClient(desk, key).hold(door);
      await started(`desk ${key}`);
      const queued = await stage.ingress.objectSendClient(desk, key).serve("queued");
      const attached = failureOf(stage.ingress.invocation(queued).attach());
      await stage.admin.waitForStatus(queued.invocationId, "pending");
      await control().cancel(queued.invocationId);
      expect(await attached).toMatchObject({ code: 409 });
      await stage.probe.open(door);
      expect(await stage.ingress.objectClient(desk, key).serve("next")).toBe("next");
      const notes = await stage.probe.notes(`desk ${key}`);
      expect(notes).not.toContain("queued");
      expect(notes).toContain("next");
    });
  });

  describe("signals", () => {
    it("resolve and reject, with and without values", async () => {
      const name = unique("signal");
      const send = await sends().signals({ name, count: 4 });
      await started(`signals ${name}`);
      await signal(send, name, "value", { deep: ["value"] });
      await signal(send, name, "void");
      await signal(send, name, "reject");
      await signal(send, name, "rejectWithError");
      expect(await stage.ingress.invocation(send).attach()).toEqual([
        { deep: ["value"] },
        "undefined",
        { name: "TerminalError", code: 500, message: "rejected by text", metadata: {} },
        { name: "TerminalError", code: 466, message: "rejected by error", metadata: { by: "controller" } },
      ]);
    });

    it("of one name queue up", async () => {
      const name = unique("signal");
      const send = await sends().signals({ name, count: 3 });
      await started(`signals ${name}`);
      for (const value of ["a", "b", "c"]) await signal(send, name, "value", value);
      expect(await stage.ingress.invocation(send).attach()).toEqual(["a", "b", "c"]);
    });

    it("are kept for a receiver that is not waiting yet", async () => {
      const [name, door] = [unique("signal"), unique("door")];
      const send = await sends().signalLate({ name, door });
      await started(`signals ${name}`);
      await signal(send, name, "value", "early");
      await stage.probe.open(door);
      expect(await stage.ingress.invocation(send).attach()).toBe("early");
    });

    it("are lost if the receiver has not started", async () => {
      const [key, door, name] = [unique("desk"), unique("door"), unique("signal")];
      await stage.ingress.objectSendClient(desk, key).hold(door);
      await started(`desk ${key}`);
      const send = await stage.ingress.objectSendClient(desk, key).signalled(name);
      await stage.admin.waitForStatus(send.invocationId, "pending");
      await signal(send, name, "value", "lost");
      // Sent, but perhaps still on its way.
      await delay(500);
      await stage.probe.open(door);
      await eventually(async () => expect(await stage.probe.notes(`desk ${key}`)).toContain("started"));
      await signal(send, name, "value", "received");
      expect(await stage.ingress.invocation(send).attach()).toBe("received");
    });

    it("are told apart by name", async () => {
      const name = unique("signal");
      const send = await sends().signalsOfTwoNames(name);
      await stage.admin.waitForStatus(send.invocationId, ["running", "suspended"]);
      await signal(send, `${name} b`, "value", "for b");
      await signal(send, `${name} a`, "value", "for a");
      expect(await stage.ingress.invocation(send).attach()).toEqual({ a: "for a", b: "for b" });
    });

    it("take a serde on both sides", async () => {
      const name = unique("signal");
      const send = await sends().signalOfSets(name);
      await stage.admin.waitForStatus(send.invocationId, ["running", "suspended"]);
      await signal(send, name, "sets");
      expect(await stage.ingress.invocation(send).attach()).toBe("x y");
    });
  });
}
