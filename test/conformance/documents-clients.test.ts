import * as clients from "@perdure/sdk/clients";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type Running, startRunning } from "./fixtures-documents/running.ts";
import {
  greetCounterObject,
  greeterService,
  inbox,
  myPatientWorkflow,
} from "./fixtures-documents/services.ts";

/**
 * Document 000, clients. The document names its snippets and includes them from
 * elsewhere; here is what each name stands for, in the document's order.
 */

let running: Running;
let url: string;

beforeAll(async () => {
  running = await startRunning([greeterService, greetCounterObject, myPatientWorkflow]);
  url = running.ingressUrl;
});

afterAll(async () => {
  await running?.stop();
});

describe("Invoking handlers with the SDK clients", () => {
  it("request-response (rpc_call_node)", async () => {
    const restateClient = clients.connect({ url });

    // To call a service
    const greet = await restateClient.serviceClient(greeterService).greet({ greeting: "Hi" });

    // To call a virtual object
    const count = await restateClient.objectClient(greetCounterObject, "Mary").greet({ greeting: "Hi" });

    expect(greet.greeting).toBe("Hi!");
    expect(count).toBe("Hi Mary, for the 1. time!");
  });

  it("one-way (one_way_call_node)", async () => {
    const restateClient = clients.connect({ url });

    // To message a service
    const toService = await restateClient.serviceSendClient(greeterService).greet({ greeting: "Hi" });

    // To message a virtual object
    await restateClient.objectSendClient(greetCounterObject, "Paul").greet({ greeting: "Hi" });

    expect(toService).toMatchObject({ status: "Accepted", attachable: false });
    await eventually(async () => {
      expect(inbox.messages).toContain(`greet ${toService.invocationId}`);
      expect(await restateClient.objectClient(greetCounterObject, "Paul").count()).toBe(1);
    });
  });

  it("delayed (delayed_call_node)", async () => {
    const restateClient = clients.connect({ url });

    // To message a service with a delay
    const toService = await restateClient
      .serviceSendClient(greeterService)
      .greet({ greeting: "Hi" }, clients.rpc.sendOpts({ delay: { seconds: 1 } }));

    // To message a virtual object with a delay
    const toObject = await restateClient
      .objectSendClient(greetCounterObject, "Anna")
      .greet({ greeting: "Hi" }, clients.rpc.sendOpts({ delay: { seconds: 1 } }));

    for (const { invocationId } of [toService, toObject]) {
      const completed = await running.admin.waitForStatus(invocationId, "completed");
      const waited = Date.parse(String(completed.running_at)) - Date.parse(String(completed.created_at));
      expect(waited).toBeGreaterThanOrEqual(900);
    }
  });
});

describe("Invoke a handler idempotently", () => {
  it("runs once per key and gives the first answer again (service_idempotent)", async () => {
    const restateClient = clients.connect({ url });
    const opts = clients.rpc.opts({ idempotencyKey: "abcde" });
    const first = await restateClient.serviceClient(greeterService).greet({ greeting: "Hi" }, opts);
    const second = await restateClient.serviceClient(greeterService).greet({ greeting: "Hello" }, opts);
    expect(first).toEqual({ greeting: "Hi!", timesBefore: 0 });
    expect(second).toEqual(first);
  });

  it("the options carry other headers too", async () => {
    const restateClient = clients.connect({ url });
    const headers = await restateClient
      .serviceClient(greeterService)
      .headers(clients.rpc.opts({ idempotencyKey: "with-headers", headers: { "x-my-header": "mine" } }));
    expect(headers).toMatchObject({ "x-my-header": "mine" });
  });

  it("the retention is a day, or what the service says", async () => {
    const retentionOf = async (service: string): Promise<string> => {
      const response = await fetch(`${running.server.adminUrl}/services/${service}`);
      return ((await response.json()) as { idempotency_retention: string }).idempotency_retention;
    };
    expect(await retentionOf("GreeterService")).toBe("2d");
    expect(await retentionOf("GreetCounterObject")).toBe("1d");
  });
});

describe("Retrieve result of invocations and workflows", () => {
  it("by the handle of an invocation with an idempotency key (service_attach)", async () => {
    const restateClient = clients.connect({ url });
    const handle = await restateClient
      .serviceSendClient(greeterService)
      .greet({ greeting: "Hi" }, clients.rpc.sendOpts({ idempotencyKey: "dave-hi" }));
    const response = await restateClient.result(handle);
    expect(response.greeting).toBe("Hi!");
  });

  it("by the handle of a workflow submission", async () => {
    const restateClient = clients.connect({ url });
    const workflow = restateClient.workflowClient(myPatientWorkflow, "someone");
    const handle = await workflow.workflowSubmit("Hi");
    await workflow.interactWithWorkflow("Mary");
    expect(await restateClient.result(handle)).toBe("Hi Mary!");
    expect(await workflow.workflowAttach()).toBe("Hi Mary!");
    expect(await workflow.workflowOutput()).toEqual({ ready: true, result: "Hi Mary!" });
  });
});
