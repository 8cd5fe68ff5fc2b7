import type * as Perdure from "@perdure/sdk";
import type {
  Context,
  InvocationId,
  ObjectContext,
  WorkflowContext,
  WorkflowSharedContext,
} from "@perdure/sdk";
import type { Callee, Caught, Executions, Failure, Flow, Keyed, Side } from "./peer-types.ts";

/**
 * Handlers that run on either SDK, and call those of the other one: the same
 * source is served twice, once by ours and once by the official SDK. So what is
 * compared is the two SDKs, and that code moves over by changing an import.
 */
export type Sdk = Pick<
  typeof Perdure,
  | "service"
  | "object"
  | "workflow"
  | "handlers"
  | "rpc"
  | "serde"
  | "TerminalError"
  | "CancelledError"
  | "TimeoutError"
>;

export function createPeer(sdk: Sdk, own: Side, other: Side): readonly Perdure.AnyDefinition[] {
  const { handlers, rpc, serde, TerminalError, CancelledError, TimeoutError } = sdk;

  function toError({ message, code, metadata }: Failure): Perdure.TerminalError {
    return new TerminalError(message, { errorCode: code, ...(metadata && { metadata }) });
  }

  async function caught(promise: Promise<unknown>): Promise<Caught> {
    try {
      await promise;
    } catch (error) {
      const { message, code, metadata } = error as Perdure.TerminalError;
      return {
        terminal: error instanceof TerminalError,
        cancelled: error instanceof CancelledError,
        timeout: error instanceof TimeoutError,
        message,
        code,
        metadata,
      };
    }
    throw new TerminalError("nothing was thrown");
  }

  /** How often side effects were executed, whatever journals say. */
  const executionsOf = new Map<string, Executions>();

  const callee = sdk.service({
    name: `${own}Callee`,
    handlers: {
      greet: async (_ctx: Context, name: string) => `${own} greets ${name}`,
      nothing: async (_ctx: Context) => {},
      reverse: handlers.handler(
        { input: serde.binary, output: serde.binary },
        async (_ctx: Context, bytes: Uint8Array) => Uint8Array.from(bytes).reverse(),
      ),
      headers: async (ctx: Context) => Object.fromEntries(ctx.request().headers),
      identity: async (ctx: Context) => ctx.request().id as string,
      fail: async (_ctx: Context, failure: Failure) => {
        throw toError(failure);
      },
      /** Resolves the awakeable `started` first, if there is one. */
      slow: async (ctx: Context, { ms, started }: { ms: number; started?: string }) => {
        if (started !== undefined) ctx.resolveAwakeable(started);
        await ctx.sleep(ms);
        return `${own} slept`;
      },
      resolve: async (ctx: Context, { id, value }: { id: string; value: unknown }) => {
        ctx.resolveAwakeable(id, value);
      },
      reject: async (ctx: Context, { id, failure }: { id: string; failure: Failure | string }) => {
        ctx.rejectAwakeable(id, typeof failure === "string" ? failure : toError(failure));
      },
      signal: async (ctx: Context, to: { id: InvocationId; name: string; value: unknown }) => {
        ctx.invocation(to.id).signal<unknown>(to.name).resolve(to.value);
      },
      rejectSignal: async (ctx: Context, to: { id: InvocationId; name: string; failure: Failure }) => {
        ctx.invocation(to.id).signal(to.name).reject(toError(to.failure));
      },
      waitForSignal: async (ctx: Context, { name, started }: { name: string; started: string }) => {
        ctx.resolveAwakeable(started);
        return await ctx.signal<unknown>(name);
      },
    },
  });

  const keyed = sdk.object({
    name: `${own}Keyed`,
    handlers: {
      append: async (ctx: ObjectContext<{ lines: string[] }>, line: string) => {
        const lines = [...((await ctx.get("lines")) ?? []), line];
        ctx.set("lines", lines);
        return lines.length;
      },
      lines: handlers.object.shared(
        async (ctx: Perdure.ObjectSharedContext<{ lines: string[] }>) => (await ctx.get("lines")) ?? [],
      ),
    },
  });

  const flow = sdk.workflow({
    name: `${own}Flow`,
    handlers: {
      run: async (ctx: WorkflowContext, greeting: string) =>
        `${greeting} ${await ctx.promise<string>("name")}, from ${own}`,
      name: async (ctx: WorkflowSharedContext, name: string) => {
        await ctx.promise<string>("name").resolve(name);
      },
    },
  });

  const theirs = { name: `${other}Callee` };
  const theirKeyed = { name: `${other}Keyed` };
  const theirFlow = { name: `${other}Flow` };

  const caller = sdk.service({
    name: `${own}Caller`,
    handlers: {
      calls: async (ctx: Context, key: string) => {
        const client = ctx.serviceClient<Callee>(theirs);
        const object = ctx.objectClient<Keyed>(theirKeyed, key);
        const workflow = ctx.workflowClient<Flow>(theirFlow, key);
        const run = workflow.run("Hello");
        await workflow.name("Mary");
        return {
          greeting: await client.greet("Mary"),
          nothing: (await client.nothing()) ?? "nothing",
          counts: [await object.append("a"), await object.append("b")],
          lines: await object.lines(),
          workflow: await run,
          again: await caught(workflow.run("Hello again")),
        };
      },
      bytes: async (ctx: Context) => {
        const opts = rpc.opts({ input: serde.binary, output: serde.binary });
        const typed = await ctx.serviceClient<Callee>(theirs).reverse(new Uint8Array([1, 2, 255]), opts);
        const generic = await ctx.genericCall({
          service: theirs.name,
          method: "reverse",
          parameter: new Uint8Array([3, 4]),
        });
        return [[...typed], [...generic]];
      },
      concurrent: async (ctx: Context, count: number) => {
        const client = ctx.serviceClient<Callee>(theirs);
        // Native combinators are not for the official SDK; each has been started before any is awaited.
        const calls = Array.from({ length: count }, (_, n) => client.greet(String(n)));
        const greetings: string[] = [];
        for (const call of calls) greetings.push(await call);
        return greetings;
      },
      headers: async (ctx: Context) =>
        await ctx.serviceClient<Callee>(theirs).headers(rpc.opts({ headers: { "x-own": own } })),
      idempotent: async (ctx: Context, idempotencyKey: string) => {
        const called = await ctx.serviceClient<Callee>(theirs).identity(rpc.opts({ idempotencyKey }));
        const sent = ctx.serviceSendClient<Callee>(theirs).identity(rpc.sendOpts({ idempotencyKey }));
        return [called, await sent.invocationId];
      },
      sends: async (ctx: Context, { key, count }: { key: string; count: number }) => {
        for (let n = 0; n < count; n++) ctx.objectSendClient<Keyed>(theirKeyed, key).append(`${own} ${n}`);
      },
      sendsAndAttaches: async (ctx: Context) => {
        const sends = ctx.serviceSendClient<Callee>(theirs);
        const soon = sends.greet("Mary", rpc.sendOpts({ delay: { milliseconds: 50 } }));
        const now = sends.slow({ ms: 50 });
        return [
          await ctx.attach<string>(await soon.invocationId),
          await ctx.invocation(await now.invocationId).attach<string>(),
        ];
      },
      failures: async (ctx: Context, failure: Failure) => {
        const client = ctx.serviceClient<Callee>(theirs);
        const sent = ctx.serviceSendClient<Callee>(theirs).fail(failure);
        return [await caught(client.fail(failure)), await caught(ctx.attach(await sent.invocationId))];
      },
      failsThrough: async (ctx: Context, failure: Failure) =>
        await ctx.serviceClient<Callee>(theirs).fail(failure),
      awakeables: async (ctx: Context, value: unknown) => {
        const resolved = ctx.awakeable<unknown>();
        const rejected = ctx.awakeable<unknown>();
        const rejectedByText = ctx.awakeable<unknown>();
        const failure = { message: "no", code: 403, metadata: { why: "closed" } };
        const sends = ctx.serviceSendClient<Callee>(theirs);
        sends.resolve({ id: resolved.id, value });
        sends.reject({ id: rejected.id, failure });
        sends.reject({ id: rejectedByText.id, failure: "just no" });
        return {
          resolved: await resolved.promise,
          rejected: await caught(rejected.promise),
          rejectedByText: await caught(rejectedByText.promise),
        };
      },
      signals: async (ctx: Context, value: unknown) => {
        const id = ctx.request().id as InvocationId;
        const sends = ctx.serviceSendClient<Callee>(theirs);
        sends.signal({ id, name: "good", value });
        sends.rejectSignal({ id, name: "bad", failure: { message: "no", code: 403 } });
        const good = await ctx.signal<unknown>("good");
        const bad = await caught(ctx.signal("bad"));
        return { good, bad };
      },
      signalsCallee: async (ctx: Context, value: unknown) => {
        const started = ctx.awakeable<void>();
        const call = ctx.serviceClient<Callee>(theirs).waitForSignal({ name: "go", started: started.id });
        const id = await call.invocationId;
        // A signal to an invocation that has not started is lost.
        await started.promise;
        ctx.invocation(id).signal<unknown>("go").resolve(value);
        return await call;
      },
      /** `key` is new each time. */
      runs: async (ctx: Context, key: string) => {
        const executions = executionsOf.get(key) ?? { steady: 0, flaky: 0, hopeless: 0 };
        executionsOf.set(key, executions);
        const soon = { initialRetryInterval: 10, maxRetryInterval: 10 };
        const steady = await ctx.run("steady", async () => ++executions.steady);
        await ctx.sleep(10);
        const flaky = await ctx.run(
          "flaky",
          async () => {
            if (++executions.flaky < 3) throw new Error("out of order");
            return executions.flaky;
          },
          soon,
        );
        const refused = await caught(
          ctx.run("refused", () => {
            throw new TerminalError("no", { errorCode: 403 });
          }),
        );
        const hopeless = await caught(
          ctx.run(
            "hopeless",
            () => {
              executions.hopeless++;
              throw new Error("out of order");
            },
            { ...soon, maxRetryAttempts: 2 },
          ),
        );
        return { steady, flaky, refused, hopeless, executions };
      },
      timeouts: async (ctx: Context) =>
        await caught(ctx.serviceClient<Callee>(theirs).slow({ ms: 60_000 }).orTimeout(50)),
      cancelsSent: async (ctx: Context) => {
        const started = ctx.awakeable<void>();
        const sent = ctx.serviceSendClient<Callee>(theirs).slow({ ms: 60_000, started: started.id });
        const id = await sent.invocationId;
        // An invocation that has not started is removed by a cancel.
        await started.promise;
        ctx.cancel(id);
        return { id, caught: await caught(ctx.attach(id)) };
      },
      /** Waits for a call of a minute until it is cancelled, then compensates by another call. */
      waits: async (ctx: Context) => {
        const client = ctx.serviceClient<Callee>(theirs);
        const child = client.slow({ ms: 60_000 });
        const childId = await child.invocationId;
        const cancelled = await caught(child);
        return { childId, cancelled, compensation: await client.greet("compensation") };
      },
    },
  });

  return [callee, keyed, flow, caller];
}
