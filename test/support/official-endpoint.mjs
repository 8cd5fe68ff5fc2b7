// An endpoint of the official SDK, for the tests in which our client and our
// engine meet a third party. Runs on Node 24, which that SDK needs.
import * as http2 from "node:http2";
import * as restate from "@restatedev/restate-sdk";

const { exclusive, shared } = restate.handlers.object;

const greeter = restate.service({
  name: "OfficialGreeter",
  handlers: {
    greet: async (_ctx, name) => `Hello, ${name}!`,
    echo: async (_ctx, value) => value,
    nothing: async () => {},
    /** Answers what the invocation itself saw of the request. */
    headers: async (ctx) => Object.fromEntries(ctx.request().headers),
    identity: async (ctx) => ctx.request().id,
    fail: async (_ctx, { message, code, metadata }) => {
      throw new restate.TerminalError(message, { errorCode: code, metadata });
    },
    /** Durable, so it survives crashes and suspensions. */
    slow: async (ctx, { ms, value }) => {
      await ctx.sleep(ms);
      return value;
    },
    /** Never ends until the awakeable is completed; hands its id out through the box. */
    awaits: async (ctx, box) => {
      const { id, promise } = ctx.awakeable();
      ctx.objectSendClient({ name: "OfficialBox" }, box).put(id);
      return await promise;
    },
    awaitsBytes: async (ctx, box) => {
      const { id, promise } = ctx.awakeable(restate.serde.binary);
      ctx.objectSendClient({ name: "OfficialBox" }, box).put(id);
      return [...(await promise)];
    },
    bytes: restate.handlers.handler(
      { input: restate.serde.binary, output: restate.serde.binary },
      async (_ctx, bytes) => Uint8Array.from(bytes).reverse(),
    ),
    hidden: restate.handlers.handler({ ingressPrivate: true }, async () => "never seen"),
  },
});

const counter = restate.object({
  name: "OfficialCounter",
  handlers: {
    add: exclusive(async (ctx, amount) => {
      const total = ((await ctx.get("total")) ?? 0) + (amount ?? 1);
      ctx.set("total", total);
      return total;
    }),
    slowAdd: exclusive(async (ctx, { ms, amount }) => {
      await ctx.sleep(ms);
      const total = ((await ctx.get("total")) ?? 0) + amount;
      ctx.set("total", total);
      return total;
    }),
    get: shared(async (ctx) => (await ctx.get("total")) ?? 0),
    key: shared(async (ctx) => ctx.key),
    clear: exclusive(async (ctx) => ctx.clearAll()),
  },
});

const box = restate.object({
  name: "OfficialBox",
  handlers: {
    put: exclusive(async (ctx, value) => ctx.set("value", value)),
    peek: shared(async (ctx) => ctx.get("value")),
  },
});

const approval = restate.workflow({
  name: "OfficialApproval",
  handlers: {
    run: async (ctx, request) => {
      ctx.set("request", request);
      const approved = await ctx.promise("approved");
      if (!approved) throw new restate.TerminalError("rejected", { errorCode: 422 });
      return `${request} approved`;
    },
    approve: async (ctx, approved) => ctx.promise("approved").resolve(approved),
    status: async (ctx) => (await ctx.get("request")) ?? "unknown",
  },
});

const server = http2.createServer(
  restate.createEndpointHandler({ services: [greeter, counter, box, approval], logger: () => {} }),
);
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  const { port } = server.address();
  if (process.send) process.send({ ready: port });
  else console.log(`ready ${port}`);
});
