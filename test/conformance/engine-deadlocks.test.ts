import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import { type ObjectContext, object, RestatePromise, serve } from "@perdure/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";

/** Handlers that wait for each other for ever elsewhere, and are told here. What the server does: features.md. */

const NODE = { name: "Node" } as const;
interface NodeHandlers {
  readonly touch: (ctx: ObjectContext) => Promise<string>;
  readonly callBack: (ctx: ObjectContext, first: string) => Promise<string>;
  readonly visit: (ctx: ObjectContext, path: readonly string[]) => Promise<string>;
}

const to = (ctx: ObjectContext, key: string) => ctx.objectClient<NodeHandlers>(NODE, key);

const node = object({
  name: "Node",
  handlers: {
    touch: async (ctx: ObjectContext): Promise<string> => `touched ${ctx.key}`,
    call: async (ctx: ObjectContext, other: string): Promise<string> => to(ctx, other).callBack(ctx.key),
    callBack: async (ctx: ObjectContext, first: string): Promise<string> => to(ctx, first).touch(),
    itself: async (ctx: ObjectContext): Promise<string> => to(ctx, ctx.key).touch(),
    /** A native `Promise.all` over two objects, one of which is its own. */
    both: async (ctx: ObjectContext, other: string): Promise<string> => {
      const seen = await Promise.all([to(ctx, other).touch(), to(ctx, ctx.key).touch()]);
      return seen.join();
    },
    combined: async (ctx: ObjectContext, other: string): Promise<string> => {
      const seen = await RestatePromise.all([to(ctx, other).touch(), to(ctx, ctx.key).touch()]);
      return seen.join();
    },
    race: async (ctx: ObjectContext, ms: number): Promise<string> =>
      Promise.race([to(ctx, ctx.key).touch(), ctx.sleep(ms).then(() => "slept")]),
    /** The keys of a path, one within the other. */
    visit: async (ctx: ObjectContext, path: readonly string[]): Promise<string> => {
      const [next, ...rest] = path;
      return next === undefined ? "end" : to(ctx, next).visit(rest);
    },
    caught: async (ctx: ObjectContext): Promise<string> => {
      try {
        return await to(ctx, ctx.key).touch();
      } catch (error) {
        return (error as Error).message.slice(0, 8);
      }
    },
    attach: async (ctx: ObjectContext): Promise<string> => ctx.attach<string>(ctx.request().id),
    later: async (ctx: ObjectContext): Promise<string> => {
      const handle = ctx.objectSendClient<NodeHandlers>(NODE, ctx.key).touch();
      return ctx.attach<string>(await handle.invocationId);
    },
  },
});

interface Place {
  readonly name: string;
  start(): Promise<{ engine: EmbeddedEngine; stop(): Promise<void> }>;
}

function inProcess(name: string, inactivityTimeoutMs: number): Place {
  return {
    name,
    start: async () => {
      const services = [node];
      const defaults = { inactivityTimeoutMs };
      const engine = await createEngine({ services, ephemeral: true, defaults, logger: () => {} });
      return { engine, stop: () => engine.close() };
    },
  };
}

const PLACES: readonly Place[] = [
  inProcess("in process", 60_000),
  inProcess("in process, suspended at every await", 0),
  {
    name: "over HTTP",
    start: async () => {
      const endpoint = await serve({ services: [node], port: 0, logger: () => {} });
      const engine = await createEngine({ ephemeral: true });
      await engine.api.register({ uri: endpoint.url });
      const stop = async (): Promise<void> => {
        await engine.close();
        await endpoint.close();
      };
      return { engine, stop };
    },
  },
];

describe.each(PLACES)("deadlocks $name", ({ start }) => {
  let place: Awaited<ReturnType<Place["start"]>>;
  beforeAll(async () => {
    place = await start();
  });
  afterAll(async () => {
    await place.stop();
  });
  const at = (key: string) => place.engine.client.objectClient(node, key);
  let count = 0;
  const unique = (name: string): string => {
    count += 1;
    return `${name}-${count}`;
  };

  it("a cross call", async () => {
    const [a, b] = [unique("cross"), unique("cross")];
    await expect(at(a).call(b)).rejects.toThrow(
      `Deadlock: Node/${b}/callBack -> Node/${a}/touch -> Node/${a}/call -> Node/${b}/callBack.`,
    );
    expect(await at(a).touch()).toBe(`touched ${a}`);
    expect(await at(b).touch()).toBe(`touched ${b}`);
  });

  it("a cycle of four", async () => {
    const [a, b, c, d] = ["ring", "ring", "ring", "ring"].map(unique) as [string, string, string, string];
    await expect(at(a).visit([b, c, d, a])).rejects.toThrow(/^Deadlock: (Node\/ring-\d+\/visit -> ){5}Node/);
    expect(await at(d).touch()).toBe(`touched ${d}`);
  });

  it("a call to oneself, which the handler may catch", async () => {
    const key = unique("self");
    await expect(at(key).itself()).rejects.toThrow("Deadlock");
    expect(await at(key).caught()).toBe("Deadlock");
  });

  it.each(["both", "combined"] as const)("all of two objects, one of them its own: %s", async (handler) => {
    const [a, b] = [unique("all"), unique("all")];
    await expect(at(a)[handler](b)).rejects.toThrow("Deadlock");
    expect(await at(a).touch()).toBe(`touched ${a}`);
  });

  it("none, where a timer ends the wait", async () => {
    const key = unique("race");
    const before = place.engine.api.deadlocks().length;
    expect(await at(key).race(50)).toBe("slept");
    expect(await at(key).touch()).toBe(`touched ${key}`);
    expect(place.engine.api.deadlocks()).toHaveLength(before);
  });

  it("attaching to oneself, and to what waits for one's own lock", async () => {
    const key = unique("attach");
    await expect(at(key).attach()).rejects.toThrow("Deadlock");
    await expect(at(key).later()).rejects.toThrow("Deadlock");
    expect(await at(key).touch()).toBe(`touched ${key}`);
  });

  it("are listed, and what waits says for what", async () => {
    const key = unique("seen");
    await expect(at(key).itself()).rejects.toThrow("Deadlock");
    expect(place.engine.api.deadlocks().at(-1)?.cycle).toMatchObject([
      { target: `Node/${key}/itself`, waitsFor: "result" },
      { target: `Node/${key}/touch`, waitsFor: "lock" },
    ]);
    const sleeping = place.engine.client.objectSendClient(node, key).race(3_000);
    const { invocationId } = await sleeping;
    const queued = await place.engine.client.objectSendClient(node, key).touch();
    await eventually(async () => {
      const waiting = place.engine.api.waitingFor(queued.invocationId);
      expect(waiting?.summary).toContain("is queued behind");
      expect(waiting?.invocations[1]?.invocationId).toBe(invocationId);
    });
    await place.engine.api.control("kill", invocationId);
  });
});
