import {
  CancelledError,
  type Context,
  handlers,
  type ObjectContext,
  object,
  PauseError,
  RestateError,
  RetryableError,
  serde,
  service,
  TerminalError,
  TimeoutError,
} from "@perdure/sdk";
import { z } from "zod";
import { isOpen, note } from "../../places/probe.ts";
import { callee } from "./calls.ts";

export class CardDeclined extends TerminalError {
  constructor(card: string) {
    super(`card ${card} declined`, { errorCode: 402, metadata: { card } });
  }
}

class StockError extends Error {}

/** Until the test opens the door, each throws something else that is retried. */
const RETRIED: Readonly<Record<string, () => unknown>> = {
  error: () => new Error("an ordinary error"),
  restateError: () => new RestateError("a restate error", { errorCode: 503 }),
  text: () => "just text",
  object: () => ({ code: 7 }),
  nothing: () => undefined,
  aggregate: () => new AggregateError([new TerminalError("a"), new TerminalError("b")], "all of them failed"),
  pause: () => new PauseError("only in runs"),
};
export const RETRIED_KINDS = [
  "error",
  "restateError",
  "text",
  "object",
  "nothing",
  "aggregate",
  "pause",
] as const;
export type RetriedKind = (typeof RETRIED_KINDS)[number];

export const failing = service({
  name: "Failing",
  handlers: {
    terminal: async (_ctx: Context, { code, name }: { code: number; name: string }) => {
      note(name);
      throw new TerminalError("terminal", { errorCode: code, metadata: { shelf: "ä 7" } });
    },
    withoutCode: async (_ctx: Context): Promise<string> => {
      throw new TerminalError("no code");
    },
    subclass: async (_ctx: Context, which: "own" | "timeout" | "cancelled"): Promise<string> => {
      if (which === "timeout") throw new TimeoutError();
      if (which === "cancelled") throw new CancelledError();
      throw new CardDeclined("1234");
    },
    retried: async (ctx: Context, { kind, name }: { kind: RetriedKind; name: string }) => {
      await ctx.run("before", () => note(`${name} before`));
      const attempts = note(name);
      if (!isOpen(name)) throw RETRIED[kind]?.();
      return attempts > 1;
    },
    sync: ((_ctx: Context, name: string) => {
      note(name);
      if (!isOpen(name)) throw new Error("thrown without a promise");
      return Promise.resolve("recovered");
    }) as (ctx: Context, name: string) => Promise<string>,
    retryAfter: async (_ctx: Context, { name, ms }: { name: string; ms: number }) => {
      if (note(name, Date.now()) === 1)
        throw new RetryableError("later", { retryAfter: { milliseconds: ms } });
      return "done";
    },
    badOutput: async (_ctx: Context, name: string): Promise<unknown> => {
      note(name);
      return isOpen(name) ? "fine" : { amount: 12n };
    },
    badArgument: async (ctx: Context, name: string) => {
      note(name);
      return ctx.serviceClient(callee).echo(isOpen(name) ? "fine" : { deep: { amount: 12n } });
    },
    badResult: async (ctx: Context, name: string) => {
      note(name);
      const output = serde.schema(isOpen(name) ? z.string() : z.number());
      const result = await ctx.genericCall({
        service: "Callee",
        method: "echo",
        parameter: "text",
        inputSerde: serde.json,
        outputSerde: output,
      });
      return result;
    },
    /** Another program at the second attempt. */
    diverges: async (ctx: Context, name: string) => {
      const attempt = note(name);
      if (attempt === 2) await ctx.run("something else", () => 1);
      else await ctx.sleep(1, "a pause");
      if (attempt === 1) throw new Error("try again");
      return "the same again";
    },
    /** Once recorded, the journal has more than the code does. */
    shrinks: async (ctx: Context, name: string) => {
      const attempt = note(name);
      if (attempt !== 2) await ctx.run("step", () => 1);
      if (attempt === 1) throw new Error("try again");
      return "done";
    },
    killed: handlers.handler(
      { retryPolicy: { maxAttempts: 3, onMaxAttempts: "kill", initialInterval: 1 } },
      async (_ctx: Context, name: string): Promise<string> => {
        throw new Error(`attempt ${note(name)}`);
      },
    ),
    callsKilled: async (ctx: Context, name: string) => {
      const failing_ = ctx.serviceClient<{ killed(ctx: Context, name: string): Promise<string> }>(FAILING);
      return failing_
        .killed(name)
        .map((_value, failure) => ({ code: failure?.code, message: failure?.message }));
    },
    paused: handlers.handler(
      { retryPolicy: { maxAttempts: 2, onMaxAttempts: "pause", initialInterval: 1 } },
      async (_ctx: Context, name: string) => {
        const attempts = note(name);
        if (!isOpen(name)) throw new Error(`attempt ${attempts}`);
        return "resumed";
      },
    ),
    ownMapping: handlers.handler(
      {
        asTerminalError: (error) =>
          error instanceof StockError
            ? new TerminalError(`handler: ${error.message}`, { errorCode: 410 })
            : undefined,
      },
      async (_ctx: Context, what: "stock" | "terminal"): Promise<string> => {
        if (what === "terminal") throw new TerminalError("never mapped", { errorCode: 411 });
        throw new StockError("sold out");
      },
    ),
    serviceMapping: async (_ctx: Context, name: string): Promise<string> => {
      note(name);
      throw new StockError("sold out");
    },
  },
  options: {
    asTerminalError: (error) =>
      error instanceof StockError
        ? new TerminalError(`service: ${error.message}`, { errorCode: 412 })
        : undefined,
  },
});
const FAILING = { name: "Failing" } as const;

/** Every handler inherits the policy. */
export const impatient = service({
  name: "Impatient",
  handlers: {
    fail: async (_ctx: Context, name: string): Promise<string> => {
      throw new Error(`attempt ${note(name)}`);
    },
  },
  options: { retryPolicy: { maxAttempts: 2, onMaxAttempts: "kill" } },
});

export const spoilt = object({
  name: "Spoilt",
  handlers: {
    spoil: async (ctx: ObjectContext) => {
      ctx.set("value", new Uint8Array([0xff, 0xfe]), serde.binary);
    },
    read: async (ctx: ObjectContext, name: string) => {
      note(name);
      if (isOpen(name)) return "repaired";
      return String(await ctx.get("value"));
    },
  },
});

export const errorServices = [failing, impatient, spoilt];
