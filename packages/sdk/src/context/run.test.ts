import { describe, expect, test } from "vitest";
import type { RunOptions } from "../definition/context.ts";
import type { Interceptor } from "../definition/hooks.ts";
import { RetryableError, TerminalError } from "../errors.ts";
import type { Serde } from "../serde/serde.ts";
import type { HandlerContext } from "./create-context.ts";
import { shout } from "./testing/shout.ts";
import { failed, failure, returned, Transcript, thrownBy, value } from "./testing/transcript.ts";

const RUN = { type: "Run", name: "charge", completionId: 1 };

function proposal(result: object): object {
  return { type: "ProposeRunCompletion", completionId: 1, result };
}

test("the action runs once, its result counts when the engine has stored it", async () => {
  let ran = 0;
  const transcript = new Transcript({}, (ctx) =>
    ctx.run("charge", async () => {
      ran += 1;
      return { paid: ran };
    }),
  );
  expect(await transcript.next()).toEqual([RUN, proposal({ type: "success", value: '{"paid":1}' })]);
  transcript.complete(1, value({ paid: 1 }));
  expect(await transcript.next()).toEqual(returned({ paid: 1 }));
  expect(await transcript.replay().next()).toEqual(returned({ paid: 1 }));
  expect(ran).toBe(1);
});

test("a run needs no name", async () => {
  const transcript = new Transcript({}, (ctx) => ctx.run(() => 7));
  expect(await transcript.next()).toEqual([{ ...RUN, name: "" }, proposal({ type: "success", value: "7" })]);
});

test("a result of nothing is no bytes", async () => {
  const transcript = new Transcript({}, (ctx) => ctx.run("charge", () => {}));
  expect(await transcript.next()).toEqual([RUN, proposal({ type: "success", value: "" })]);
  transcript.complete(1, { type: "success", value: new Uint8Array() });
  expect(await transcript.next()).toEqual(returned(undefined));
});

test("a TerminalError is the result", async () => {
  const transcript = new Transcript({}, (ctx) =>
    ctx.run("charge", () => {
      throw new TerminalError("declined", { errorCode: 402 });
    }),
  );
  expect(await transcript.next()).toEqual([
    RUN,
    proposal({ type: "failure", failure: { code: 402, message: "declined" } }),
  ]);
  transcript.complete(1, failure(402, "declined"));
  expect(await transcript.next()).toEqual(failed(402, "declined"));
});

test("asTerminalError decides about the service's own errors", async () => {
  const asTerminalError = (error: unknown): TerminalError | undefined =>
    error instanceof RangeError ? new TerminalError(error.message, { errorCode: 422 }) : undefined;
  const transcript = new Transcript({ handler: { asTerminalError } }, (ctx) =>
    ctx.run("charge", () => Promise.reject(new RangeError("too much"))),
  );
  expect(await transcript.next()).toEqual([
    RUN,
    proposal({ type: "failure", failure: { code: 422, message: "too much" } }),
  ]);
});

describe("serdes", () => {
  test("of the run", async () => {
    const transcript = new Transcript({}, (ctx) => ctx.run("charge", () => "a", { serde: shout }));
    expect(await transcript.next()).toEqual([RUN, proposal({ type: "success", value: "A" })]);
  });

  test("of the service", async () => {
    const transcript = new Transcript({ handler: { serde: shout as Serde<unknown> } }, (ctx) =>
      ctx.run("charge", () => "a"),
    );
    expect(await transcript.next()).toEqual([RUN, proposal({ type: "success", value: "A" })]);
  });

  test("a result that cannot be serialized fails the attempt", async () => {
    const transcript = new Transcript({}, (ctx) => ctx.run("charge", () => 10n));
    const [run, error] = await transcript.next();
    expect(run).toEqual(RUN);
    expect(error).toMatchObject({ type: "Error", code: 500, relatedCommandName: "charge" });
    expect((error as { message: string }).message).toContain("BigInt");
  });
});

describe("retries", () => {
  const failing = (options?: RunOptions<unknown>, error: Error = new Error("down")): Transcript =>
    new Transcript({ start: { randomSeed: 1n } }, (ctx) =>
      ctx.run("charge", () => Promise.reject(error), options),
    );

  test("without options the invocation's policy decides", async () => {
    const [, error] = await failing().next();
    expect(error).toMatchObject({ type: "Error", message: "down", relatedCommandName: "charge" });
    expect(error).not.toHaveProperty("nextRetryDelayMs");
  });

  test("options without a retry option leave it to the invocation, too", async () => {
    const [, error] = await failing({ serde: shout as Serde<unknown> }).next();
    expect(error).not.toHaveProperty("nextRetryDelayMs");
  });

  test.each<[RunOptions<unknown>, number]>([
    [{ maxRetryAttempts: 5 }, 50],
    [{ initialRetryInterval: { seconds: 1 } }, 1000],
    [{ initialRetryInterval: { hours: 1 } }, 10_000],
    [{ initialRetryInterval: { hours: 1 }, maxRetryInterval: { minutes: 1 } }, 60_000],
    [{ retryIntervalFactor: 3 }, 50],
    [{ maxRetryDuration: 1000 }, 50],
  ])("%j: the first wait is %d ms", async (options, nextRetryDelayMs) => {
    expect((await failing(options).next())[1]).toMatchObject({ type: "Error", nextRetryDelayMs });
  });

  test("the last attempt's error is the result", async () => {
    expect((await failing({ maxRetryAttempts: 1 }).next())[1]).toEqual(
      proposal({ type: "failure", failure: { code: 500, message: "down" } }),
    );
  });

  test("a RetryableError says when", async () => {
    const busy = new RetryableError("busy", { retryAfter: { seconds: 7 } });
    expect((await failing(undefined, busy).next())[1]).toMatchObject({
      type: "Error",
      nextRetryDelayMs: 7000,
    });
  });

  test.each<[object, string]>([
    [{ maxRetryAttempts: -1 }, "maxRetryAttempts of ctx.run must be a number of 0 or more, not -1"],
    [{ maxRetryAttempts: Number.NaN }, "maxRetryAttempts of ctx.run must be a number of 0 or more, not NaN"],
    [{ retryIntervalFactor: 0.5 }, "retryIntervalFactor of ctx.run must be a number of 1 or more, not 0.5"],
    [{ retryIntervalFactor: "2" }, 'retryIntervalFactor of ctx.run must be a number of 1 or more, not "2"'],
    [{ maxRetryDuration: -1 }, "maxRetryDuration of ctx.run must be a duration of 0 or more, not -1"],
    [
      { initialRetryInterval: Number.NaN },
      "initialRetryInterval of ctx.run must be a duration of 0 or more, not NaN",
    ],
    [
      { maxRetryInterval: { seconds: -1 } },
      "maxRetryInterval of ctx.run must be a duration of 0 or more, not -1000 ms",
    ],
  ])("%j is refused", async (options, message) => {
    const error = await thrownBy({}, async (ctx) => {
      await ctx.run("charge", () => 1, options as RunOptions<number>);
    });
    expect(error).toBeInstanceOf(TerminalError);
    expect((error as Error).message).toBe(`${message} (in cart/add)`);
  });
});

describe("interceptors", () => {
  const logging = (log: string[]): Interceptor => ({
    run: async (name, next) => {
      log.push(`before ${name}`);
      await next();
      log.push(`after ${name}`);
    },
  });

  test("wrap what is really run, not what is replayed", async () => {
    const log: string[] = [];
    const transcript = new Transcript(
      { handler: { hooks: [() => ({})] }, interceptors: [logging(log)] },
      (ctx) => ctx.run("charge", () => log.push("charged")),
    );
    expect(await transcript.next()).toEqual([RUN, proposal({ type: "success", value: "2" })]);
    expect(log).toEqual(["before charge", "charged", "after charge"]);
    transcript.complete(1, value(2));
    await transcript.next();
    expect(await transcript.replay().next()).toEqual(returned(2));
    expect(log).toHaveLength(3);
  });

  test("may make a failure terminal", async () => {
    const interceptor: Interceptor = {
      run: (_name, next) => next().catch(() => Promise.reject(new TerminalError("given up"))),
    };
    const transcript = new Transcript(
      { handler: { hooks: [() => ({})] }, interceptors: [interceptor] },
      (ctx) => ctx.run("charge", () => Promise.reject(new Error("down"))),
    );
    expect(await transcript.next()).toEqual([
      RUN,
      proposal({ type: "failure", failure: { code: 500, message: "given up" } }),
    ]);
  });
});

test.each<[string, readonly unknown[], string]>([
  ["nothing", [], "takes a name or a function first, not undefined"],
  ["a name alone", ["charge"], 'ctx.run("charge", action) takes a function second, not undefined'],
  ["options without a name", [() => 1, { maxRetryAttempts: 1 }], "but got an object too"],
  ["two functions", [() => 1, () => 2], "but got a function too"],
  ["a promise", ["charge", Promise.resolve(1)], "takes a function second, not an object"],
  ["options that are none", ["charge", () => 1, 5], "takes an object third, not 5"],
])("%s: TypeError", async (_what, args, message) => {
  const error = await thrownBy({}, async (ctx) => {
    await (
      ctx as { run(...args: readonly unknown[]): unknown } as HandlerContext & {
        run(...args: readonly unknown[]): unknown;
      }
    ).run(...args);
  });
  expect(error).toBeInstanceOf(TypeError);
  expect((error as Error).message).toContain(message);
});
