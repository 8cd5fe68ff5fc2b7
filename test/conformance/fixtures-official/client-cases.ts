import type { Service, VirtualObject, Workflow } from "@perdure/sdk";
import * as official from "@restatedev/restate-sdk-clients";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import type { AdminClient } from "../../support/admin.ts";
import { eventually } from "../../support/eventually.ts";
import { approval, box, counter, greeter, shop, shopService } from "./services.ts";

/** What runs `services.ts`, and how its invocations are looked at and cancelled. */
export interface ClientStage {
  readonly ingressUrl: string;
  readonly admin: Pick<AdminClient, "cancel" | "waitForStatus">;
  stop(): Promise<void>;
}

/**
 * The official client drives our handlers. Handlers' types reach it by
 * `Service<typeof greeter>` and its like: the definitions of each SDK carry them
 * in a way of its own.
 */
export function officialClientCases(start: () => Promise<ClientStage>): void {
  let running: ClientStage;
  let ingress: official.Ingress;

  beforeAll(async () => {
    running = await start();
    ingress = official.connect({ url: running.ingressUrl, headers: { "x-from": "connection" } });
  });

  afterAll(async () => {
    await running?.stop();
  });

  const greeterClient = () => ingress.serviceClient<Service<typeof greeter>>(greeter);
  const greeterSends = () => ingress.serviceSendClient<Service<typeof greeter>>(greeter);
  const counterClient = (key: string) => ingress.objectClient<VirtualObject<typeof counter>>(counter, key);
  const counterSends = (key: string) => ingress.objectSendClient<VirtualObject<typeof counter>>(counter, key);
  const approvalClient = (key: string) => ingress.workflowClient<Workflow<typeof approval>>(approval, key);

  let names = 0;
  /** A key that no other test has. */
  function unique(what: string): string {
    return `${what}-${++names}`;
  }

  describe("calls", () => {
    it("of services, with and without input", async () => {
      const greeted = await greeterClient().greet("Mary");
      expectTypeOf(greeted).toEqualTypeOf<string>();
      expect(greeted).toBe("Hello, Mary!");
      expect(await greeterClient().nothing()).toBeUndefined();
      const value = { text: "ä€𝄞", list: [1, null, { deep: true }] };
      expect(await greeterClient().echo(value)).toEqual(value);
      expect(await greeterClient().echo(null)).toBe(null);
      expect(await greeterClient().echo(undefined)).toBeUndefined();
    });

    it("of objects, by any key", async () => {
      for (const key of ["plain", " ", "a/b", "ä€𝄞", "a?b#c%d"]) {
        expect(await counterClient(key).key()).toBe(key);
      }
      const client = counterClient(unique("counter"));
      expectTypeOf(await client.add(2)).toEqualTypeOf<number>();
      expect(await client.add(3)).toBe(5);
      expect(await client.total()).toBe(5);
    });

    it("of bytes, and of nothing at all", async () => {
      const binary = official.rpc.opts({ input: official.serde.binary, output: official.serde.binary });
      const empty = official.rpc.opts({ input: official.serde.empty, output: official.serde.empty });
      expect(await greeterClient().bytes(new Uint8Array([1, 2, 255]), binary)).toEqual(
        new Uint8Array([255, 2, 1]),
      );
      expect(await greeterClient().bytes(new Uint8Array(), binary)).toEqual(new Uint8Array());
      expect(await greeterClient().empty(empty)).toBeUndefined();
    });

    it("find the serdes that our definitions carry", async () => {
      expect(await greeterClient().bytes(new Uint8Array([1, 2, 3]))).toEqual(new Uint8Array([3, 2, 1]));
      expect(await greeterClient().empty()).toBeUndefined();
    });

    it("carry headers", async () => {
      const opts = official.rpc.opts<void, Record<string, string>>({ headers: { "x-own": "yes" } });
      expect(await greeterClient().headers(opts)).toMatchObject({ "x-from": "connection", "x-own": "yes" });
    });

    it("by names alone", async () => {
      const key = unique("generic");
      const call = { service: "Counter", key, handler: "add", parameter: 4 };
      expect(await ingress.call<number, number>(call)).toBe(4);
      await ingress.send<number>(call);
      await eventually(async () => {
        expect(await counterClient(key).total()).toBe(8);
      });
    });
  });

  describe("contracts", () => {
    it("of ours are called with their serdes and types", async () => {
      const client = ingress.client(shop);
      const price = await client.price({ item: "book", count: 3 });
      expectTypeOf(price).toEqualTypeOf<{ total: number }>();
      expect(price).toEqual({ total: 12 });
      expect(new TextDecoder().decode(await client.picture("book"))).toBe("picture of book");
      expect(await client.ping()).toBe("pong");
      expect(await ingress.client(shopService).ping()).toBe("pong");
    });

    it("refuse what their schema does not allow, as the caller's fault", async () => {
      // @ts-expect-error: count must be a number
      const { status, body } = await failureOf(ingress.client(shop).price({ item: "book", count: "many" }));
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 400, source: "invocation" });
    });

    it("are sent to", async () => {
      const send = await ingress.sendClient(shop).price({ item: "book", count: 1 });
      const row = await running.admin.waitForStatus(send.invocationId, "completed");
      expect(row.completion_result).toBe("success");
    });
  });

  describe("sends", () => {
    it("are delivered once", async () => {
      const key = unique("sent");
      const send = await counterSends(key).add(5);
      expect(send).toMatchObject({ status: "Accepted", attachable: false });
      await running.admin.waitForStatus(send.invocationId, "completed");
      expect(await counterClient(key).total()).toBe(5);
    });

    it("with a delay start later", async () => {
      const key = unique("later");
      const opts = official.rpc.sendOpts<number>({ delay: { milliseconds: 300 } });
      const sentAt = Date.now();
      const { invocationId } = await counterSends(key).add(1, opts);
      await running.admin.waitForStatus(invocationId, "completed");
      expect(Date.now() - sentAt).toBeGreaterThanOrEqual(300);
    });
  });

  describe("idempotency and attach", () => {
    it("gives the first result again", async () => {
      const opts = official.rpc.opts<string, string>({ idempotencyKey: unique("idem") });
      expect(await greeterClient().greet("Mary", opts)).toBe("Hello, Mary!");
      expect(await greeterClient().greet("Paul", opts)).toBe("Hello, Mary!");
    });

    it("waits for what was sent", async () => {
      const opts = official.rpc.sendOpts<{ ms: number; value: string }>({ idempotencyKey: unique("idem") });
      const first = await greeterSends().slow({ ms: 300, value: "first" }, opts);
      const second = await greeterSends().slow({ ms: 0, value: "second" }, opts);
      expect(first).toMatchObject({ status: "Accepted", attachable: true });
      expect(second).toEqual({ ...first, status: "PreviouslyAccepted" });
      expect(await ingress.result(first)).toBe("first");
      expect(await ingress.result(second)).toBe("first");
    });
  });

  describe("workflows", () => {
    it("are submitted, looked at, approved and attached to", async () => {
      const key = unique("loan/1");
      const client = approvalClient(key);
      expect(await failureOf(client.workflowOutput())).toMatchObject({ status: 404 });

      const submission = await client.workflowSubmit("loan");
      expect(submission).toMatchObject({ status: "Accepted", attachable: true });
      expect((await client.workflowSubmit("other")).status).toBe("PreviouslyAccepted");
      expect((await client.workflowOutput()).ready).toBe(false);
      await eventually(async () => {
        expect(await client.status()).toBe("loan");
      });

      await client.approve(true);
      expectTypeOf(await client.workflowAttach()).toEqualTypeOf<string>();
      expect(await client.workflowAttach()).toBe("loan approved");
      expect(await client.workflowOutput()).toMatchObject({ ready: true, result: "loan approved" });
      expect(await ingress.result(submission)).toBe("loan approved");
    });

    it("that fail say so to whoever attaches", async () => {
      const client = approvalClient(unique("loan"));
      await client.workflowSubmit("loan");
      await client.approve(false);
      expect(await failureOf(client.workflowAttach())).toMatchObject({
        status: 422,
        body: { message: "rejected" },
      });
    });
  });

  describe("awakeables", () => {
    async function awakeableIdIn(key: string): Promise<string> {
      return await eventually(async () => {
        const id = await ingress.objectClient<VirtualObject<typeof box>>(box, key).peek();
        if (id === null) throw new Error("the box is empty");
        return id;
      });
    }

    it.each([[{ a: 1 }], ["text"], [undefined]])("are resolved with %j", async (payload) => {
      const key = unique("box");
      const result = greeterClient().awaits(key);
      const awaited = result.then((value) => value);
      await ingress.resolveAwakeable(await awakeableIdIn(key), payload);
      expect(await awaited).toEqual(payload);
    });

    it("are resolved with bytes", async () => {
      const key = unique("box");
      const awaited = Promise.resolve(greeterClient().awaitsBytes(key));
      await ingress.resolveAwakeable(
        await awakeableIdIn(key),
        new Uint8Array([0, 255]),
        official.serde.binary,
      );
      expect(await awaited).toEqual([0, 255]);
    });

    it("are rejected with a reason", async () => {
      const key = unique("box");
      const failed = failureOf(greeterClient().awaits(key));
      await ingress.rejectAwakeable(await awakeableIdIn(key), "nobody came");
      expect(await failed).toMatchObject({ status: 500, body: { message: "nobody came" } });
    });
  });

  describe("errors", () => {
    it("of a handler arrive with code, message and metadata", async () => {
      const failure = { message: "boom", code: 418, metadata: { reason: "teapot" } };
      expect(await failureOf(greeterClient().fail(failure))).toEqual({
        status: 418,
        body: { ...failure, source: "invocation" },
      });
    });

    it("with a code that is no HTTP status keep it in the body", async () => {
      expect(await failureOf(greeterClient().fail({ message: "boom", code: 1200 }))).toMatchObject({
        status: 500,
        body: { code: 1200 },
      });
    });

    it("private handlers are refused", async () => {
      expect(await failureOf(greeterClient().hidden())).toMatchObject({
        status: 400,
        body: { source: "ingress" },
      });
    });

    it("input that is no JSON is the caller's fault", async () => {
      const opts = official.rpc.opts<string, string>({
        input: {
          contentType: "application/json",
          serialize: () => new Uint8Array([0x7b]),
          deserialize: () => "",
        },
      });
      expect(await failureOf(greeterClient().greet("x", opts))).toMatchObject({
        status: 400,
        body: { source: "invocation" },
      });
    });

    it("of a cancelled invocation are 409", async () => {
      const opts = official.rpc.sendOpts<{ ms: number; value: string }>({
        idempotencyKey: unique("cancelled"),
      });
      const send = await greeterSends().slow({ ms: 60_000, value: "never" }, opts);
      await running.admin.waitForStatus(send.invocationId, ["running", "suspended"]);
      await running.admin.cancel(send.invocationId);
      expect(await failureOf(ingress.result(send))).toMatchObject({ status: 409 });
    });
  });
}

async function rejectionOf(promise: PromiseLike<unknown>): Promise<unknown> {
  return await promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

/** What the official client says of a failure: the status, and the body as text. */
async function failureOf(promise: PromiseLike<unknown>): Promise<{ status: number; body: unknown }> {
  const error = await rejectionOf(promise);
  expect(error).toBeInstanceOf(official.HttpCallError);
  const { status, responseText } = error as official.HttpCallError;
  return { status, body: JSON.parse(responseText) };
}
