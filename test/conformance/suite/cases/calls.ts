import { rpc, TerminalError } from "@perdure/sdk/clients";
import { describe, expect, it } from "vitest";
import { eventually } from "../../../support/eventually.ts";
import { callee, caller, inbox, knot, once, type Seen } from "../services/calls.ts";
import { failureOf, type Stage, unique } from "../stage.ts";

/** features.md 2.2: calls and sends. */
export function callCases(stage: Stage): void {
  const client = () => stage.ingress.serviceClient(caller);
  const sends = () => stage.ingress.serviceSendClient(caller);

  describe("calls", () => {
    it("reach services, objects and workflows, with and without input", async () => {
      const key = unique("typed");
      expect(await client().typed(key)).toEqual({
        echoed: { deep: [1, null, "ä€𝄞"] },
        nothing: true,
        byName: "by name",
        objectKey: key,
        shared: `hello Mary from ${key}`,
      });
    });

    it("carry headers and a name", async () => {
      const name = unique("options");
      const send = await sends().options(name);
      const seen = await stage.ingress.invocation<Seen>(send.invocationId).attach();
      expect(seen.headers).toMatchObject({ "x-custom": "yes", "x-two": "2" });
      const journal = await stage.admin.journal(send.invocationId);
      const call = journal.find(({ entry_type }) => entry_type === "Command: Call");
      expect(call?.name).toBe("a name for operators");
    });

    it("with one idempotency key are one invocation", async () => {
      const name = unique("idempotent");
      const ids = await client().idempotent(name);
      expect(new Set(ids).size).toBe(1);
      expect(await stage.probe.notes(name)).toEqual([ids[0]]);
    });

    it("and sends tell the id of what they started", async () => {
      const name = unique("ids");
      const { early, id, sent } = await client().ids(name);
      expect(early).toBe(id);
      expect(sent).not.toBe(id);
      await eventually(async () => expect(await stage.probe.notes(name)).toEqual([id, sent]));
    });

    it("pass on the callee's terminal failure, whole", async () => {
      expect(await client().fails(451)).toEqual({
        name: "TerminalError",
        code: 451,
        message: "no luck",
        metadata: { luck: "none" },
      });
      const error = await failureOf(client().passesOn(452));
      expect(error).toBeInstanceOf(TerminalError);
      expect(error).toMatchObject({ code: 452, message: "no luck", metadata: { luck: "none" } });
    });

    it("that are generic carry bytes, or what their serdes say", async () => {
      const key = unique("generic");
      const result = await client().generic(key);
      expect(new TextDecoder().decode(new Uint8Array(result.bytes))).toBe('"raw"');
      const json = result.json as Seen;
      expect(json.headers).toMatchObject({ "x-generic": "call" });
      expect(new TextDecoder().decode(new Uint8Array(json.body))).toBe(`"generic ${key}"`);
      expect((result.again as Seen).id).toBe(json.id);
      expect(await stage.probe.notes(`generic ${key}`)).toEqual([json.id]);
      expect(result.object).toBe(key);
      expect(result.sentId).toMatch(/^inv_1/);
      expect(result.seen).toEqual([7]);
    });

    it("of contracts take the contract's serdes", async () => {
      const key = unique("contract");
      expect(await client().contracts(key)).toEqual({
        doubled: 42,
        viaImplementation: 8,
        viaServiceClient: 10,
        bytes: [255, 2, 1],
        sum: 111,
        ownKey: key,
      });
    });

    it("to what does not exist are retried until it does", async () => {
      for (const target of [
        { service: "Nobody", method: "home" },
        { service: "Callee", method: "noSuchHandler" },
      ]) {
        const { invocationId } = await sends().unknown(target);
        const row = await eventually(async () => {
          const row = await stage.admin.getInvocation(invocationId);
          expect(row?.last_failure_error_code).toBe("RT0018");
          return row;
        });
        expect(row?.completion_result).toBeUndefined();
        await stage.admin.kill(invocationId);
        await stage.admin.waitForStatus(invocationId, "completed");
      }
    });

    it("that nobody awaits are made all the same", async () => {
      const name = unique("ignored");
      expect(await client().ignores(name)).toBe("done");
      await eventually(async () => expect(await stage.probe.notes(name)).toHaveLength(1));
    });

    it("in a circle of exclusive handlers wait for each other until cancelled, or are told", async () => {
      const [a, b] = [unique("knot"), unique("knot")];
      const { invocationId } = await stage.ingress.objectSendClient(knot, a).tie(b);
      if (!stage.place.reportsDeadlocks) {
        const stuck = await eventually(async () => {
          const rows = await stage.admin.invocations({ target: `Knot/${a}/touch` });
          expect(rows.map(({ status }) => status)).toEqual(["pending"]);
          return rows;
        });
        expect(stuck).toHaveLength(1);
        await stage.admin.cancel(invocationId);
      }
      const row = await stage.admin.waitForStatus(invocationId, "completed");
      if (stage.place.reportsDeadlocks) {
        expect(row.completion_failure).toContain(`Knot/${a}/tie`);
        expect(row.completion_failure).toContain(`Knot/${b}/tieBack`);
      } else {
        expect(row.completion_failure).toMatch(/^\[409\]/);
      }
      expect(await stage.ingress.objectClient(knot, a).touch()).toBe(`touched ${a}`);
    });
  });

  describe("sends", () => {
    it("to one object arrive in order", async () => {
      const key = unique("ordered");
      const seen = await client().sendsInOrder({ key, count: 30 });
      expect(seen).toEqual(Array.from({ length: 30 }, (_, index) => index));
    });

    it("with a delay arrive later", async () => {
      const key = unique("delayed");
      const { sentAt, ids } = await client().sendsLater({ key, ms: 1_000 });
      const stamps = await eventually(async () => {
        const stamps = await stage.probe.notes<{ label: string; at: number }>(`inbox ${key}`);
        expect(stamps).toHaveLength(3);
        return stamps;
      });
      expect(stamps[0]?.label).toBe("none");
      expect(stamps.map(({ label }) => label).sort()).toEqual(["duration", "none", "number"]);
      for (const { at } of stamps.slice(1)) expect(at - sentAt).toBeGreaterThanOrEqual(1_000);
      for (const id of ids) expect((await stage.admin.getInvocation(id))?.target).toBe(`Inbox/${key}/stamp`);
    });

    it("outlive a failing sender", async () => {
      const key = unique("outlive");
      expect(await failureOf(client().sendsThenFails(key))).toMatchObject({ code: 418 });
      await eventually(async () => expect(await stage.ingress.objectClient(inbox, key).seen()).toEqual([1]));
    });

    it("by the ingress share an idempotency key with calls", async () => {
      const name = unique("ingress");
      const send = await stage.ingress
        .serviceSendClient(callee)
        .identity(name, rpc.sendOpts({ idempotencyKey: name }));
      const seen = await stage.ingress
        .serviceClient(callee)
        .identity(name, rpc.opts({ idempotencyKey: name }));
      expect(seen.id).toBe(send.invocationId);
    });
  });

  describe("a workflow's run", () => {
    it("happens once: a second call fails, a second send is dropped", async () => {
      const key = unique("workflow");
      expect(await client().runsTwice(key)).toEqual({
        first: `${key} ran first`,
        second: { code: 409, message: expect.stringContaining("already") as string },
        third: `${key} ran first`,
      });
      expect(await stage.probe.notes(`once ${key}`)).toEqual(["first"]);
    });

    it("is submitted once by the ingress", async () => {
      const key = unique("submitted");
      const workflow = stage.ingress.workflowClient(once, key);
      const first = await workflow.workflowSubmit("first");
      const second = await workflow.workflowSubmit("second");
      expect([first.status, second.status]).toEqual(["Accepted", "PreviouslyAccepted"]);
      expect(await workflow.workflowAttach()).toBe(`${key} ran first`);
      expect(await workflow.workflowOutput()).toEqual({ ready: true, result: `${key} ran first` });
    });
  });
}
