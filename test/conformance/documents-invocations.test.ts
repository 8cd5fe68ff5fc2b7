import * as restate from "@perdure/sdk";
import * as clients from "@perdure/sdk/clients";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type Running, startRunning } from "./fixtures-documents/running.ts";
import {
  greeterService,
  inbox,
  myService,
  paymentService,
  userAccount,
} from "./fixtures-documents/services.ts";

/**
 * Document 003, invocations. Its requests by curl are made by `fetch`, its
 * TypeScript stands as it is, and what the other languages show is done in
 * TypeScript. The `describe`s are the document's sections. Kafka is left out:
 * it needs a broker.
 */

const { sendOpts } = restate.rpc;

const snippets = restate.service({
  name: "Snippets",
  handlers: {
    async attach(ctx: restate.Context) {
      const handle = ctx.serviceSendClient(myService).myHandler("Hi", sendOpts({ idempotencyKey: "my-key" }));
      const invocationId = await handle.invocationId;

      // Later...
      const response = ctx.attach(invocationId);
      return await response;
    },
    /** By the reference to an invocation, as the other languages have it. */
    async attachByReference(ctx: restate.Context) {
      const handle = ctx.serviceSendClient(myService).myHandler("Hi", sendOpts({ idempotencyKey: "my-key" }));
      return await ctx.invocation(await handle.invocationId).attach<string>();
    },
    async cancel(ctx: restate.Context, callee: string) {
      const handle = ctx.serviceSendClient(myService).myPatientHandler(callee);
      const invocationId = await handle.invocationId;
      await ctx.run(() => waitUntilStarted(callee));

      // Cancel the invocation
      ctx.cancel(invocationId);
      return invocationId;
    },
    async cancelByReference(ctx: restate.Context, callee: string) {
      const handle = ctx.serviceSendClient(myService).myPatientHandler(callee);
      const invocationId = await handle.invocationId;
      await ctx.run(() => waitUntilStarted(callee));
      ctx.invocation(invocationId).cancel();
      return invocationId;
    },
  },
});

/** A cancel that comes before the start removes the invocation instead of ending it with 409. */
async function waitUntilStarted(callee: string): Promise<void> {
  await eventually(() => {
    expect(inbox.messages).toContain(`MyService/myPatientHandler ${callee}`);
  });
}

let running: Running;
let ingressUrl: string;

beforeAll(async () => {
  running = await startRunning([snippets, greeterService, myService, paymentService, userAccount]);
  ingressUrl = running.ingressUrl;
});

afterAll(async () => {
  await running?.stop();
});

async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(ingressUrl + path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

describe("HTTP invocations", () => {
  it("of a service", async () => {
    const response = await post("/PaymentService/processPayment", { amount: 100, currency: "USD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toMatchObject({ amount: 100, currency: "USD" });
  });

  it("of an object, by its key in the path", async () => {
    const update = () => post("/UserAccount/user123/updateBalance", { amount: 50 });
    expect(await (await update()).json()).toEqual({ user: "user123", balance: 50 });
    expect(await (await update()).json()).toEqual({ user: "user123", balance: 100 });
  });
});

describe("Typed client invocations", () => {
  it("of a service", async () => {
    const restateClient = clients.connect({ url: ingressUrl });

    // To call a service:
    const greet = await restateClient.serviceClient(greeterService).greet({ greeting: "Hi" });

    expect(greet.greeting).toBe("Hi!");
  });
});

describe("Idempotency", () => {
  const key = { "idempotency-key": "payment-123" };

  it("gives the first result again", async () => {
    const payment = { amount: 7, currency: "CHF" };
    const first = await post("/PaymentService/processPayment", payment, key);
    const second = await post("/PaymentService/processPayment", payment, key);
    expect(await second.json()).toEqual(await first.json());
    expect(second.headers.get("x-restate-id")).toBe(first.headers.get("x-restate-id"));
    expect(inbox.messages.filter((message) => message === "charged 7 CHF")).toHaveLength(1);
  });

  it("attaches while the first is still running", async () => {
    const answers = await Promise.all(
      [1, 2].map(async (amount) => (await post("/PaymentService/processSlowly", { amount }, key)).json()),
    );
    expect(answers[0]).toEqual(answers[1]);
  });
});

describe("Attaching to invocations", () => {
  it("from a handler", async () => {
    const client = clients.connect({ url: ingressUrl }).serviceClient(snippets);
    expect(await client.attach()).toBe("Hi!");
    expect(await client.attachByReference()).toBe("Hi!");
  });

  it("over HTTP, while it runs and afterwards", async () => {
    const sent = await post("/PaymentService/processSlowly/send", { amount: 3 });
    const { invocationId } = (await sent.json()) as { invocationId: string };
    const attach = async () =>
      (await fetch(`${ingressUrl}/restate/invocation/${invocationId}/attach`)).json();
    const output = () => fetch(`${ingressUrl}/restate/invocation/${invocationId}/output`);
    expect((await output()).status).toBe(470);
    expect(await attach()).toEqual({ amount: 3 });
    expect(await attach()).toEqual({ amount: 3 });
    expect((await output()).status).toBe(200);
  });
});

describe("Cancelling invocations", () => {
  async function expectCancelled(invocationId: string): Promise<void> {
    const row = await running.admin.waitForStatus(invocationId, "completed");
    expect(row.completion_failure).toMatch(/409/);
    const attached = await fetch(`${ingressUrl}/restate/invocation/${invocationId}/attach`);
    expect(attached.status).toBe(409);
    expect(await attached.json()).toMatchObject({ code: 409, source: "invocation" });
  }

  it("over HTTP", async () => {
    const sends = clients.connect({ url: ingressUrl }).serviceSendClient(myService);
    const { invocationId } = await sends.myPatientHandler("cancelled over HTTP");
    await waitUntilStarted("cancelled over HTTP");
    const response = await fetch(`${running.server.adminUrl}/invocations/${invocationId}/cancel`, {
      method: "PATCH",
    });
    expect(response.status).toBe(202);
    await expectCancelled(invocationId);
  });

  it("from a handler", async () => {
    const client = clients.connect({ url: ingressUrl }).serviceClient(snippets);
    await expectCancelled(await client.cancel("cancelled"));
    await expectCancelled(await client.cancelByReference("cancelled by reference"));
  });
});
