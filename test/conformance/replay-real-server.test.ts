import { type Context, type ObjectContext, object, RestatePromise, serve, service } from "@perdure/sdk";
import { connect, rpc } from "@perdure/sdk/clients";
import { fetchJournal, parseJournal, type RecordedJournal, replay, stringifyJournal } from "@perdure/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { programs } from "../determinism/program.ts";
import { createRunner, pause, worker } from "../determinism/program-services.ts";
import { adminClient } from "../support/admin.ts";
import { eventually } from "../support/eventually.ts";
import { type RestateServerOptions, startRestateServer } from "../support/restate-server.ts";

/** Journals that a real Restate Server recorded: fetched over its admin face, replayed by the testing kit. */

const SEED = Number(process.env.PERDURE_REPLAY_SEED ?? Date.now() % 1_000_000);

const runner = createRunner(pause);

type Add = (ctx: ObjectContext, item: string) => Promise<unknown>;

/** One step of nearly every kind. */
const add: Add = async (ctx, item) => {
  const id = ctx.rand.uuidv4();
  const before = (await ctx.get<string[]>("items")) ?? [];
  ctx.set("items", [...before, item]);
  const receipt = await ctx.run("charge", () => ({ id, at: Date.now() }));
  await ctx.sleep(5, "settle");
  const at = await ctx.date.now();
  const [first, second] = await RestatePromise.all([
    ctx.serviceClient(worker).work({ label: id, ms: 2, fail: false }),
    ctx.serviceClient(worker).work({ label: item, ms: 1, fail: false }),
  ]);
  const failed = await ctx
    .serviceClient(worker)
    .work({ label: "no", ms: 1, fail: true })
    .catch((error: Error) => error.message);
  ctx.serviceSendClient(worker).note("sent");
  const { id: awakeable, promise } = ctx.awakeable<string>();
  ctx.resolveAwakeable(awakeable, "woken");
  const woken = await promise;
  const keys = await ctx.stateKeys();
  ctx.clear("items");
  return { id, receipt, at, first, second, failed, woken, keys, key: ctx.key, roll: ctx.rand.random() };
};

const cart = (code: Add = add) => object({ name: "Cart", handlers: { add: code } });

const waiter = service({
  name: "Waiter",
  handlers: {
    wait: async (ctx: Context) => {
      await ctx.run("before", () => 1);
      await ctx.sleep({ hours: 1 }, "long");
    },
  },
});

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(options: RestateServerOptions) {
  const server = await startRestateServer(options);
  cleanups.push(() => server.stop());
  const endpoint = await serve({ services: [cart(), worker, runner, waiter], port: 0, logger: () => {} });
  cleanups.push(() => endpoint.close());
  await adminClient(server.adminUrl).registerDeployment(`http://127.0.0.1:${endpoint.port}`);
  const client = connect({ url: server.ingressUrl });
  const fetched = async (invocationId: string): Promise<RecordedJournal> => {
    const journal = await fetchJournal({ adminUrl: server.adminUrl, invocationId });
    expect(parseJournal(stringifyJournal(journal))).toEqual(journal);
    return journal;
  };
  return { client, fetched };
}

describe.each<[string, RestateServerOptions, number]>([
  ["protocol v6", {}, 6],
  ["protocol v6, suspended at every await", { inactivityTimeout: 0 }, 6],
  ["protocol v7", { previewFeatures: true }, 7],
  ["protocol v7, suspended at every await", { previewFeatures: true, inactivityTimeout: 0 }, 7],
])("%s", (_, options, version) => {
  test("the code agrees with what the server recorded, and changed code does not", async () => {
    const { client, fetched } = await open(options);
    const send = await client
      .objectSendClient(cart(), "mary")
      .add("apple", rpc.sendOpts({ idempotencyKey: "once" }));
    await client.result(send);
    const journal = await fetched(send.invocationId);
    expect(journal).toMatchObject({
      target: { service: "Cart", handler: "add", key: "mary", kind: "object" },
      protocolVersion: version,
    });
    expect(await replay(cart(), journal)).toMatchObject({ outcome: "completed", beyond: [] });

    const renamed = cart(async (ctx, item) => {
      ctx.rand.uuidv4();
      await ctx.get("items");
      ctx.set("items", [item]);
      return ctx.run("pay", () => 1);
    });
    await expect(replay(renamed, journal)).rejects.toThrow(
      /at step 3:[\s\S]*name: the journal holds "charge", the code tried "pay"[\s\S]*at .*replay-real-server\.test\.ts:\d+:\d+/,
    );
  });

  test(`random concurrent programs agree (seed ${SEED})`, async () => {
    const { client, fetched } = await open(options);
    const runs = fc.sample(programs, { numRuns: 25, seed: SEED }).map(async (program, index) => {
      const send = await client
        .serviceSendClient(runner)
        .run(program, rpc.sendOpts({ idempotencyKey: `${index}` }));
      await client.result(send);
      return fetched(send.invocationId);
    });
    for (const journal of await Promise.all(runs)) {
      expect(await replay(runner, journal)).toMatchObject({ outcome: "completed", beyond: [] });
    }
  });
});

test("an invocation that still runs: the journal ends where it is", async () => {
  const { client, fetched } = await open({});
  const { invocationId } = await client.serviceSendClient(waiter).wait();
  const journal = await eventually(async () => {
    const found = await fetched(invocationId);
    expect(found.entries).toHaveLength(4);
    return found;
  });
  expect(await replay(waiter, journal)).toEqual({
    outcome: "waiting",
    steps: 2,
    beyond: [],
    waitingFor: ['Sleep "long"'],
    error: undefined,
  });
});

test("an invocation that the server does not know", async () => {
  const { fetched } = await open({});
  // Its partitions may not be there yet.
  await eventually(() =>
    expect(fetched("inv_1lJigA3vrMfT1umzTy2XVbS31h5M2x3XR6")).rejects.toThrow(
      /there is no invocation inv_1lJig/,
    ),
  );
});
