import { serde } from "@perdure/sdk/clients";
import { describe, expect, it } from "vitest";
import { eventually } from "../../../support/eventually.ts";
import { waiter, waker } from "../services/invocations.ts";
import { type Stage, unique } from "../stage.ts";

/** features.md 2.4. */
export function awakeableCases(stage: Stage): void {
  const wake = () => stage.ingress.serviceClient(waker);

  async function idOf<T = string>(name: string): Promise<T> {
    return await eventually(async () => {
      const [id] = await stage.probe.notes<T>(name);
      if (id === undefined) throw new Error(`${name} has no awakeable yet`);
      return id;
    });
  }

  /** Starts a waiting handler, completes its awakeable, gives what the handler got. */
  async function woken(complete: (id: string) => Promise<unknown>): Promise<unknown> {
    const name = unique("awakeable");
    const result = stage.ingress.serviceClient(waiter).one(name);
    const id = await idOf(name);
    expect(id).toMatch(/^sign_1/);
    await complete(id);
    return await result;
  }

  describe("awakeables", () => {
    it("are resolved by handlers, the client and HTTP", async () => {
      const value = { text: "ä€𝄞", list: [1] };
      expect(await woken((id) => wake().resolve({ id, value }))).toEqual({ value });
      expect(await woken((id) => stage.ingress.resolveAwakeable(id, value))).toEqual({ value });
      expect(await woken((id) => stage.post(`/restate/awakeables/${id}/resolve`, value))).toEqual({ value });
    });

    it("are rejected by handlers, the client and HTTP", async () => {
      const rejected = { name: "TerminalError", code: 500, message: "no", metadata: {} };
      expect(await woken((id) => wake().reject({ id, reason: "no" }))).toEqual(rejected);
      expect(await woken((id) => stage.ingress.rejectAwakeable(id, "no"))).toEqual(rejected);
      expect(await woken((id) => stage.post(`/restate/awakeables/${id}/reject`, "no"))).toEqual(rejected);
      expect(await woken((id) => wake().rejectWithError(id))).toEqual({
        name: "TerminalError",
        code: 477,
        message: "by error",
        metadata: { by: "waker" },
      });
    });

    it("take the first completion", async () => {
      expect(await woken((id) => wake().twice(id))).toEqual({ value: "first" });
      expect(
        await woken(async (id) => {
          await stage.ingress.resolveAwakeable(id, "one");
          const again = await stage.post(`/restate/awakeables/${id}/resolve`, "two");
          expect(again.status).toBe(202);
        }),
      ).toEqual({ value: "one" });
    });

    it("without a payload give null, or nothing with a serde", async () => {
      expect(await woken((id) => wake().resolve({ id }))).toEqual({ value: null });
      const name = unique("awakeable");
      const result = stage.ingress.serviceClient(waiter).bytes(name);
      await wake().resolveBytes({ id: await idOf(name) });
      expect(await result).toEqual([]);
    });

    it("carry bytes", async () => {
      const name = unique("awakeable");
      const result = stage.ingress.serviceClient(waiter).bytes(name);
      await wake().resolveBytes({ id: await idOf(name), bytes: [0, 128, 255] });
      expect(await result).toEqual([0, 128, 255]);
      const other = unique("awakeable");
      const next = stage.ingress.serviceClient(waiter).bytes(other);
      await stage.ingress.resolveAwakeable(await idOf(other), new Uint8Array([7]), serde.binary);
      expect(await next).toEqual([7]);
    });

    it("complete in any order", async () => {
      const name = unique("awakeable");
      const result = stage.ingress.serviceClient(waiter).three(name);
      const ids = await idOf<string[]>(name);
      for (const id of [...ids].reverse()) await wake().resolve({ id, value: `value ${ids.indexOf(id)}` });
      expect(await result).toEqual(["value 0", "value 1", "value 2"]);
    });

    it("that nobody awaits do not keep the handler", async () => {
      expect(await stage.ingress.serviceClient(waiter).unused()).toMatch(/^sign_1/);
    });
  });
}
