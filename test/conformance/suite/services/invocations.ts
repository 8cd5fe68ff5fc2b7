import {
  type Context,
  InvocationIdParser,
  type ObjectContext,
  object,
  serde,
  service,
  TerminalError,
} from "@perdure/sdk";
import { superjsonSerde } from "@perdure/sdk/superjson";
import { note, opened } from "../../places/probe.ts";

/** Handles to other invocations: attach, cancel, signals; and awakeables. */

export interface Failed {
  readonly name: string;
  readonly code: number;
  readonly message: string;
  readonly metadata: Record<string, string>;
}

export function toFailed(error: unknown): Failed {
  if (!(error instanceof TerminalError)) throw error;
  return { name: error.name, code: error.code, message: error.message, metadata: error.metadata };
}

export const subject = service({
  name: "Subject",
  handlers: {
    /** Ends when the test opens the door. */
    slow: async (ctx: Context, { door, answer }: { door: string; answer: unknown }) => {
      note(`slow ${door}`, ctx.request().id);
      await ctx.run("wait", () => opened(door));
      return answer;
    },
    sleeps: async (ctx: Context, name: string) => {
      note(`sleeps ${name}`, ctx.request().id);
      await ctx.sleep({ hours: 1 });
    },
    fails: async (_ctx: Context, message: string): Promise<string> => {
      throw new TerminalError(message, { errorCode: 444, metadata: { why: "asked" } });
    },
    /** Waits for as many signals of the name, one after the other. */
    signals: async (ctx: Context, { name, count }: { name: string; count: number }) => {
      note(`signals ${name}`, ctx.request().id);
      const received: unknown[] = [];
      for (let i = 0; i < count; i++) {
        const value = await ctx.signal<unknown>(name).map((value, failure) => failure ?? value);
        received.push(value instanceof TerminalError ? toFailed(value) : (value ?? "undefined"));
      }
      return received;
    },
    /** Is busy outside of ctx until the door opens, and only then waits for the signal. */
    signalLate: async (ctx: Context, { name, door }: { name: string; door: string }) => {
      await ctx.run("busy", async () => {
        note(`signals ${name}`, ctx.request().id);
        await opened(door);
      });
      return ctx.signal<string>(name);
    },
    signalsOfTwoNames: async (ctx: Context, name: string) => {
      const [a, b] = await Promise.all([ctx.signal<string>(`${name} a`), ctx.signal<string>(`${name} b`)]);
      return { a, b };
    },
    signalOfSets: async (ctx: Context, name: string) => {
      const value = await ctx.signal(name, superjsonSerde<Set<string>>());
      return [...value].join(" ");
    },
  },
});

export type SignalKind = "value" | "void" | "reject" | "rejectWithError" | "sets";

export const controller = service({
  name: "Controller",
  handlers: {
    attach: async (ctx: Context, id: string) => {
      const invocation = ctx.invocation(InvocationIdParser.fromString(id));
      return invocation.attach<unknown>().map((value, failure) => (failure ? toFailed(failure) : { value }));
    },
    attachOld: async (ctx: Context, id: string) => ctx.attach<unknown>(InvocationIdParser.fromString(id)),
    attachBytes: async (ctx: Context, id: string) => {
      const bytes = await ctx.invocation(InvocationIdParser.fromString(id)).attach(serde.binary);
      return [...bytes];
    },
    cancel: async (ctx: Context, id: string) => {
      ctx.invocation(InvocationIdParser.fromString(id)).cancel();
    },
    cancelOld: async (ctx: Context, id: string) => {
      ctx.cancel(InvocationIdParser.fromString(id));
    },
    signal: async (
      ctx: Context,
      { id, name, kind, value }: { id: string; name: string; kind: SignalKind; value?: unknown },
    ) => {
      const invocation = ctx.invocation(InvocationIdParser.fromString(id));
      switch (kind) {
        case "value":
          return invocation.signal<unknown>(name).resolve(value);
        case "void":
          return invocation.signal<void>(name).resolve();
        case "reject":
          return invocation.signal(name).reject("rejected by text");
        case "rejectWithError":
          return invocation
            .signal(name)
            .reject(
              new TerminalError("rejected by error", { errorCode: 466, metadata: { by: "controller" } }),
            );
        case "sets":
          return invocation.signal(name, superjsonSerde<Set<string>>()).resolve(new Set(["x", "y"]));
      }
    },
  },
});

export const waiter = service({
  name: "Waiter",
  handlers: {
    one: async (ctx: Context, name: string) => {
      const { id, promise } = ctx.awakeable<unknown>();
      await ctx.run("tell", () => void note(name, id));
      try {
        const value = await promise;
        return { value: value === undefined ? "undefined" : value };
      } catch (error) {
        return toFailed(error);
      }
    },
    bytes: async (ctx: Context, name: string) => {
      const { id, promise } = ctx.awakeable(serde.binary);
      await ctx.run("tell", () => void note(name, id));
      const bytes = await promise;
      return bytes === undefined ? "undefined" : [...bytes];
    },
    /** Awaits three in order, whatever the order in which they come. */
    three: async (ctx: Context, name: string) => {
      const all = [ctx.awakeable<string>(), ctx.awakeable<string>(), ctx.awakeable<string>()];
      await ctx.run(
        "tell",
        () =>
          void note(
            name,
            all.map(({ id }) => id),
          ),
      );
      const values: string[] = [];
      for (const { promise } of all) values.push(await promise);
      return values;
    },
    unused: async (ctx: Context) => {
      const { id } = ctx.awakeable();
      return id;
    },
  },
});

export const waker = service({
  name: "Waker",
  handlers: {
    resolve: async (ctx: Context, { id, value }: { id: string; value?: unknown }) => {
      ctx.resolveAwakeable(id, value);
    },
    resolveBytes: async (ctx: Context, { id, bytes }: { id: string; bytes?: number[] }) => {
      ctx.resolveAwakeable(id, bytes && new Uint8Array(bytes), serde.binary);
    },
    reject: async (ctx: Context, { id, reason }: { id: string; reason: string }) => {
      ctx.rejectAwakeable(id, reason);
    },
    rejectWithError: async (ctx: Context, id: string) => {
      ctx.rejectAwakeable(id, new TerminalError("by error", { errorCode: 477, metadata: { by: "waker" } }));
    },
    twice: async (ctx: Context, id: string) => {
      ctx.resolveAwakeable(id, "first");
      ctx.resolveAwakeable(id, "second");
      ctx.rejectAwakeable(id, "third");
    },
  },
});

/** An object whose exclusive handler is held by the door, so that others queue behind it. */
export const desk = object({
  name: "Desk",
  handlers: {
    hold: async (ctx: ObjectContext, door: string) => {
      note(`desk ${ctx.key}`, "held");
      await opened(door);
    },
    signalled: async (ctx: ObjectContext, name: string) => {
      note(`desk ${ctx.key}`, "started");
      return ctx.signal<string>(name);
    },
    serve: async (ctx: ObjectContext, name: string) => {
      note(`desk ${ctx.key}`, name);
      return name;
    },
  },
});

export const invocationServices = [subject, controller, waiter, waker, desk];
