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
  type WorkflowContext,
  type WorkflowSharedContext,
  workflow,
} from "@perdure/sdk";
import { zodSerde } from "@perdure/sdk/zod";
import { z } from "zod";

/** Definitions with every option, and what depends on how handlers are defined. */

async function shout(_ctx: Context, text: string): Promise<string> {
  return text.toUpperCase();
}

export const plain = service({
  name: "Plain",
  handlers: {
    shout,
    yell: shout,
    async twice(ctx: Context, text: string): Promise<string> {
      const once = (await this.shout(ctx, text)) as string;
      return `${once} ${once}`;
    },
    nothing: handlers.handler({ input: serde.empty, output: serde.empty }, async (_ctx: Context) => {}),
    send: async (_ctx: Context) => "a handler named send",
  },
});

export const dotted = service({
  name: "com.example.Dotted-name_1",
  handlers: { hello: async (_ctx: Context) => "hello" },
});

export const kinds = object({
  name: "Kinds",
  handlers: {
    bare: async (ctx: ObjectContext) => ctx.key,
    exclusive: handlers.object.exclusive(async (ctx: ObjectContext) => ctx.key),
    shared: handlers.object.shared(async (ctx: ObjectSharedContext) => ctx.key),
  },
});

export const flow = workflow({
  name: "Flow",
  handlers: {
    run: async (ctx: WorkflowContext) => ctx.key,
    bare: async (ctx: WorkflowSharedContext) => ctx.key,
    shared: handlers.workflow.shared(async (ctx: WorkflowSharedContext) => ctx.key),
  },
  options: { workflowRetention: { hours: 3 }, enableLazyState: true },
});

export const Order = z.object({ item: z.string(), amount: z.int().positive() });

export const configured = service({
  name: "Configured",
  description: "Everything is configured.",
  metadata: { team: "storage" },
  handlers: {
    inherits: async (_ctx: Context) => {},
    own: handlers.handler(
      {
        description: "Has its own.",
        metadata: { since: "1.2" },
        input: zodSerde(Order),
        output: serde.binary,
        accept: "application/*",
        setOutputContentTypeIfEmpty: true,
        idempotencyRetention: { minutes: 1 },
        journalRetention: { seconds: 30 },
        inactivityTimeout: 1_500,
        abortTimeout: { milliseconds: 2_500 },
        ingressPrivate: true,
        retryPolicy: { maxAttempts: 3, onMaxAttempts: "kill" },
      },
      async (_ctx: Context, order) => new Uint8Array(order.amount),
    ),
  },
  options: {
    idempotencyRetention: { hours: 1 },
    journalRetention: { minutes: 2 },
    inactivityTimeout: { seconds: 61 },
    abortTimeout: { minutes: 11, seconds: 1 },
    retryPolicy: {
      initialInterval: 70,
      maxInterval: { seconds: 9 },
      exponentiationFactor: 1.5,
      maxAttempts: 7,
      onMaxAttempts: "pause",
    },
  },
});

export const hidden = service({
  name: "Hidden",
  handlers: { secret: async (_ctx: Context, name: string) => `the secret of ${name}` },
  options: { ingressPrivate: true },
});

export const visible = service({
  name: "Visible",
  handlers: { tell: async (ctx: Context, name: string) => ctx.serviceClient(hidden).secret(name) },
});

export const ledgerContract = iface.object(
  "Ledger",
  {
    book: iface.schemas({ input: Order, output: z.object({ total: z.number() }) }),
    total: iface.shared.json<void, number>({ description: "What was booked." }),
    bytes: iface.shared.serdes({ output: serde.binary }),
  },
  { description: "Books orders.", metadata: { owner: "contract" } },
);

export const ledger = implement(ledgerContract, {
  handlers: {
    book: async (ctx, order) => {
      const total = ((await ctx.get<number>("total")) ?? 0) + order.amount;
      ctx.set("total", total);
      return { total };
    },
    total: async (ctx) => (await ctx.get<number>("total")) ?? 0,
    bytes: async () => new Uint8Array([1, 2, 3]),
  },
  metadata: { owner: "implementation" },
  options: { journalRetention: { hours: 5 }, handlers: { book: { abortTimeout: 4_000 } } },
});

export const definitionServices = [plain, dotted, kinds, flow, configured, hidden, visible, ledger];
