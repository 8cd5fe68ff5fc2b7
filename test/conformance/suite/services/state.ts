import {
  handlers,
  type ObjectContext,
  type ObjectSharedContext,
  object,
  serde,
  TerminalError,
  type WorkflowContext,
  type WorkflowSharedContext,
  workflow,
} from "@perdure/sdk";
import { superjsonSerde } from "@perdure/sdk/superjson";
import { note, opened } from "../../places/probe.ts";

interface Cart {
  items: string[];
  count: number;
  note: string | null | undefined;
}

type Ctx = ObjectContext<Cart>;

/** The same handlers for state that is sent along and for state that is fetched. */
function cartHandlers() {
  return {
    absent: async (ctx: Ctx) => [await ctx.get("count"), await ctx.stateKeys()],
    fill: async (ctx: Ctx) => {
      ctx.set("count", 3);
      ctx.set("items", ["tea", "milk"]);
      return [await ctx.get("count"), await ctx.get("items"), await ctx.stateKeys()];
    },
    read: async (ctx: Ctx) => [await ctx.get("count"), await ctx.get("items"), await ctx.stateKeys()],
    clearCount: async (ctx: Ctx) => {
      ctx.clear("count");
      ctx.clear("note");
      return [await ctx.get("count"), await ctx.stateKeys()];
    },
    clearEverything: async (ctx: Ctx) => {
      ctx.clearAll();
      const empty = [await ctx.get("items"), await ctx.stateKeys()];
      ctx.set("count", 1);
      return [...empty, await ctx.get("count"), await ctx.stateKeys()];
    },
    setNothing: async (ctx: Ctx, what: "null" | "undefined") => {
      ctx.set("note", what === "null" ? null : undefined);
      return what;
    },
    readNothing: async (ctx: Ctx) => {
      const value = await ctx.get("note");
      return { value: value === undefined ? "undefined" : value, keys: await ctx.stateKeys() };
    },
    /** Every write between two awaits, so that each is replayed. */
    interleaved: async (ctx: Ctx) => {
      const seen: unknown[] = [];
      for (let i = 0; i < 4; i++) {
        ctx.set("count", i);
        await ctx.sleep(1);
        seen.push(await ctx.get("count"));
        ctx.clear("count");
        await ctx.sleep(1);
        seen.push(await ctx.get("count"));
      }
      return seen;
    },
    writeThenFail: async (ctx: Ctx) => {
      ctx.set("count", 99);
      throw new TerminalError("after writing", { errorCode: 455 });
    },
    /** Reads, waits for others, writes: loses updates unless it is alone. */
    increment: async (ctx: Ctx) => {
      const count = (await ctx.get("count")) ?? 0;
      await ctx.run("yield", () => new Promise<void>((resolve) => setTimeout(resolve, 2)));
      ctx.set("count", count + 1);
      return count + 1;
    },
    hold: async (ctx: Ctx, door: string) => {
      note(`cart ${ctx.key}`);
      await ctx.run("hold", () => opened(door));
      ctx.set("count", 1_000);
    },
    peek: handlers.object.shared(async (ctx: ObjectSharedContext<Cart>) => ({
      count: await ctx.get("count"),
      keys: await ctx.stateKeys(),
    })),
    serdes: async (ctx: ObjectContext) => {
      ctx.set("map", new Map([["a", new Date(0)]]), superjsonSerde<Map<string, Date>>());
      ctx.set("bytes", new Uint8Array([0, 255]), serde.binary);
      await ctx.sleep(1);
      const map = await ctx.get("map", superjsonSerde<Map<string, Date>>());
      const bytes = await ctx.get("bytes", serde.binary);
      return { time: map?.get("a")?.getTime(), bytes: [...(bytes ?? [])] };
    },
    keys: async (ctx: ObjectContext, names: string[]) => {
      for (const name of names) ctx.set(name, `value of ${name}`);
      await ctx.sleep(1);
      const values: unknown[] = [];
      for (const name of names) values.push(await ctx.get(name));
      return { keys: await ctx.stateKeys(), values };
    },
  };
}

export const eagerCart = object({ name: "EagerCart", handlers: cartHandlers() });

export const lazyCart = object({
  name: "LazyCart",
  handlers: cartHandlers(),
  options: { enableLazyState: true },
});

export const journey = workflow({
  name: "Journey",
  handlers: {
    run: async (ctx: WorkflowContext<{ place: string }>, to: string) => {
      ctx.set("place", `left for ${to}`);
      const arrived = await ctx.promise<string>("arrived");
      ctx.set("place", arrived);
      return arrived;
    },
    place: async (ctx: WorkflowSharedContext<{ place: string }>) => ctx.get("place"),
    arrive: async (ctx: WorkflowSharedContext, place: string) =>
      ctx.promise<string>("arrived").resolve(place),
  },
});

export const stateServices = [eagerCart, lazyCart, journey];
