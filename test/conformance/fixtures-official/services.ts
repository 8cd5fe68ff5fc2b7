import {
  type Context,
  handlers,
  iface,
  implement,
  type ObjectContext,
  type ObjectSharedContext,
  object,
  serde,
  service,
  TerminalError,
  type WorkflowContext,
  type WorkflowSharedContext,
  workflow,
} from "@perdure/sdk";
import * as z from "zod";

/** Handlers of ours for the official client. */

export interface Failure {
  readonly message: string;
  readonly code?: number;
  readonly metadata?: Record<string, string>;
}

export const greeter = service({
  name: "Greeter",
  handlers: {
    greet: async (_ctx: Context, name: string) => `Hello, ${name}!`,
    echo: async (_ctx: Context, value: unknown) => value,
    nothing: async (_ctx: Context) => {},
    headers: async (ctx: Context) => Object.fromEntries(ctx.request().headers),
    identity: async (ctx: Context) => ctx.request().id as string,
    fail: async (_ctx: Context, { message, code, metadata }: Failure): Promise<string> => {
      throw new TerminalError(message, {
        ...(code !== undefined && { errorCode: code }),
        ...(metadata !== undefined && { metadata }),
      });
    },
    slow: async (ctx: Context, { ms, value }: { ms: number; value: string }) => {
      await ctx.sleep(ms);
      return value;
    },
    bytes: handlers.handler(
      { input: serde.binary, output: serde.binary },
      async (_ctx: Context, bytes: Uint8Array) => Uint8Array.from(bytes).reverse(),
    ),
    empty: handlers.handler({ input: serde.empty, output: serde.empty }, async () => {}),
    hidden: handlers.handler({ ingressPrivate: true }, async () => "never seen"),
    /** Never ends until the awakeable is completed; its id goes out through the box. */
    awaits: async (ctx: Context, key: string): Promise<unknown> => {
      const { id, promise } = ctx.awakeable<unknown>();
      ctx.objectSendClient(box, key).put(id);
      return await promise;
    },
    awaitsBytes: async (ctx: Context, key: string) => {
      const { id, promise } = ctx.awakeable(serde.binary);
      ctx.objectSendClient(box, key).put(id);
      return [...(await promise)];
    },
  },
});

export const box = object({
  name: "Box",
  handlers: {
    put: async (ctx: ObjectContext<{ value: string }>, value: string) => ctx.set("value", value),
    peek: handlers.object.shared(async (ctx: ObjectSharedContext<{ value: string }>) => ctx.get("value")),
  },
});

export const counter = object({
  name: "Counter",
  handlers: {
    add: async (ctx: ObjectContext<{ total: number }>, amount: number) => {
      const total = ((await ctx.get("total")) ?? 0) + amount;
      ctx.set("total", total);
      return total;
    },
    total: handlers.object.shared(
      async (ctx: ObjectSharedContext<{ total: number }>) => (await ctx.get("total")) ?? 0,
    ),
    key: handlers.object.shared(async (ctx: ObjectSharedContext) => ctx.key),
  },
});

export const approval = workflow({
  name: "Approval",
  handlers: {
    run: async (ctx: WorkflowContext<{ request: string }>, request: string) => {
      ctx.set("request", request);
      if (!(await ctx.promise<boolean>("approved"))) throw new TerminalError("rejected", { errorCode: 422 });
      return `${request} approved`;
    },
    approve: async (ctx: WorkflowSharedContext, approved: boolean) => {
      await ctx.promise<boolean>("approved").resolve(approved);
    },
    status: async (ctx: WorkflowSharedContext<{ request: string }>) =>
      (await ctx.get("request")) ?? "unknown",
  },
});

/** A contract: its serdes are known to whoever calls it. */
export const shop = iface.service("Shop", {
  price: iface.schemas({
    input: z.object({ item: z.string(), count: z.number().int() }),
    output: z.object({ total: z.number() }),
  }),
  picture: iface.serdes({ input: serde.json, output: serde.binary }),
  ping: iface.json<void, string>(),
});

export const shopService = implement(shop, {
  handlers: {
    price: async (_ctx, { item, count }) => ({ total: item.length * count }),
    picture: async (_ctx, item) => new TextEncoder().encode(`picture of ${String(item)}`),
    ping: async () => "pong",
  },
});

export const services = [greeter, box, counter, approval, shopService] as const;
