import {
  type Context,
  handlers,
  PauseError,
  RetryableError,
  type RunOptions,
  serde,
  service,
  TerminalError,
} from "@perdure/sdk";
import { superjsonSerde } from "@perdure/sdk/superjson";
import { isOpen, note, opened, together } from "../../places/probe.ts";
import { toFailed } from "./invocations.ts";

/** Fails `failures` times, noting the time of each execution. */
function failing(
  name: string,
  failures: number,
  error: () => Error = () => new Error("not yet"),
): () => string {
  return () => {
    const executions = note(name, Date.now());
    if (executions <= failures) throw error();
    return `after ${executions}`;
  };
}

type RetryOptions = Omit<RunOptions<string>, "serde">;

export const runner = service({
  name: "Runner",
  handlers: {
    forms: async (ctx: Context, name: string) => {
      const sync = await ctx.run(() => note(name, "sync"));
      const async = await ctx.run("async", async () => note(name, "async"));
      const options = await ctx.run("options", () => new Date(0), { serde: superjsonSerde<Date>() });
      const nothing = await ctx.run("nothing", () => {});
      const nil = await ctx.run("nil", () => null);
      const bytes = await ctx.run("bytes", () => new Uint8Array([1, 255]), { serde: serde.binary });
      return {
        sync,
        async,
        isDate: options instanceof Date && options.getTime() === 0,
        nothing: nothing === undefined,
        nil,
        bytes: [...bytes],
      };
    },
    /** Each run is followed by a wait, so that it is replayed as often as there are waits after it. */
    replayed: async (ctx: Context, name: string) => {
      const results: number[] = [];
      for (let i = 0; i < 5; i++) {
        results.push(await ctx.run(`step ${i}`, () => note(name, i)));
        await ctx.sleep(1);
      }
      return results;
    },
    /** Retried as the invocation. */
    retried: async (ctx: Context, { name, failures }: { name: string; failures: number }) =>
      ctx.run("flaky", failing(name, failures)),
    withOptions: async (
      ctx: Context,
      { name, failures, options }: { name: string; failures: number; options: RetryOptions },
    ) => {
      try {
        return await ctx.run("flaky", failing(name, failures), options);
      } catch (error) {
        return toFailed(error);
      }
    },
    terminal: async (ctx: Context, name: string) => {
      const run = () =>
        ctx.run("terminal", () => {
          note(name);
          throw new TerminalError("final", { errorCode: 488, metadata: { a: "b" } });
        });
      const failed = await run().map((_value, failure) => toFailed(failure));
      await ctx.sleep(1);
      return failed;
    },
    retryAfter: async (ctx: Context, { name, ms }: { name: string; ms: number }) =>
      ctx.run(
        "later",
        failing(name, 1, () => new RetryableError("later", { retryAfter: { milliseconds: ms } })),
      ),
    retryAfterBounded: async (ctx: Context, name: string) => {
      try {
        return await ctx.run(
          "later",
          failing(name, 9, () => RetryableError.from(new Error("wrapped"), { retryAfter: 10 })),
          { maxRetryAttempts: 3, initialRetryInterval: { hours: 1 } },
        );
      } catch (error) {
        return toFailed(error);
      }
    },
    pauses: async (ctx: Context, name: string) =>
      ctx.run("pausing", () => {
        if (note(name) === 1) throw new PauseError("please look");
        return "resumed";
      }),
    /** Only ends if all closures are in flight at once. */
    concurrent: async (ctx: Context, { name, count }: { name: string; count: number }) => {
      const runs = Array.from({ length: count }, (_, i) =>
        ctx.run(`run ${i}`, async () => {
          await together(name, count);
          note(`${name} ran`, i);
          return i;
        }),
      );
      return Promise.all(runs);
    },
    /** The first is not awaited until the second has ended. */
    unawaited: async (ctx: Context, name: string) => {
      const first = ctx.run("first", async () => {
        await together(name, 2);
        return "one";
      });
      const second = await ctx.run("second", async () => {
        await together(name, 2);
        return "two";
      });
      return [await first, second];
    },
    /** A run nobody awaits is run all the same while the handler waits. */
    ignored: async (ctx: Context, name: string) => {
      ctx.run("ignored", () => void note(name));
      await ctx.sleep(50);
      return "done";
    },
    unserializable: async (ctx: Context, name: string) =>
      ctx.run("bigint", () => {
        note(name);
        return isOpen(name) ? "small" : 12n;
      }),
    slow: async (ctx: Context, door: string) =>
      ctx.run("slow", async () => {
        note(`slow run ${door}`);
        await opened(door);
        return "slow result";
      }),
    usesContext: async (ctx: Context) => {
      try {
        return await ctx.run("nested", () => {
          void ctx.sleep(1);
          return "not refused";
        });
      } catch (error) {
        return toFailed(error);
      }
    },
    wrongForms: async (ctx: Context) => {
      const loose = ctx as unknown as { run(...args: unknown[]): unknown };
      const messages: string[] = [];
      for (const args of [
        [() => 1, { maxRetryAttempts: 1 }],
        [],
        ["name"],
        [1, () => 1],
        ["name", () => 1, 5],
      ]) {
        try {
          await loose.run(...args);
          messages.push("accepted");
        } catch (error) {
          messages.push((error as Error).name);
        }
      }
      return messages;
    },
    mapped: handlers.handler(
      {
        asTerminalError: (error) =>
          error instanceof RangeError
            ? new TerminalError(`out of range: ${error.message}`, { errorCode: 416 })
            : undefined,
      },
      async (ctx: Context, name: string) => {
        try {
          return await ctx.run("range", () => {
            note(name);
            throw new RangeError("7");
          });
        } catch (error) {
          return toFailed(error);
        }
      },
    ),
  },
});

export const runServices = [runner];
