import * as restate from "@perdure/sdk";
import * as clients from "@perdure/sdk/clients";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InvocationRow } from "../support/admin.ts";
import { eventually } from "../support/eventually.ts";
import { type Running, startRunning } from "./fixtures-documents/running.ts";
import { inbox, myObject, myService, myWorkflow } from "./fixtures-documents/services.ts";

/**
 * Document 002, service communication. Every handler of `snippets` is one snippet
 * of the document, its imports changed and nothing else but the workflow ids,
 * which differ so that each snippet starts a workflow of its own. The `describe`s
 * are the document's sections, in its order.
 */

const snippets = restate.service({
  name: "Snippets",
  handlers: {
    // Request-response calls

    async requestResponse(ctx: restate.Context) {
      // To call a Service:
      const svcResponse = await ctx.serviceClient(myService).myHandler("Hi");

      // To call a Virtual Object:
      const objResponse = await ctx.objectClient(myObject, "Mary").myHandler("Hi");

      // To call a Workflow:
      const wfResponse = await ctx.workflowClient(myWorkflow, "wf-id").run("Hi");
      const result = await ctx.workflowClient(myWorkflow, "wf-id").interactWithWorkflow();
      return { svcResponse, objResponse, wfResponse, result };
    },
    async workflowTwice(ctx: restate.Context) {
      await ctx.workflowClient(myWorkflow, "wf-once").run("Hi");
      return await ctx.workflowClient(myWorkflow, "wf-once").run("Hi again");
    },
    async genericCall(ctx: restate.Context) {
      const response = await ctx.genericCall({
        service: "MyObject",
        method: "myHandler",
        parameter: "Hi",
        key: "Mary", // drop this for Service calls
        inputSerde: restate.serde.json,
        outputSerde: restate.serde.json,
      });
      return response;
    },
    async genericCallToService(ctx: restate.Context) {
      const response = await ctx.genericCall({
        service: "MyService",
        method: "myHandler",
        parameter: "Hi",
        inputSerde: restate.serde.json,
        outputSerde: restate.serde.json,
      });
      return response;
    },

    // Sending messages

    async send(ctx: restate.Context) {
      // To message a Service:
      ctx.serviceSendClient(myService).myHandler("Hi");

      // To message a Virtual Object:
      ctx.objectSendClient(myObject, "Mary").myHandler("Hi");

      // To message a Workflow:
      ctx.workflowSendClient(myWorkflow, "wf-sent").run("Hi");
      ctx.workflowSendClient(myWorkflow, "wf-sent").interactWithWorkflow();
    },
    async genericSend(ctx: restate.Context) {
      ctx.genericSend({
        service: "MyService",
        method: "myHandler",
        parameter: "Hi",
        inputSerde: restate.serde.json,
      });
    },
    async ordered(ctx: restate.Context) {
      ctx.objectSendClient(myObject, "Ordered").myHandler("I'm call A");
      ctx.objectSendClient(myObject, "Ordered").myHandler("I'm call B");
    },

    // Delayed messages

    async delayed(ctx: restate.Context) {
      // To message a Service with a delay:
      ctx.serviceSendClient(myService).myHandler("Hi", restate.rpc.sendOpts({ delay: { hours: 5 } }));

      // To message a Virtual Object with a delay:
      ctx.objectSendClient(myObject, "Mary").myHandler("Hi", restate.rpc.sendOpts({ delay: { hours: 5 } }));

      // To message a Workflow with a delay:
      ctx.workflowSendClient(myWorkflow, "Mary").run("Hi", restate.rpc.sendOpts({ delay: { hours: 5 } }));
    },
    async genericDelayed(ctx: restate.Context) {
      ctx.genericSend({
        service: "MyService",
        method: "myHandler",
        parameter: "Hi",
        inputSerde: restate.serde.json,
        delay: { seconds: 5 },
      });
    },

    // Using an idempotency key

    async idempotent(ctx: restate.Context) {
      // For request-response
      const response = await ctx.serviceClient(myService).myHandler(
        "Hi",
        restate.rpc.opts({
          idempotencyKey: "my-idempotency-key",
        }),
      );
      // For sending a message
      ctx.serviceSendClient(myService).myHandler(
        "Hi",
        restate.rpc.sendOpts({
          idempotencyKey: "my-idempotency-key",
        }),
      );
      return response;
    },

    // Attach to an invocation

    async attach(ctx: restate.Context) {
      const handle = ctx.serviceSendClient(myService).myHandler(
        "Hi",
        restate.rpc.sendOpts({
          idempotencyKey: "my-idempotency-key",
        }),
      );
      const invocationId = await handle.invocationId;

      // Later...
      const response = ctx.attach(invocationId);
      return { invocationId, response: await response };
    },
    async attachWithoutKey(ctx: restate.Context) {
      const handle = ctx.serviceSendClient(myService).myHandler("Hi");
      const invocationId = await handle.invocationId;

      // Later...
      const response = ctx.attach(invocationId);
      return { invocationId, response: await response };
    },

    // Cancel an invocation

    async cancel(ctx: restate.Context) {
      // `myPatientHandler`, since `myHandler` would have ended before.
      const handle = ctx.serviceSendClient(myService).myPatientHandler("Hi");
      const invocationId = await handle.invocationId;

      // So that it is running when it is cancelled; a cancel before its start removes it instead.
      await ctx.run(waitForPatientHandler);

      // Cancel the invocation
      ctx.cancel(invocationId);
      return invocationId;
    },

    // Advanced: sharing service type definitions

    async typeOnly(ctx: restate.Context) {
      type MyService = typeof myService;
      const response = await ctx.serviceClient<MyService>({ name: "MyService" }).myHandler("Hi");
      return response satisfies string;
    },
    async handwrittenInterface(ctx: restate.Context) {
      interface MyService {
        myHandler(ctx: unknown, greeting: string): Promise<string>;
      }
      const response = await ctx.serviceClient<MyService>({ name: "MyService" }).myHandler("Hi");
      return response satisfies string;
    },
    async separatePackage(ctx: restate.Context) {
      type MyService = import("./fixtures-documents/services.ts").MyService;
      const response = await ctx.serviceClient<MyService>({ name: "MyService" }).myHandler("Hi");
      return response satisfies string;
    },
  },
});

async function waitForPatientHandler(): Promise<void> {
  await eventually(() => {
    expect(inbox.messages).toContain("MyService/myPatientHandler Hi");
  });
}

let running: Running;
let run: clients.IngressClient<restate.Service<typeof snippets>>;
let send: clients.IngressSendClient<restate.Service<typeof snippets>>;

beforeAll(async () => {
  running = await startRunning([snippets, myService, myObject, myWorkflow]);
  const ingress = clients.connect({ url: running.ingressUrl });
  run = ingress.serviceClient(snippets);
  send = ingress.serviceSendClient(snippets);
});

afterAll(async () => {
  await running?.stop();
});

/** Runs `body`, and returns what the handlers of `services.ts` received meanwhile, once there are `count`. */
async function receivedBy(body: () => Promise<unknown>, count: number): Promise<readonly string[]> {
  const before = inbox.messages.length;
  await body();
  return await eventually(() => {
    const received = inbox.messages.slice(before);
    expect(received.length).toBeGreaterThanOrEqual(count);
    return received;
  });
}

/** What the invocation has sent, by target. */
async function sentBy(invocationId: string): Promise<InvocationRow[]> {
  await running.admin.waitForStatus(invocationId, "completed");
  return await running.admin.query<InvocationRow>(
    `select * from sys_invocation where invoked_by_id = '${invocationId}' order by target`,
  );
}

function delayMs(row: InvocationRow): number {
  return Date.parse(String(row.scheduled_start_at)) - Date.parse(String(row.created_at));
}

describe("Request-response calls", () => {
  it("to a service, an object and a workflow give their results", async () => {
    expect(await run.requestResponse()).toEqual({
      svcResponse: "Hi!",
      objResponse: "Hi Mary!",
      wfResponse: "Hi wf-id!",
      result: "interacted with wf-id",
    });
  });

  it("run a workflow only once per id", async () => {
    await expect(run.workflowTwice()).rejects.toMatchObject({ name: "TerminalError", code: 409 });
  });

  it("work without the definition", async () => {
    expect(await run.genericCall()).toBe("Hi Mary!");
    expect(await run.genericCallToService()).toBe("Hi!");
  });
});

describe("Sending messages", () => {
  it("delivers to a service, an object and a workflow without waiting", async () => {
    const { invocationId } = await send.send();
    const sent = await sentBy(invocationId);
    expect(sent.map((row) => row.target)).toEqual([
      "MyObject/Mary/myHandler",
      "MyService/myHandler",
      "MyWorkflow/wf-sent/interactWithWorkflow",
      "MyWorkflow/wf-sent/run",
    ]);
    for (const { id } of sent) {
      const row = await running.admin.waitForStatus(id, "completed");
      expect(row.completion_result).toBe("success");
    }
  });

  it("works without the definition", async () => {
    expect(await receivedBy(() => run.genericSend(), 1)).toEqual(["MyService/myHandler Hi"]);
  });

  it("to one object keeps its order", async () => {
    await run.ordered();
    const ingress = clients.connect({ url: running.ingressUrl });
    await eventually(async () => {
      expect(await ingress.objectClient(myObject, "Ordered").greetings()).toEqual([
        "I'm call A",
        "I'm call B",
      ]);
    });
  });
});

describe("Delayed messages", () => {
  it("start after the delay", async () => {
    const { invocationId } = await send.delayed();
    const sent = await sentBy(invocationId);
    expect(sent.map((row) => [row.target, row.status])).toEqual([
      ["MyObject/Mary/myHandler", "scheduled"],
      ["MyService/myHandler", "scheduled"],
      ["MyWorkflow/Mary/run", "scheduled"],
    ]);
    for (const row of sent) {
      expect(Math.abs(delayMs(row) - 5 * 60 * 60 * 1000)).toBeLessThan(60_000);
    }
  });

  it("work without the definition", async () => {
    const { invocationId } = await send.genericDelayed();
    const [row] = (await sentBy(invocationId)) as [InvocationRow];
    expect(row).toMatchObject({ target: "MyService/myHandler", status: "scheduled" });
    expect(Math.abs(delayMs(row) - 5_000)).toBeLessThan(1_000);
    const received = await receivedBy(() => running.admin.waitForStatus(row.id, "completed"), 1);
    expect(received).toEqual(["MyService/myHandler Hi"]);
  });
});

describe("Using an idempotency key", () => {
  it("runs the callee once, for a call and a send, within a caller and across callers", async () => {
    const received = await receivedBy(async () => {
      expect(await run.idempotent()).toBe("Hi!");
      expect(await run.idempotent()).toBe("Hi!");
    }, 1);
    expect(received).toEqual(["MyService/myHandler Hi"]);
  });
});

describe("Attach to an invocation", () => {
  it("gives the result of what was sent with an idempotency key", async () => {
    const first = await run.attach();
    expect(first).toEqual({ invocationId: expect.stringMatching(/^inv_1/), response: "Hi!" });
    expect(await run.attach()).toEqual(first);
  });

  it("gives it without a key too, as long as the server retains it", async () => {
    const first = await run.attachWithoutKey();
    expect(first.response).toBe("Hi!");
    expect((await run.attachWithoutKey()).invocationId).not.toBe(first.invocationId);
  });
});

describe("Cancel an invocation", () => {
  it("ends it with 409", async () => {
    const cancelled = await run.cancel();
    const row = await running.admin.waitForStatus(cancelled, "completed");
    expect(row).toMatchObject({ completion_result: "failure" });
    expect(row.completion_failure).toMatch(/409/);
  });
});

describe("Advanced: sharing service type definitions", () => {
  it("by the type of the definition and a name", async () => {
    expect(await run.typeOnly()).toBe("Hi!");
  });

  it("by a hand-written interface and a name", async () => {
    expect(await run.handwrittenInterface()).toBe("Hi!");
  });

  it("by the type that another package exports, and a name", async () => {
    expect(await run.separatePackage()).toBe("Hi!");
  });
});
