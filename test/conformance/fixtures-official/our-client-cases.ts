import {
  InvocationNotFoundError,
  InvocationNotReadyError,
  rpc,
  serde,
  TerminalError,
} from "@perdure/sdk/clients";
import { describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { type ClientStage, rejectionOf, unique } from "./client-stage.ts";
import {
  APPROVAL,
  type Approval,
  COUNTER,
  type Counter,
  GREETER,
  type Greeter,
} from "./endpoint-contracts.ts";

/** Our client, a server, an endpoint of the official SDK: what goes well. */
export function ourClientCases(stage: ClientStage): void {
  describe("calls", () => {
    it("reach services, with and without input", async () => {
      const greeter = stage.ingress.serviceClient<Greeter>(GREETER);
      expect(await greeter.greet("Mary")).toBe("Hello, Mary!");
      expect(await greeter.nothing()).toBeUndefined();
      const value = { text: "ä€𝄞", list: [1, null, { deep: true }] };
      expect(await greeter.echo(value)).toEqual(value);
    });

    it("reach objects by any key", async () => {
      for (const key of ["plain", "", " ", "a/b", "ä€𝄞", "a?b#c%d", "..."]) {
        expect(await stage.ingress.objectClient<Counter>(COUNTER, key).key()).toBe(key);
      }
      const counter = stage.ingress.objectClient<Counter>(COUNTER, unique("counter"));
      expect(await counter.add(2)).toBe(2);
      expect(await counter.add()).toBe(3);
      expect(await counter.get()).toBe(3);
    });

    it("shared handlers do not wait for exclusive ones", async () => {
      const key = unique("busy");
      await stage.ingress.objectSendClient<Counter>(COUNTER, key).slowAdd({ ms: 3_000, amount: 1 });
      expect(await stage.ingress.objectClient<Counter>(COUNTER, key).get()).toBe(0);
    });

    it("carry bytes", async () => {
      const binary = rpc.opts({ input: serde.binary, output: serde.binary });
      const greeter = stage.ingress.serviceClient<Greeter>(GREETER);
      expect(await greeter.bytes(new Uint8Array([1, 2, 255]), binary)).toEqual(new Uint8Array([255, 2, 1]));
      expect(await greeter.bytes(new Uint8Array(), binary)).toEqual(new Uint8Array());
    });

    it("carry headers of connection and call", async () => {
      const headers = await stage.ingress
        .serviceClient<Greeter>(GREETER)
        .headers(rpc.opts({ headers: { "X-Own": "yes" } }));
      expect(headers).toMatchObject({ "x-from": "connection", "x-own": "yes" });
    });

    it("generic ones use JSON, and other serdes on demand", async () => {
      const request = { service: GREETER.name, handler: "greet", parameter: "Mary" };
      expect(await stage.ingress.call<string, string>(request)).toBe("Hello, Mary!");
      const bytes = await stage.ingress.call({ ...request, opts: rpc.opts({ output: serde.binary }) });
      expect(new TextDecoder().decode(bytes)).toBe('"Hello, Mary!"');
      const key = unique("generic");
      const add = { service: COUNTER.name, key, handler: "add", parameter: 4 };
      expect(await stage.ingress.call<number, number>(add)).toBe(4);
      await stage.ingress.send(add);
      await eventually(async () =>
        expect(await stage.ingress.objectClient<Counter>(COUNTER, key).get()).toBe(8),
      );
    });
  });

  describe("sends", () => {
    it("are accepted at once and delivered", async () => {
      const key = unique("sent");
      const send = await stage.ingress.objectSendClient<Counter>(COUNTER, key).add(5);
      expect(send).toMatchObject({ status: "Accepted", attachable: false });
      expect(send.invocationId).toMatch(/^inv_1/);
      await stage.admin.waitForStatus(send.invocationId, "completed");
      expect(await stage.ingress.objectClient<Counter>(COUNTER, key).get()).toBe(5);
    });

    it("with a delay start later", async () => {
      const key = unique("later");
      const soon = rpc.sendOpts({ delay: { milliseconds: 300 } });
      const send = await stage.ingress.objectSendClient<Counter>(COUNTER, key).add(1, soon);
      expect((await stage.admin.getInvocation(send.invocationId))?.status).toBe("scheduled");
      await stage.admin.waitForStatus(send.invocationId, "completed");
      const row = await stage.admin.getInvocation(send.invocationId);
      const waited = Date.parse(String(row?.completed_at)) - Date.parse(String(row?.created_at));
      // The server's two times are taken by different clocks of its own, milliseconds apart.
      expect(waited).toBeGreaterThanOrEqual(250);
      const never = await stage.ingress
        .objectSendClient<Counter>(COUNTER, key)
        .add(1, rpc.sendOpts({ delay: { days: 5 } }));
      expect((await stage.admin.getInvocation(never.invocationId))?.status).toBe("scheduled");
      expect(await stage.admin.cancel(never.invocationId)).toBe(200);
    });
  });

  describe("idempotency", () => {
    it("gives the first result again, whatever is sent", async () => {
      const greeter = stage.ingress.serviceClient<Greeter>(GREETER);
      const opts = rpc.opts({ idempotencyKey: unique("idem") });
      expect(await greeter.greet("Mary", opts)).toBe("Hello, Mary!");
      expect(await greeter.greet("Paul", opts)).toBe("Hello, Mary!");
      expect(await greeter.identity(opts)).toBe(await greeter.identity(opts));
    });

    it("is per object key", async () => {
      const idempotencyKey = unique("idem");
      const [one, two] = [unique("o"), unique("o")];
      const opts = rpc.opts({ idempotencyKey });
      expect(await stage.ingress.objectClient<Counter>(COUNTER, one).add(1, opts)).toBe(1);
      expect(await stage.ingress.objectClient<Counter>(COUNTER, two).add(7, opts)).toBe(7);
      expect(await stage.ingress.objectClient<Counter>(COUNTER, one).add(100, opts)).toBe(1);
      expect(await stage.ingress.objectClient<Counter>(COUNTER, one).get()).toBe(1);
    });

    it("a second send is PreviouslyAccepted, and a call attaches to it", async () => {
      const idempotencyKey = unique("idem");
      const sends = stage.ingress.serviceSendClient<Greeter>(GREETER);
      const first = await sends.slow({ ms: 400, value: "first" }, rpc.sendOpts({ idempotencyKey }));
      const second = await sends.slow({ ms: 0, value: "second" }, rpc.sendOpts({ idempotencyKey }));
      expect(first).toMatchObject({ status: "Accepted", attachable: true });
      expect(second).toEqual({ ...first, status: "PreviouslyAccepted" });
      const called = stage.ingress
        .serviceClient<Greeter>(GREETER)
        .slow({ ms: 0, value: "third" }, rpc.opts({ idempotencyKey }));
      expect(await called).toBe("first");
    });
  });

  describe("attach and output", () => {
    it("by every handle, while it runs and after it", async () => {
      // A key that a path could not carry: the server does not decode it there.
      const idempotencyKey = `${unique("handle")} /%?`;
      const send = await stage.ingress
        .serviceSendClient<Greeter>(GREETER)
        .slow({ ms: 500, value: "done" }, rpc.sendOpts({ idempotencyKey }));
      const handles = [
        stage.ingress.invocation<string>(send.invocationId),
        stage.ingress.invocation(send),
        stage.ingress.serviceInvocation<Greeter, "slow">(GREETER, "slow", idempotencyKey),
        stage.ingress.serviceInvocation<string>("OfficialGreeter", "slow", idempotencyKey),
      ];
      for (const handle of handles) {
        const early = await handle.output();
        expect(early.ready).toBe(false);
        expect(() => early.result).toThrow(InvocationNotReadyError);
      }
      expect(await Promise.all(handles.map((handle) => handle.attach()))).toEqual(handles.map(() => "done"));
      expect(await stage.ingress.result(send)).toBe("done");
      for (const handle of handles) {
        expect(await handle.output()).toEqual({ ready: true, result: "done" });
        expect(await handle.attach()).toBe("done");
      }
    });

    it("by object, key and idempotency key", async () => {
      const [key, idempotencyKey] = ["a/b ..", unique("handle")];
      await stage.ingress.objectClient<Counter>(COUNTER, key).add(3, rpc.opts({ idempotencyKey }));
      const handle = stage.ingress.objectInvocation<Counter, "add">(COUNTER, key, "add", idempotencyKey);
      expect(await handle.attach()).toBe(3);
      expect(await handle.output()).toEqual({ ready: true, result: 3 });
      const other = stage.ingress.objectInvocation<Counter, "add">(COUNTER, "another", "add", idempotencyKey);
      await expect(other.output()).rejects.toThrow(InvocationNotFoundError);
    });

    it("of what nobody knows: InvocationNotFoundError", async () => {
      const unknownId = (await stage.ingress.serviceSendClient<Greeter>(GREETER).nothing()).invocationId;
      await stage.admin.waitForStatus(unknownId, "completed");
      await stage.admin.purge(unknownId);
      for (const handle of [
        stage.ingress.invocation(unknownId),
        stage.ingress.serviceInvocation("OfficialGreeter", "greet", "never used"),
        stage.ingress.objectInvocation("OfficialCounter", "k", "add", "never used"),
        stage.ingress.workflowInvocation("OfficialApproval", "never started"),
      ]) {
        await expect(handle.output()).rejects.toThrow(InvocationNotFoundError);
        await expect(handle.attach()).rejects.toThrow(InvocationNotFoundError);
      }
    });

    it("of a failure: the handler's TerminalError, even one that says not found", async () => {
      for (const how of [
        { message: "card declined", code: 402, metadata: { card: "x" } },
        { message: "not found", code: 404 },
      ]) {
        const opts = rpc.sendOpts({ idempotencyKey: unique("failing") });
        const send = await stage.ingress.serviceSendClient<Greeter>(GREETER).fail(how, opts);
        const handle = stage.ingress.invocation(send);
        for (const wait of [() => handle.attach(), () => handle.attach(), () => stage.ingress.result(send)]) {
          const error = await rejectionOf(wait());
          expect(error).toBeInstanceOf(TerminalError);
          expect(error).toMatchObject({ message: how.message, code: how.code, metadata: how.metadata ?? {} });
        }
        expect(await rejectionOf(handle.output())).toBeInstanceOf(TerminalError);
      }
    });
  });

  describe("workflows", () => {
    it("are submitted, looked at, approved and attached to", async () => {
      const key = unique("loan/1");
      const client = stage.ingress.workflowClient<Approval>(APPROVAL, key);
      await expect(client.workflowAttach()).rejects.toThrow(InvocationNotFoundError);
      await expect(client.workflowOutput()).rejects.toThrow(InvocationNotFoundError);

      const submission = await client.workflowSubmit("loan");
      expect(submission).toMatchObject({ status: "Accepted", attachable: true });
      expect(await client.workflowSubmit("other")).toEqual({ ...submission, status: "PreviouslyAccepted" });
      expect(await client.workflowOutput()).toMatchObject({ ready: false });
      await eventually(async () => expect(await client.status()).toBe("loan"));

      await client.approve(true);
      expect(await client.workflowAttach()).toBe("loan approved");
      expect(await client.workflowOutput()).toEqual({ ready: true, result: "loan approved" });
      expect(await stage.ingress.result(submission)).toBe("loan approved");
      expect(await stage.ingress.workflowInvocation<Approval>(APPROVAL, key).attach()).toBe("loan approved");
      expect(await stage.ingress.invocation(submission).output()).toEqual({
        ready: true,
        result: "loan approved",
      });
      expect((await client.workflowSubmit("late")).status).toBe("PreviouslyAccepted");
    });

    it("are started by a send client, also with a delay", async () => {
      const key = unique("sent");
      const opts = rpc.sendOpts({ delay: 100 });
      const send = await stage.ingress.workflowSendClient<Approval>(APPROVAL, key).run("loan", opts);
      expect(send).toMatchObject({ status: "Accepted", attachable: true });
      await stage.ingress.workflowSendClient<Approval>(APPROVAL, key).approve(false);
      const error = await rejectionOf(stage.ingress.result(send));
      expect(error).toMatchObject({ name: "TerminalError", message: "rejected", code: 422 });
    });

    it("a second call of run fails with 409", async () => {
      const key = unique("twice");
      await stage.ingress.workflowClient<Approval>(APPROVAL, key).workflowSubmit("loan");
      const again = stage.ingress.call({ service: APPROVAL.name, key, handler: "run", parameter: "loan" });
      expect(await rejectionOf(again)).toMatchObject({ name: "TerminalError", code: 409 });
    });
  });
}
