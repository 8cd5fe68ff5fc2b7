import { describe, expectTypeOf, it } from "vitest";
import type {
  Context,
  ObjectContext,
  ObjectSharedContext,
  WorkflowContext,
  WorkflowSharedContext,
} from "../definition/context.ts";
import { handlers } from "../definition/handlers.ts";
import { iface } from "../definition/iface.ts";
import { implement } from "../definition/implement.ts";
import { object } from "../definition/object.ts";
import { service } from "../definition/service.ts";
import { workflow } from "../definition/workflow.ts";
import type { Output, Send, WorkflowSubmission } from "./client-types.ts";
import { connect } from "./connect.ts";
import type { IngressInvocation } from "./ingress.ts";
import { type Opts, rpc } from "./options.ts";

/** What users' editors and compilers see. Types only: the bodies are compiled and never run. */

const greeter = service({
  name: "Greeter",
  handlers: {
    greet: async (_ctx: Context, name: string) => name.length,
    ping: async (_ctx: Context) => true,
    maybe: async (_ctx: Context, name?: string) => name,
  },
});
const counter = object({
  name: "Counter",
  handlers: {
    add: async (_ctx: ObjectContext, amount: number) => amount,
    get: handlers.object.shared(async (_ctx: ObjectSharedContext) => 1),
  },
});
const approval = workflow({
  name: "Approval",
  handlers: {
    run: async (_ctx: WorkflowContext, request: { amount: number }) => `${request.amount}`,
    approve: async (_ctx: WorkflowSharedContext, yes: boolean) => yes,
  },
});
const contract = iface.object("Contract", {
  add: iface.json<number, string>(),
  reset: iface.json<void, void>(),
});
const implemented = implement(contract, {
  handlers: { add: async (_ctx, amount) => String(amount), reset: async () => {} },
});
/** As a service in another language would be described. */
interface Mailer {
  deliver(ctx: object, mail: { to: string }): Promise<boolean>;
}

const ingress = connect({ url: "http://localhost:8080" });

/** Compiled, never called. */
function compileOnly(_body: () => unknown): void {}

describe("types of the ingress client", () => {
  it("calls", () => {
    compileOnly(() => {
      const client = ingress.serviceClient(greeter);
      expectTypeOf(client.greet("x")).toEqualTypeOf<Promise<number>>();
      expectTypeOf(client.greet("x", rpc.opts({ idempotencyKey: "k" }))).toEqualTypeOf<Promise<number>>();
      expectTypeOf(client.ping()).toEqualTypeOf<Promise<boolean>>();
      expectTypeOf(client.maybe()).toEqualTypeOf<Promise<string | undefined>>();
      expectTypeOf(ingress.serviceClient<typeof greeter>({ name: "Greeter" }).greet("x")).toEqualTypeOf<
        Promise<number>
      >();
      expectTypeOf(ingress.serviceClient<Mailer>({ name: "Mailer" }).deliver({ to: "x" })).toEqualTypeOf<
        Promise<boolean>
      >();
      expectTypeOf(ingress.objectClient(counter, "k").get()).toEqualTypeOf<Promise<number>>();
      expectTypeOf(ingress.client(contract, "k").add(1)).toEqualTypeOf<Promise<string>>();
      expectTypeOf(ingress.client(implemented, "k").add(1)).toEqualTypeOf<Promise<string>>();
      // @ts-expect-error the input is a string
      client.greet(1);
      // @ts-expect-error the input is missing
      client.greet();
      // @ts-expect-error there is no such handler
      client.nope();
      // @ts-expect-error a call has no delay
      client.ping(rpc.sendOpts({ delay: 1 }));
      // @ts-expect-error an object needs a key
      ingress.objectClient(counter);
      // @ts-expect-error so does the contract of one
      ingress.client(contract);
      // @ts-expect-error an object is no service
      ingress.serviceClient(counter);
    });
  });

  it("sends", () => {
    compileOnly(() => {
      const send = ingress.serviceSendClient(greeter).greet("x", rpc.sendOpts({ delay: { seconds: 1 } }));
      expectTypeOf(send).toEqualTypeOf<Promise<Send<number>>>();
      expectTypeOf(ingress.objectSendClient(counter, "k").add(1)).toEqualTypeOf<Promise<Send<number>>>();
      expectTypeOf(ingress.workflowSendClient(approval, "k").run({ amount: 1 })).toEqualTypeOf<
        Promise<Send<string>>
      >();
      expectTypeOf(ingress.sendClient(contract, "k").reset()).toEqualTypeOf<Promise<Send<void>>>();
      expectTypeOf(ingress.result({} as Send<number>)).toEqualTypeOf<Promise<number>>();
    });
  });

  it("workflows", () => {
    compileOnly(() => {
      const client = ingress.workflowClient(approval, "k");
      expectTypeOf(client.workflowSubmit({ amount: 1 })).toEqualTypeOf<Promise<WorkflowSubmission<string>>>();
      expectTypeOf(client.workflowSubmit({ amount: 1 }, rpc.sendOpts({ delay: 1 }))).toEqualTypeOf<
        Promise<WorkflowSubmission<string>>
      >();
      expectTypeOf(client.workflowAttach()).toEqualTypeOf<Promise<string>>();
      expectTypeOf(client.workflowOutput()).toEqualTypeOf<Promise<Output<string>>>();
      expectTypeOf(client.approve(true)).toEqualTypeOf<Promise<boolean>>();
      // @ts-expect-error run is submitted, not called
      client.run({ amount: 1 });
      // @ts-expect-error the input is missing
      client.workflowSubmit();
      // @ts-expect-error the input is of another type
      client.workflowSubmit({ amount: "1" });
    });
  });

  it("handles", () => {
    compileOnly(() => {
      expectTypeOf(ingress.serviceInvocation(greeter, "greet", "k")).toEqualTypeOf<
        IngressInvocation<number>
      >();
      expectTypeOf(ingress.serviceInvocation<string>("Greeter", "greet", "k")).toEqualTypeOf<
        IngressInvocation<string>
      >();
      expectTypeOf(ingress.serviceInvocation("Greeter", "greet", "k")).toEqualTypeOf<
        IngressInvocation<unknown>
      >();
      expectTypeOf(ingress.objectInvocation(counter, "o", "get", "k")).toEqualTypeOf<
        IngressInvocation<number>
      >();
      expectTypeOf(ingress.objectInvocation(contract, "o", "add", "k")).toEqualTypeOf<
        IngressInvocation<string>
      >();
      expectTypeOf(ingress.objectInvocation(implemented, "o", "add", "k")).toEqualTypeOf<
        IngressInvocation<string>
      >();
      expectTypeOf(ingress.workflowInvocation(approval, "w")).toEqualTypeOf<IngressInvocation<string>>();
      expectTypeOf(ingress.workflowInvocation<number>("Approval", "w")).toEqualTypeOf<
        IngressInvocation<number>
      >();
      expectTypeOf(ingress.invocation<boolean>("inv_1")).toEqualTypeOf<IngressInvocation<boolean>>();
      expectTypeOf(ingress.invocation({} as Send<number>)).toEqualTypeOf<IngressInvocation<number>>();
      // @ts-expect-error there is no such handler
      ingress.serviceInvocation(greeter, "nope", "k");
    });
  });

  it("options and outputs", () => {
    compileOnly(() => {
      expectTypeOf(rpc.opts({ timeout: 1 })).toEqualTypeOf<Opts<never, never>>();
      const output = {} as Output<string>;
      if (output.ready) expectTypeOf(output.result).toEqualTypeOf<string>();
      expectTypeOf(output.result).toEqualTypeOf<string>();
      expectTypeOf(
        ingress.call<string, number>({ service: "s", handler: "h", parameter: "x" }),
      ).toEqualTypeOf<Promise<number>>();
    });
  });
});
