import type * as restate from "@perdure/sdk";
import * as clients from "@perdure/sdk/clients";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InvocationRow } from "../support/admin.ts";
import { eventually } from "../support/eventually.ts";
import { type Running, startRunning } from "./fixtures-documents/running.ts";
import { snippets } from "./fixtures-documents/service-communication-snippets.ts";
import { inbox, myObject, myService, myWorkflow } from "./fixtures-documents/services.ts";

/**
 * Document 002, service communication. The snippets are the handlers in
 * `service-communication-snippets.ts`; here they are run, one `describe` for each
 * section of the document, in its order.
 */

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
