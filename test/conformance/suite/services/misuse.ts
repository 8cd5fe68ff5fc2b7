import {
  type Context,
  handlers,
  InvocationIdParser,
  type ObjectContext,
  type ObjectSharedContext,
  object,
  rpc,
  serde,
  service,
  type WorkflowContext,
  type WorkflowSharedContext,
  workflow,
} from "@perdure/sdk";
import { callee, inbox, once } from "./calls.ts";

/**
 * What types forbid, or what only shows at run time. Engines answer each with an
 * attempt that is retried for ever.
 */

/** A context of which everything is asked. */
type Anything = WorkflowContext;

const MISTAKES = {
  negativeSleep: (ctx) => ctx.sleep(-1),
  sleepOfNothing: (ctx) => ctx.sleep(undefined as never),
  sleepNaN: (ctx) => ctx.sleep(Number.NaN),
  negativeDelay: (ctx) => ctx.serviceSendClient(callee).nothing(rpc.sendOpts({ delay: -5 })),
  emptyIdempotencyKey: (ctx) => ctx.serviceClient(callee).nothing(rpc.opts({ idempotencyKey: "" })),
  emptyIdempotencyKeyOfSend: (ctx) =>
    ctx.serviceSendClient(callee).nothing(rpc.sendOpts({ idempotencyKey: "" })),
  idempotencyKeyOfRun: (ctx) => ctx.workflowClient(once, "a").run("b", rpc.opts({ idempotencyKey: "c" })),
  keyMissing: (ctx) => ctx.objectClient(inbox, undefined as never).key(),
  keyOfWrongType: (ctx) => ctx.objectClient(inbox, 7 as never).key(),
  notAnInvocationId: (ctx) => ctx.invocation(InvocationIdParser.fromString("inv_nonsense")).attach(),
  cancelNonsense: (ctx) => ctx.cancel(InvocationIdParser.fromString("nonsense")),
  notAnAwakeableId: (ctx) => ctx.resolveAwakeable("nonsense", 1),
  headersOfWrongType: (ctx) => ctx.serviceClient(callee).nothing(rpc.opts({ headers: { a: 7 } as never })),
  emptySignalName: (ctx) => ctx.signal(""),
  scopeWithoutFeature: (ctx) => ctx.scope("a"),
  genericWithoutService: (ctx) => ctx.genericCall({ service: "", method: "a", parameter: new Uint8Array() }),
  stateOfService: (ctx) => ctx.set("a", 1),
  readOfService: (ctx) => ctx.get("a"),
  keyOfService: (ctx) => ctx.key,
  promiseOfService: (ctx) => ctx.promise("a").get(),
  runAttempts: (ctx) => ctx.run("a", () => 1, { maxRetryAttempts: -1 }),
  runInterval: (ctx) => ctx.run("a", () => 1, { initialRetryInterval: -1 }),
  negativeTimeout: (ctx) => ctx.sleep(1).orTimeout(-1),
  rejectWithError: (ctx) => ctx.rejectAwakeable("sign_1", new Error("not terminal") as never),
} satisfies Record<string, (ctx: Anything) => unknown>;

export type Mistake = keyof typeof MISTAKES;
export const MISTAKE_NAMES = Object.keys(MISTAKES) as Mistake[];

export const clumsy = service({
  name: "Clumsy",
  handlers: {
    make: async (ctx: Context, mistake: Mistake) => {
      await MISTAKES[mistake](ctx as Anything);
      return "accepted";
    },
    tooManyArguments: async (ctx: Context) => {
      const client = ctx.serviceClient(callee) as unknown as Record<string, (...args: unknown[]) => unknown>;
      const errors: string[] = [];
      for (const args of [
        [1, 2],
        [1, rpc.opts({ output: serde.json }), 3],
      ]) {
        try {
          await client.echo?.(...args);
          errors.push("accepted");
        } catch (error) {
          errors.push((error as Error).name);
        }
      }
      return errors;
    },
  },
});

export const clumsyObject = object({
  name: "ClumsyObject",
  handlers: {
    sharedSet: handlers.object.shared(async (ctx: ObjectSharedContext) => (ctx as ObjectContext).set("a", 1)),
    sharedClear: handlers.object.shared(async (ctx: ObjectSharedContext) =>
      (ctx as ObjectContext).clear("a"),
    ),
    sharedClearAll: handlers.object.shared(async (ctx: ObjectSharedContext) =>
      (ctx as ObjectContext).clearAll(),
    ),
    promise: async (ctx: ObjectContext) => (ctx as WorkflowContext).promise("a").get(),
  },
});

export const clumsyWorkflow = workflow({
  name: "ClumsyWorkflow",
  handlers: {
    run: async (_ctx: WorkflowContext) => {},
    sharedSet: async (ctx: WorkflowSharedContext) => (ctx as WorkflowContext).set("a", 1),
  },
});

export const misuseServices = [clumsy, clumsyObject, clumsyWorkflow];
