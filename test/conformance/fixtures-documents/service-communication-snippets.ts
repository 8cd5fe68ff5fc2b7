import * as restate from "@perdure/sdk";
import { eventually } from "../../support/eventually.ts";
import { inbox, myObject, myService, myWorkflow } from "./services.ts";

/**
 * Every handler is one snippet of document 002, its imports changed and nothing
 * else but the workflow ids, which differ so that each snippet starts a workflow
 * of its own. The comments between the handlers name the document's sections.
 */
export const snippets = restate.service({
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
      type MyService = import("./services.ts").MyService;
      const response = await ctx.serviceClient<MyService>({ name: "MyService" }).myHandler("Hi");
      return response satisfies string;
    },
  },
});

async function waitForPatientHandler(): Promise<void> {
  await eventually(() => {
    if (!inbox.messages.includes("MyService/myPatientHandler Hi")) throw new Error("it has not started");
  });
}
