import {
  type Context,
  type ContextInternal,
  handlers,
  InvocationIdParser,
  RestatePromise,
  service,
  TerminalError,
  type WorkflowContext,
  workflow,
} from "@perdure/sdk";
import { note, opened } from "../../places/probe.ts";
import { callee } from "./calls.ts";
import { subject, toFailed } from "./invocations.ts";

/** What a cancelled handler can be waiting for. */
export const AWAITED = [
  "sleep",
  "call",
  "awakeable",
  "signal",
  "attach",
  "invocationId",
  "all",
  "nativeAll",
  "mapped",
] as const;
export type Awaited = (typeof AWAITED)[number];

function awaited(ctx: Context, what: Awaited, name: string): PromiseLike<unknown> {
  switch (what) {
    case "sleep":
      return ctx.sleep({ hours: 1 });
    case "call":
      return ctx.serviceClient(subject).sleeps(name);
    case "awakeable":
      return ctx.awakeable().promise;
    case "signal":
      return ctx.signal("never");
    case "attach":
      return ctx
        .serviceSendClient(subject)
        .sleeps(name)
        .invocationId.then((id) => ctx.invocation(id).attach());
    case "invocationId":
      // The id itself comes at once, so the wait is for what follows.
      return ctx
        .serviceSendClient(subject)
        .sleeps(name)
        .invocationId.then(() => ctx.sleep({ hours: 2 }));
    case "all":
      return RestatePromise.all([ctx.sleep({ hours: 1 }), ctx.awakeable().promise]);
    case "nativeAll":
      return Promise.all([ctx.sleep({ hours: 1 }), ctx.awakeable().promise, ctx.signal("never")]);
    case "mapped":
      return ctx.sleep({ hours: 1 }).map(() => "slept");
  }
}

interface Compensation {
  readonly failed: unknown;
  readonly echoed: unknown;
  readonly times: number;
}

interface Compensating {
  compensates(ctx: Context, how: { what: Awaited; name: string }): Promise<Compensation>;
}

const VICTIM = { name: "Victim" } as const;

export const victim = service({
  name: "Victim",
  handlers: {
    /** Is cancelled once, and then compensates. */
    compensates: async (ctx: Context, { what, name }: { what: Awaited; name: string }) => {
      let failed: unknown;
      try {
        await awaited(ctx, what, name);
      } catch (error) {
        failed = toFailed(error);
      }
      await ctx.sleep(1);
      const echoed = await ctx.serviceClient(callee).echo("compensated");
      const times = await ctx.run("compensate", () => note(`compensated ${name}`));
      return { failed, echoed, times };
    },
    uncaught: async (ctx: Context) => {
      await ctx.sleep({ hours: 1 });
      return "slept";
    },
    /** Goes on after each cancel, until the third. */
    stubborn: async (ctx: Context, name: string) => {
      const seen: string[] = [];
      for (let i = 0; i < 3; i++) {
        try {
          await ctx.run("count", () => void note(name, i));
          await ctx.sleep({ hours: 1 });
        } catch (error) {
          seen.push((error as Error).name);
        }
      }
      return seen;
    },
    withChildren: async (ctx: Context, name: string) => {
      const sent = ctx.serviceSendClient(subject).sleeps(`${name} sent`);
      const first = ctx.serviceClient(subject).sleeps(`${name} first`);
      const second = ctx.serviceClient(subject).sleeps(`${name} second`);
      const ids = [await sent.invocationId, await first.invocationId, await second.invocationId];
      await ctx.run("tell", () => void note(name, ids));
      await Promise.all([first, second]);
    },
    /** The child's true end, after its own compensation. */
    askAgain: async (ctx: Context, name: string) => {
      const child = ctx.serviceClient<Compensating>(VICTIM).compensates({ what: "sleep", name });
      await ctx.run("tell", () => void note(`asking ${name}`));
      try {
        return { first: await child };
      } catch (error) {
        return { cancelled: (error as Error).name, end: await child };
      }
    },
    /** The closure goes on when its await is cancelled. */
    duringRun: async (ctx: Context, door: string) => {
      const run = ctx.run("busy", async () => {
        note(`busy ${door}`);
        await opened(door);
        return "finished all the same";
      });
      try {
        return await run;
      } catch (error) {
        const failed = (error as Error).name;
        return { failed, end: await run };
      }
    },
    /** Nobody looks at the branches, which all reject. */
    abandoned: async (ctx: Context, name: string) => {
      for (let i = 0; i < 5; i++) {
        void (async () => {
          await ctx.sleep({ hours: 1 });
          note(`${name} branch`);
        })();
      }
      void Promise.all([ctx.sleep({ hours: 1 }), ctx.awakeable().promise]);
      try {
        await ctx.sleep({ hours: 1 });
      } catch {
        await ctx.sleep(1);
      }
      return process.pid;
    },
    callsKilled: async (ctx: Context, name: string) => {
      const child = ctx.serviceClient(subject).sleeps(name);
      try {
        return await child;
      } catch (error) {
        return toFailed(error);
      }
    },
    /** None of it does anything in the implicit mode. */
    implicit: async (ctx: Context, name: string) => {
      const internal = ctx as ContextInternal;
      ctx.serviceClient(callee).identity(name);
      const ids = await internal.cancelPreviousCalls();
      const cancelled = await RestatePromise.race([
        internal.cancellation().map(() => "cancelled"),
        ctx.sleep(30).map(() => "not cancelled"),
      ]);
      return { ids, cancelled, processing: internal.isProcessing() };
    },
  },
});

export const explicit = service({
  name: "ExplicitVictim",
  handlers: {
    asks: async (ctx: Context, name: string) => {
      const internal = ctx as ContextInternal;
      const cancellation = internal.cancellation();
      const same = internal.cancellation() === cancellation;
      const child = ctx.serviceClient(subject).slow({ door: name, answer: "the child's answer" });
      const childId = await child.invocationId;
      await ctx.run("tell", () => void note(name, childId));
      await cancellation;
      const fresh = internal.cancellation() !== cancellation;
      const [again] = await Promise.all([
        RestatePromise.race([
          internal.cancellation().map(() => "cancelled again"),
          ctx.sleep(30).map(() => "not again"),
        ]),
      ]);
      await ctx.run("told", () => void note(`${name} told`));
      return { same, fresh, again, child: await child };
    },
    cancelsChildren: async (ctx: Context, name: string) => {
      const internal = ctx as ContextInternal;
      const first = ctx.serviceClient(subject).sleeps(`${name} first`);
      const second = ctx.serviceClient(subject).sleeps(`${name} second`);
      ctx.serviceSendClient(subject).sleeps(`${name} sent`);
      await ctx.run("tell", () => void note(name));
      await internal.cancellation();
      const ids = await internal.cancelPreviousCalls();
      const drained = await internal.cancelPreviousCalls();
      const ends = await Promise.allSettled([first, second]);
      return {
        ids,
        drained,
        ends: ends.map((end) => (end.status === "rejected" ? toFailed(end.reason) : end)),
      };
    },
    aborts: async (ctx: Context, name: string) => {
      const internal = ctx as ContextInternal;
      const controller = new AbortController();
      const run = ctx.run("long", async () => {
        note(name);
        await new Promise((_resolve, reject) => {
          controller.signal.addEventListener("abort", () =>
            reject(new TerminalError("aborted", { errorCode: 499 })),
          );
        });
      });
      const cancelled = internal.cancellation().map(() => {
        controller.abort();
        throw new TerminalError("cancelled by hand", { errorCode: 410 });
      });
      try {
        await RestatePromise.race([run, cancelled]);
        return "not cancelled";
      } catch (error) {
        const run_ = await run.map((_value, failure) => failure?.code);
        return { failed: toFailed(error), run: run_ };
      }
    },
  },
  options: { explicitCancellation: true },
});

export const patient = workflow({
  name: "Patient",
  handlers: {
    run: async (ctx: WorkflowContext) => {
      note(`patient ${ctx.key}`, ctx.request().id);
      try {
        return await ctx.promise<string>("never");
      } catch (error) {
        ctx.set("state", "compensated");
        return `${(error as Error).name}, ${await ctx.get<string>("state")}`;
      }
    },
  },
});

export const canceller = service({
  name: "Canceller",
  handlers: {
    cancel: handlers.handler({}, async (ctx: Context, id: string) => {
      ctx.invocation(InvocationIdParser.fromString(id)).cancel();
    }),
  },
});

export const cancellationServices = [victim, explicit, patient, canceller];
