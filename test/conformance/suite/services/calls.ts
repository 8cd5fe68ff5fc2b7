import {
  type Context,
  type InvocationId,
  iface,
  implement,
  type ObjectContext,
  object,
  rpc,
  serde,
  service,
  TerminalError,
  type WorkflowContext,
  type WorkflowSharedContext,
  workflow,
} from "@perdure/sdk";
import { note, opened } from "../../places/probe.ts";

/** Calls and sends between handlers. */

export interface Seen {
  readonly id: InvocationId;
  readonly headers: Record<string, string>;
  readonly body: number[];
}

export const callee = service({
  name: "Callee",
  handlers: {
    echo: async (_ctx: Context, value: unknown) => value,
    nothing: async (_ctx: Context) => {},
    identity: async (ctx: Context, name: string): Promise<Seen> => {
      const { id, headers, body } = ctx.request();
      note(name, id);
      return { id, headers: Object.fromEntries(headers), body: [...body] };
    },
    fail: async (_ctx: Context, code: number): Promise<string> => {
      throw new TerminalError("no luck", { errorCode: code, metadata: { luck: "none" } });
    },
    /** Waits outside of `ctx` for the test to open the door. */
    waits: async (_ctx: Context, door: string): Promise<string> => {
      note(`waits ${door}`);
      await opened(door);
      return door;
    },
  },
});

export const inbox = object({
  name: "Inbox",
  handlers: {
    put: async (ctx: ObjectContext<{ seen: number[] }>, value: number) => {
      ctx.set("seen", [...((await ctx.get("seen")) ?? []), value]);
    },
    seen: async (ctx: ObjectContext<{ seen: number[] }>) => (await ctx.get("seen")) ?? [],
    key: async (ctx: ObjectContext) => ctx.key,
    stamp: async (ctx: ObjectContext, label: string) => {
      note(`inbox ${ctx.key}`, { label, at: Date.now() });
    },
  },
});

export const once = workflow({
  name: "Once",
  handlers: {
    run: async (ctx: WorkflowContext, how: string) => {
      note(`once ${ctx.key}`, how);
      return `${ctx.key} ran ${how}`;
    },
    hello: async (ctx: WorkflowSharedContext, name: string) => `hello ${name} from ${ctx.key}`,
  },
});

export const contract = iface.service("Contracted", {
  double: iface.json<number, number>(),
  bytes: iface.serdes({ input: serde.binary, output: serde.binary }),
});

export const contracted = implement(contract, {
  handlers: {
    double: async (_ctx, n) => n * 2,
    bytes: async (_ctx, bytes) => bytes.slice().reverse(),
  },
});

export const objectContract = iface.object("ContractedObject", {
  add: iface.json<number, number>(),
  key: iface.shared.json<void, string>(),
});

export const contractedObject = implement(objectContract, {
  handlers: {
    add: async (ctx, n) => {
      const sum = ((await ctx.get<number>("sum")) ?? 0) + n;
      ctx.set("sum", sum);
      return sum;
    },
    key: async (ctx) => ctx.key,
  },
});

/** What a client may be given in place of a definition. */
const NAME_ONLY = { name: "Callee" } as const;

export const caller = service({
  name: "Caller",
  handlers: {
    typed: async (ctx: Context, key: string) => {
      const echoed = await ctx.serviceClient(callee).echo({ deep: [1, null, "ä€𝄞"] });
      const nothing = await ctx.serviceClient(callee).nothing();
      const byName = await ctx.serviceClient<typeof callee>(NAME_ONLY).echo("by name");
      const objectKey = await ctx.objectClient(inbox, key).key();
      const shared = await ctx.workflowClient(once, key).hello("Mary");
      return { echoed, nothing: nothing === undefined, byName, objectKey, shared };
    },
    options: async (ctx: Context, name: string) =>
      ctx.serviceClient(callee).identity(
        name,
        rpc.opts({
          headers: { "X-Custom": "yes", "x-two": "2" },
          input: serde.json,
          output: serde.json,
          name: "a name for operators",
        }),
      ),
    /** Twice with one key, in flight at the same time. */
    idempotent: async (ctx: Context, name: string) => {
      const client = ctx.serviceClient(callee);
      const options = rpc.opts<string, Seen>({ idempotencyKey: name });
      const [one, two] = await Promise.all([client.identity(name, options), client.identity(name, options)]);
      const later = await client.identity(name, options);
      return [one.id, two.id, later.id];
    },
    ids: async (ctx: Context, name: string) => {
      const call = ctx.serviceClient(callee).identity(name);
      const early = await call.invocationId;
      const { id } = await call;
      const sent = await ctx.serviceSendClient(callee).identity(name).invocationId;
      return { early, id, sent };
    },
    fails: async (ctx: Context, code: number) => {
      try {
        return await ctx.serviceClient(callee).fail(code);
      } catch (error) {
        if (!(error instanceof TerminalError)) throw error;
        return { name: error.name, code: error.code, message: error.message, metadata: error.metadata };
      }
    },
    passesOn: async (ctx: Context, code: number) => ctx.serviceClient(callee).fail(code),
    generic: async (ctx: Context, key: string) => {
      const text = new TextEncoder();
      const bytes = await ctx.genericCall({
        service: "Callee",
        method: "echo",
        parameter: text.encode('"raw"'),
        headers: { "content-type": "application/json" },
      });
      const json = await ctx.genericCall({
        service: "Callee",
        method: "identity",
        parameter: `generic ${key}`,
        inputSerde: serde.json,
        outputSerde: serde.json,
        headers: { "x-generic": "call" },
        name: "generic name",
        idempotencyKey: key,
      });
      const again = await ctx.genericCall({
        service: "Callee",
        method: "identity",
        parameter: `generic ${key}`,
        inputSerde: serde.json,
        outputSerde: serde.json,
        idempotencyKey: key,
      });
      const object = await ctx.genericCall({
        service: "Inbox",
        method: "key",
        key,
        parameter: new Uint8Array(),
        outputSerde: serde.json,
      });
      const sent = ctx.genericSend({
        service: "Inbox",
        method: "put",
        key,
        parameter: 7,
        inputSerde: serde.json,
        delay: { milliseconds: 10 },
      });
      const sentId = await sent.invocationId;
      await ctx.invocation(sentId).attach();
      const seen = await ctx.objectClient(inbox, key).seen();
      return { bytes: [...bytes], json, again, object, sentId, seen };
    },
    contracts: async (ctx: Context, key: string) => {
      const doubled = await ctx.client(contract).double(21);
      const viaImplementation = await ctx.client(contracted).double(4);
      const viaServiceClient = await ctx.serviceClient(contracted).double(5);
      const bytes = await ctx.client(contract).bytes(new Uint8Array([1, 2, 255]));
      await ctx.client(objectContract, key).add(1);
      const sent = ctx.sendClient(objectContract, key).add(10, rpc.sendOpts({ name: "sent by contract" }));
      await ctx.invocation(await sent.invocationId).attach();
      const sum = await ctx.client(contractedObject, key).add(100);
      const ownKey = await ctx.client(objectContract, key).key();
      return { doubled, viaImplementation, viaServiceClient, bytes: [...bytes], sum, ownKey };
    },
    sendsInOrder: async (ctx: Context, { key, count }: { key: string; count: number }) => {
      const client = ctx.objectSendClient(inbox, key);
      for (let value = 0; value < count; value++) client.put(value);
      return ctx.objectClient(inbox, key).seen();
    },
    sendsLater: async (ctx: Context, { key, ms }: { key: string; ms: number }) => {
      const client = ctx.objectSendClient(inbox, key);
      const sentAt = await ctx.date.now();
      const late = [
        client.stamp("number", rpc.sendOpts({ delay: ms })),
        client.stamp("duration", rpc.sendOpts({ delay: { milliseconds: ms } })),
      ];
      client.stamp("none", rpc.sendOpts({ delay: 0 }));
      const ids = await Promise.all(late.map(({ invocationId }) => invocationId));
      return { sentAt, ids };
    },
    sendsThenFails: async (ctx: Context, key: string) => {
      ctx.objectSendClient(inbox, key).put(1);
      throw new TerminalError("failed after sending", { errorCode: 418 });
    },
    runsTwice: async (ctx: Context, key: string) => {
      const first = await ctx.workflowClient(once, key).run("first");
      const second = await ctx
        .workflowClient(once, key)
        .run("second")
        .map((value, failure) => ({ value, code: failure?.code, message: failure?.message }));
      const sent = await ctx.workflowSendClient(once, key).run("third").invocationId;
      const third = await ctx.invocation(sent).attach<string>();
      return { first, second, third };
    },
    unknown: async (ctx: Context, target: { service: string; method: string }) =>
      ctx.genericCall({ ...target, parameter: new Uint8Array() }),
    /** The child is called although nobody waits for it, and no promise is left over. */
    ignores: async (ctx: Context, name: string) => {
      ctx.serviceClient(callee).identity(name);
      return "done";
    },
  },
});

/** Two exclusive handlers that call each other with the same keys. */
export const knot = object({
  name: "Knot",
  handlers: {
    tie: async (ctx: ObjectContext, other: string): Promise<string> => {
      note(`knot ${ctx.key}`);
      return ctx
        .objectClient<{ tieBack(ctx: ObjectContext, first: string): Promise<string> }>(KNOT, other)
        .tieBack(ctx.key);
    },
    tieBack: async (ctx: ObjectContext, first: string): Promise<string> =>
      ctx.objectClient<{ touch(ctx: ObjectContext): Promise<string> }>(KNOT, first).touch(),
    touch: async (ctx: ObjectContext): Promise<string> => `touched ${ctx.key}`,
  },
});
const KNOT = { name: "Knot" } as const;

export const callServices = [callee, inbox, once, contracted, contractedObject, caller, knot];
