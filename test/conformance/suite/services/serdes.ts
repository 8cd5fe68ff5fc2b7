import {
  type Context,
  handlers,
  type ObjectContext,
  object,
  rpc,
  type Serde,
  serde,
  service,
  type WorkflowContext,
  type WorkflowSharedContext,
  workflow,
} from "@perdure/sdk";
import { superjsonSerde } from "@perdure/sdk/superjson";
import { zodSerde } from "@perdure/sdk/zod";
import { z } from "zod";
import { note } from "../../places/probe.ts";

export interface Rich {
  readonly date: Date;
  readonly map: Map<string, Set<number>>;
  readonly big: bigint;
  readonly url: URL;
  readonly nothing: undefined;
}

export function createRich(): Rich {
  return {
    date: new Date(86_400_000),
    map: new Map([["a", new Set([1, 2])]]),
    big: 2n ** 80n,
    url: new URL("https://example.com/a?b=c"),
    nothing: undefined,
  };
}

/** Whether every part came through as what it was. */
export function isRich(value: Rich): boolean {
  return (
    value.date instanceof Date &&
    value.date.getTime() === 86_400_000 &&
    value.map instanceof Map &&
    value.map.get("a") instanceof Set &&
    value.map.get("a")?.has(2) === true &&
    value.big === 2n ** 80n &&
    value.url instanceof URL &&
    value.url.href === "https://example.com/a?b=c" &&
    "nothing" in value &&
    value.nothing === undefined
  );
}

const richOptions = { serde: superjsonSerde() };

export const richCallee = service({
  name: "RichCallee",
  handlers: {
    later: async (_ctx: Context, rich: Rich): Promise<Rich> => {
      if (!isRich(rich)) throw new Error("the input lost something on its way");
      return { ...rich, date: new Date(rich.date) };
    },
    wakes: async (ctx: Context, id: string) => ctx.resolveAwakeable(id, createRich()),
  },
  options: richOptions,
});

/** With superjson as the default, nothing else needs to be said anywhere. */
export const rich = object({
  name: "Rich",
  handlers: {
    everywhere: async (ctx: ObjectContext<{ rich: Rich }>, input: Rich) => {
      const called = await ctx.serviceClient(richCallee).later(input);
      const ran = await ctx.run("run", () => createRich());
      ctx.set("rich", called);
      await ctx.sleep(1);
      const stored = await ctx.get("rich");
      const { id, promise } = ctx.awakeable<Rich>();
      ctx.serviceSendClient(richCallee).wakes(id);
      const woken = await promise;
      const all = [input, called, ran, stored ?? createRich(), woken];
      return { rich: all.map(isRich), output: called };
    },
  },
  options: richOptions,
});

export const richFlow = workflow({
  name: "RichFlow",
  handlers: {
    run: async (ctx: WorkflowContext) => isRich(await ctx.promise<Rich>("rich")),
    tell: async (ctx: WorkflowSharedContext, value: Rich) => ctx.promise<Rich>("rich").resolve(value),
  },
  options: richOptions,
});

export const Booking = z.object({
  seats: z.int().min(1),
  who: z.string().default("nobody"),
  at: z.string().transform((text) => text.trim()),
});

const Answer = z.object({ text: z.string() });

const text = new TextEncoder();

/** Lines of text, joined. */
export const lines: Serde<string[]> = {
  contentType: "text/plain",
  serialize: (value) => text.encode(value.join("\n")),
  deserialize: (data) => new TextDecoder().decode(data).split("\n"),
};

export const formats = service({
  name: "Formats",
  handlers: {
    zod: handlers.handler(
      { input: zodSerde(Booking), output: zodSerde(Answer) },
      async (_ctx: Context, booking) => ({
        text: JSON.stringify(booking),
      }),
    ),
    schema: handlers.handler({ input: serde.schema(Booking) }, async (_ctx: Context, booking) => booking),
    optional: handlers.handler(
      { input: zodSerde(z.string().optional()) },
      async (_ctx: Context, value) => value ?? "none",
    ),
    asyncSchema: handlers.handler(
      { input: serde.schema(z.string().refine(async () => true)) },
      async (_ctx: Context, value) => value,
    ),
    binary: handlers.handler({ input: serde.binary, output: serde.binary }, async (_ctx: Context, bytes) =>
      bytes.slice().reverse(),
    ),
    lines: handlers.handler({ input: lines, output: lines }, async (_ctx: Context, value) =>
      value.slice().reverse(),
    ),
    accepting: handlers.handler({ input: lines, accept: "text/*" }, async (_ctx: Context, value) => value),
    json: async (_ctx: Context, value: unknown) => value,
    nothing: async (_ctx: Context) => {},
    emptyWithType: handlers.handler({ setOutputContentTypeIfEmpty: true }, async (_ctx: Context) => {}),
    typedOutput: handlers.handler(
      {
        output: new serde.JsonSerde<{ a: number }>({ type: "object", properties: { a: { type: "number" } } }),
      },
      async (_ctx: Context) => ({ a: 1 }),
    ),
    /** One handler's formats through another handler's client. */
    through: async (ctx: Context, name: string) => {
      const client = ctx.serviceClient<FormatHandlers>(FORMATS);
      const reversed = await client.lines(["a", "b"], rpc.opts({ input: lines, output: lines }));
      note(name, reversed);
      return reversed;
    },
  },
});
const FORMATS = { name: "Formats" } as const;
interface FormatHandlers {
  lines(ctx: Context, value: string[]): Promise<string[]>;
}

export const serdeServices = [richCallee, rich, richFlow, formats];
