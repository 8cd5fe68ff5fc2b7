import type { Send } from "@perdure/sdk/clients";
import { describe, expect, it } from "vitest";
import { eventually } from "../../../support/eventually.ts";
import { AWAITED, explicit, patient, victim } from "../services/cancellation.ts";
import type { Failed } from "../services/invocations.ts";
import { failureOf, type Stage, unique } from "../stage.ts";

/** features.md 2.9. */
export function cancellationCases(stage: Stage): void {
  const sends = () => stage.ingress.serviceSendClient(victim);
  const explicitSends = () => stage.ingress.serviceSendClient(explicit);

  async function resultOf<T>(send: Send<T>): Promise<T> {
    return await stage.ingress.invocation<T>(send).attach();
  }

  /** Until the handler waits: what it waits for is in the journal then. */
  async function waitFor(send: Send, entry: string): Promise<void> {
    await eventually(async () => {
      const journal = await stage.admin.journal(send.invocationId);
      expect(journal.map(({ entry_type }) => entry_type)).toContain(entry);
    });
  }

  async function noted<T = unknown>(key: string): Promise<T> {
    return await eventually(async () => {
      const [first] = await stage.probe.notes<T>(key);
      if (first === undefined) throw new Error(`nothing noted under ${key}`);
      return first;
    });
  }

  const ENTRY: Readonly<Record<(typeof AWAITED)[number], string | undefined>> = {
    sleep: "Command: Sleep",
    call: "Notification: CallInvocationId",
    // No command says that it waits for a signal.
    awakeable: undefined,
    signal: undefined,
    attach: "Command: AttachInvocation",
    invocationId: "Command: Sleep",
    all: "Command: Sleep",
    nativeAll: "Command: Sleep",
    mapped: "Command: Sleep",
  };

  describe("a cancellation", () => {
    it.each(AWAITED)("rejects an await of kind %s, once; compensation works", async (what) => {
      const name = unique("victim");
      const send = await sends().compensates({ what, name });
      const entry = ENTRY[what];
      if (entry !== undefined) await waitFor(send, entry);
      else await stage.admin.waitForStatus(send.invocationId, ["running", "suspended"]);
      expect(await stage.admin.cancel(send.invocationId)).toBe(202);
      expect(await resultOf(send)).toEqual({
        failed: { name: "CancelledError", code: 409, message: "Cancelled", metadata: {} },
        echoed: "compensated",
        times: 1,
      });
    });

    it("that is not caught is the invocation's end", async () => {
      const send = await sends().uncaught();
      await waitFor(send, "Command: Sleep");
      await stage.admin.cancel(send.invocationId);
      expect(await failureOf(resultOf(send))).toMatchObject({ name: "TerminalError", code: 409 });
      const row = await stage.admin.waitForStatus(send.invocationId, "completed");
      expect(row.completion_failure).toBe("[409] Cancelled");
    });

    it("that is swallowed needs another one", async () => {
      const name = unique("stubborn");
      const send = await sends().stubborn(name);
      for (let cancels = 1; cancels <= 3; cancels++) {
        await eventually(async () => {
          const journal = await stage.admin.journal(send.invocationId);
          expect(journal.filter(({ entry_type }) => entry_type === "Command: Sleep")).toHaveLength(cancels);
        });
        await stage.admin.cancel(send.invocationId);
      }
      expect(await resultOf(send)).toEqual(["CancelledError", "CancelledError", "CancelledError"]);
      expect(await stage.probe.notes(name)).toEqual([0, 1, 2]);
    });

    it("reaches the children that were called, not those that were sent", async () => {
      const name = unique("parent");
      const send = await sends().withChildren(name);
      const [sent, first, second] = await noted<[string, string, string]>(name);
      await waitFor(send, "Notification: Run");
      await stage.admin.cancel(send.invocationId);
      expect(await failureOf(resultOf(send))).toMatchObject({ code: 409 });
      for (const child of [first, second]) {
        const row = await stage.admin.waitForStatus(child, "completed");
        expect(row.completion_failure).toBe("[409] Cancelled");
      }
      await stage.admin.waitForStatus(sent, ["running", "suspended"]);
      await stage.admin.kill(sent);
    });

    it("leaves a call's true end to be awaited again", async () => {
      const name = unique("child");
      const send = await sends().askAgain(name);
      await waitFor(send, "Notification: Run");
      await eventually(async () => {
        const children = await stage.admin.invocations({ invokedById: send.invocationId });
        const journals = await Promise.all(children.map(({ id }) => stage.admin.journal(id)));
        const sleeps = journals.flat().filter(({ entry_type }) => entry_type === "Command: Sleep");
        expect(sleeps).toHaveLength(1);
      });
      await stage.admin.cancel(send.invocationId);
      expect(await resultOf(send)).toEqual({
        cancelled: "CancelledError",
        end: {
          failed: { name: "CancelledError", code: 409, message: "Cancelled", metadata: {} },
          echoed: "compensated",
          times: 1,
        },
      });
    });

    it("during a run lets the run finish, and its result be had", async () => {
      const door = unique("door");
      const send = await sends().duringRun(door);
      await noted(`busy ${door}`);
      await stage.admin.cancel(send.invocationId);
      await stage.probe.open(door);
      const result = await resultOf(send);
      // In a suspending place the server has closed the input before the cancel came.
      expect([
        { failed: "CancelledError", end: "finished all the same" },
        "finished all the same",
      ]).toContainEqual(result);
      if (!stage.place.suspendsAtAwaits) expect(result).toHaveProperty("failed", "CancelledError");
    });

    it("that rejects branches nobody awaits does not end the process", async () => {
      const name = unique("abandoned");
      const send = await sends().abandoned(name);
      await waitFor(send, "Command: Sleep");
      await stage.admin.cancel(send.invocationId);
      const pid = await resultOf(send);
      const other = await sends().abandoned(name);
      await waitFor(other, "Command: Sleep");
      await stage.admin.cancel(other.invocationId);
      expect(await resultOf(other)).toBe(pid);
      expect(await stage.probe.notes(`${name} branch`)).toEqual([]);
    });

    it("rejects an await of a workflow promise", async () => {
      const key = unique("patient");
      const { invocationId } = await stage.ingress.workflowClient(patient, key).workflowSubmit();
      await waitFor({ invocationId } as Send, "Command: GetPromise");
      await stage.admin.cancel(invocationId);
      expect(await stage.ingress.workflowClient(patient, key).workflowAttach()).toBe(
        "CancelledError, compensated",
      );
    });

    it("cannot be asked for in the implicit mode", async () => {
      expect(await stage.ingress.serviceClient(victim).implicit(unique("implicit"))).toEqual({
        ids: [],
        cancelled: "not cancelled",
        processing: true,
      });
    });
  });

  describe("a kill", () => {
    it("of a callee fails the call with 409", async () => {
      const name = unique("killed");
      const send = await sends().callsKilled(name);
      const child = await noted<string>(`sleeps ${name}`);
      await stage.admin.kill(child);
      expect(await resultOf(send)).toMatchObject({ name: "TerminalError", code: 409 });
    });
  });

  describe("explicit cancellation", () => {
    it("is asked for, and rejects nothing", async () => {
      const name = unique("asks");
      const send = await explicitSends().asks(name);
      const child = await noted<string>(name);
      await stage.admin.cancel(send.invocationId);
      await noted(`${name} told`);
      await stage.admin.waitForStatus(child, ["running", "suspended"]);
      await stage.probe.open(name);
      expect(await resultOf(send)).toEqual({
        same: true,
        fresh: true,
        again: "not again",
        child: "the child's answer",
      });
    });

    it("cancels the calls made so far on demand", async () => {
      const name = unique("explicit");
      const send = await explicitSends().cancelsChildren(name);
      const [first, second, sent] = await Promise.all(
        ["first", "second", "sent"].map((which) => noted<string>(`sleeps ${name} ${which}`)),
      );
      await noted(name);
      await stage.admin.cancel(send.invocationId);
      const { ids, drained, ends } = await resultOf(send);
      expect(ids).toEqual([first, second]);
      expect(drained).toEqual([]);
      expect(ends).toEqual([
        expect.objectContaining<Partial<Failed>>({ code: 409, message: "Cancelled" }),
        expect.objectContaining<Partial<Failed>>({ code: 409, message: "Cancelled" }),
      ]);
      await stage.admin.waitForStatus(sent as string, ["running", "suspended"]);
      await stage.admin.kill(sent as string);
    });

    // A run keeps the attempt going; the cancel must reach that attempt.
    if (!stage.place.suspendsAtAwaits) {
      it("drives an AbortSignal", async () => {
        const name = unique("aborts");
        const send = await explicitSends().aborts(name);
        await noted(name);
        await stage.admin.cancel(send.invocationId);
        expect(await resultOf(send)).toEqual({
          failed: { name: "TerminalError", code: 410, message: "cancelled by hand", metadata: {} },
          run: 499,
        });
      });
    }
  });
}
