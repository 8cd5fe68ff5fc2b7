import * as clients from "@perdure/sdk/clients";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Running, startRunning } from "./fixtures-documents/running.ts";
import {
  greeterService,
  inbox,
  myObject,
  myPatientWorkflow,
  myService,
  myWorkflow,
} from "./fixtures-documents/services.ts";

/**
 * Document 001, the clients of the Go SDK: what each of its snippets does, in
 * TypeScript with our client. The `describe`s are the document's sections.
 */

let running: Running;
let restateClient: clients.Ingress;

beforeAll(async () => {
  running = await startRunning([greeterService, myService, myObject, myWorkflow, myPatientWorkflow]);
  restateClient = clients.connect({ url: running.ingressUrl });
});

afterAll(async () => {
  await running?.stop();
});

const FIVE_DAYS_MS = 5 * 24 * 60 * 60 * 1000;

async function expectCompleted(send: clients.Send): Promise<void> {
  expect(send.status).toBe("Accepted");
  const row = await running.admin.waitForStatus(send.invocationId, "completed");
  expect(row.completion_result).toBe("success");
}

describe("Request-response invocations", () => {
  it("of a service", async () => {
    const svcResponse = await restateClient.serviceClient(myService).myHandler("Hi");
    expect(svcResponse).toBe("Hi!");
  });

  it("of an object", async () => {
    const objResponse = await restateClient.objectClient(myObject, "Mary").myHandler("Hi");
    expect(objResponse).toBe("Hi Mary!");
  });

  it("of a workflow, and of its other handlers", async () => {
    // Go runs a workflow and waits for it in one request; here these are two, each safe to repeat.
    const workflow = restateClient.workflowClient(myWorkflow, "Mary");
    const wfResponse = await restateClient.result(await workflow.workflowSubmit("Hi"));
    expect(wfResponse).toBe("Hi Mary!");
    const generic = await restateClient.call<string, string>({
      service: "MyWorkflow",
      key: "Paul",
      handler: "run",
      parameter: "Hi",
    });
    expect(generic).toBe("Hi Paul!");
    const status = await workflow.interactWithWorkflow();
    expect(status).toBe("interacted with Mary");
  });

  it("by names alone", async () => {
    const response = await restateClient.call<string, string>({
      service: "MyService",
      handler: "myHandler",
      parameter: "Hi",
    });
    expect(response).toBe("Hi!");
  });
});

describe("One-way invocations", () => {
  it("of a service", async () => {
    await expectCompleted(await restateClient.serviceSendClient(myService).myHandler("Hi"));
  });

  it("of an object", async () => {
    await expectCompleted(await restateClient.objectSendClient(myObject, "Mary").myHandler("Hi"));
  });

  it("of a workflow", async () => {
    const sent = await restateClient.workflowSendClient(myWorkflow, "Sent").run("Hi");
    await expectCompleted(sent);
    expect(await restateClient.result(sent)).toBe("Hi Sent!");
    const submitted = await restateClient.workflowClient(myWorkflow, "Sent").workflowSubmit("Hi");
    expect(submitted).toMatchObject({ invocationId: sent.invocationId, status: "PreviouslyAccepted" });
  });
});

describe("Delayed invocations", () => {
  async function expectScheduled({ invocationId }: clients.Send, delayMs: number): Promise<void> {
    const row = await running.admin.getInvocation(invocationId);
    expect(row?.status).toBe("scheduled");
    const wait = Date.parse(String(row?.scheduled_start_at)) - Date.parse(String(row?.created_at));
    expect(Math.abs(wait - delayMs)).toBeLessThan(60_000);
  }

  it("of a service", async () => {
    const opts = clients.rpc.sendOpts({ delay: { days: 5 } });
    await expectScheduled(
      await restateClient.serviceSendClient(myService).myHandler("Hi", opts),
      FIVE_DAYS_MS,
    );
  });

  it("of an object", async () => {
    const opts = clients.rpc.sendOpts({ delay: { days: 5 } });
    await expectScheduled(
      await restateClient.objectSendClient(myObject, "Mary").myHandler("Hi", opts),
      FIVE_DAYS_MS,
    );
  });

  it("of a workflow", async () => {
    const opts = clients.rpc.sendOpts({ delay: { days: 5 } });
    await expectScheduled(
      await restateClient.workflowSendClient(myWorkflow, "Later").run("Hi", opts),
      FIVE_DAYS_MS,
    );
  });
});

describe("Invoke a handler idempotently", () => {
  it("sends once per key", async () => {
    const opts = clients.rpc.sendOpts({ idempotencyKey: "abc" });
    const first = await restateClient.serviceSendClient(greeterService).greet({ greeting: "Hi" }, opts);
    const second = await restateClient.serviceSendClient(greeterService).greet({ greeting: "Hi" }, opts);
    expect(second).toEqual({ ...first, status: "PreviouslyAccepted" });
    await running.admin.waitForStatus(first.invocationId, "completed");
    const runs = inbox.messages.filter((message) => message === `greet ${first.invocationId}`);
    expect(runs).toHaveLength(1);
  });
});

describe("Attach to an invocation with an idempotency key", () => {
  it("by the invocation's id, or by the key", async () => {
    // The call to which we want to attach later
    const handle = await restateClient
      .serviceSendClient(myService)
      .myHandler("Hi", clients.rpc.sendOpts({ idempotencyKey: "my-idempotency-key" }));

    // ... do something else ...

    // Option 1: with the invocation id
    const result1 = await restateClient.invocation<string>(handle.invocationId).attach();

    // Option 2: with the idempotency key
    const result2 = await restateClient
      .serviceInvocation(myService, "myHandler", "my-idempotency-key")
      .attach();

    expect([result1, result2]).toEqual(["Hi!", "Hi!"]);
  });
});

describe("Attach/peek at a workflow execution", () => {
  it("by the handle of its submission, or by its id", async () => {
    // The workflow to which we want to attach later
    const workflow = restateClient.workflowClient(myPatientWorkflow, "wf-id");
    const wfHandle = await workflow.workflowSubmit("Hi");

    // ... do something else ...
    const byHandle = restateClient.invocation(wfHandle);
    const byId = restateClient.workflowInvocation(myPatientWorkflow, "wf-id");
    expect([(await byHandle.output()).ready, (await byId.output()).ready]).toEqual([false, false]);
    await workflow.interactWithWorkflow("Mary");

    // Option 1: with the handle of the submission; option 2: with the workflow's id
    expect(await Promise.all([byHandle.attach(), byId.attach()])).toEqual(["Hi Mary!", "Hi Mary!"]);
    expect(await byId.output()).toEqual({ ready: true, result: "Hi Mary!" });
  });

  it("of a workflow that was never started is told apart from one that is not ready", async () => {
    const handle = restateClient.workflowInvocation(myPatientWorkflow, "never started");
    await expect(handle.output()).rejects.toThrow(clients.InvocationNotFoundError);
  });
});
