import { createEngine } from "@perdure/engine";
import {
  type Context,
  type ObjectContext,
  object,
  RestatePromise,
  serde,
  service,
  TerminalError,
} from "@perdure/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toRecordedJournal } from "../journal/from-engine.ts";
import type { RecordedJournal } from "../journal/recorded-journal.ts";
import { ReplayDivergedError } from "./diverged-error.ts";
import { replay } from "./replay.ts";

const effects: string[] = [];

const mail = service({
  name: "Mail",
  handlers: {
    send: async (_ctx: Context, { to }: { to: string; text: string }) => `sent to ${to}`,
  },
});

type Order = { item: string; count: number };

type Body = (ctx: ObjectContext, order: Order) => Promise<unknown>;

async function order(ctx: ObjectContext, { item, count }: Order) {
  const stock = (await ctx.get<number>("stock")) ?? 10;
  const id = ctx.rand.uuidv4();
  const paid = await ctx.run("pay", () => {
    effects.push("pay");
    return { receipt: `r-${id}`, card: "4242-4242" };
  });
  ctx.set("stock", stock - count);
  await ctx.sleep(1, "settle");
  const at = await ctx.date.now();
  const [note] = await RestatePromise.all([
    ctx.serviceClient(mail).send({ to: "mary", text: paid.receipt }),
    ctx.serviceClient(mail).send({ to: "shop", text: item }),
  ]);
  return { note, id, at, card: paid.card };
}

const shop = object({ name: "Shop", handlers: { order } });

/** The code of another day, under the same name. */
function changed(order: Body) {
  return object({ name: "Shop", handlers: { order } });
}

let journal: RecordedJournal;
const engine = await createEngine({ services: [shop, mail], ephemeral: true });

beforeAll(async () => {
  await engine.client.objectClient(shop, "k").order({ item: "apple", count: 2 });
  journal = await record("Shop");
});

afterAll(() => engine.close());

async function record(name: string): Promise<RecordedJournal> {
  const done = [...engine.api.completedInvocations()].find(({ target }) => target.service === name);
  const archive = await engine.api.archive(done?.id ?? "");
  if (archive === undefined) throw new Error(`nothing of ${name}`);
  return toRecordedJournal(archive);
}

async function diverged(code: Parameters<typeof replay>[0], with_ = journal): Promise<ReplayDivergedError> {
  const outcome = await replay(code, with_).catch((error: unknown) => error);
  if (!(outcome instanceof ReplayDivergedError)) throw new Error("agreed", { cause: outcome });
  return outcome;
}

test("the code that was recorded agrees, and nothing runs again", async () => {
  effects.length = 0;
  expect(await replay([shop, mail], journal)).toEqual({
    outcome: "completed",
    steps: 8,
    beyond: [],
    waitingFor: [],
    error: undefined,
  });
  expect(effects).toEqual([]);
});

const pay = (ctx: ObjectContext, id: string) =>
  ctx.run("pay", () => ({ receipt: `r-${id}`, card: "4242-4242" }));

describe("a change", () => {
  test.each<[string, Body, RegExp[]]>([
    [
      "a step less",
      async (ctx) => {
        await ctx.get("stock");
        const { receipt } = await pay(ctx, ctx.rand.uuidv4());
        return receipt;
      },
      [
        /at step 3:/,
        /journal holds: SetState key "stock"/,
        /code tried: +Output success/,
        /last agreed step: +Run "pay" at .*replay\.test\.ts:\d+/,
      ],
    ],
    [
      "a step more",
      async (ctx) => {
        await ctx.get("stock");
        await ctx.get("prices");
        return pay(ctx, "x");
      },
      [
        /at step 2:/,
        /holds: Run "pay"/,
        /tried: +GetEagerState key "prices"/,
        /at .*replay\.test\.ts:\d+:\d+/,
      ],
    ],
    [
      "another name",
      async (ctx) => {
        await ctx.get("stock");
        return ctx.run("charge", () => 1);
      },
      [
        /tried: +Run "charge"/,
        /name: the journal holds "pay", the code tried "charge"/,
        /at .*replay\.test\.ts:\d+/,
      ],
    ],
    [
      "another order",
      async (ctx, { count }) => {
        const paid = pay(ctx, "x");
        const stock = (await ctx.get<number>("stock")) ?? 10;
        await paid;
        ctx.set("stock", stock - count);
        return 1;
      },
      [/at step 1:/, /holds: GetEagerState key "stock"/, /tried: +Run "pay"/, /last agreed step: +Input/],
    ],
    [
      "another value",
      async (ctx, { count }) => {
        const stock = (await ctx.get<number>("stock")) ?? 10;
        await pay(ctx, "x");
        ctx.set("stock", stock + count);
        return 1;
      },
      [/at step 3:/, /value: the journal holds 8, the code tried 12/, /replay\.test\.ts:\d+/],
    ],
    [
      "nothing awaited that is recorded",
      async (ctx) => {
        await ctx.get("stock");
        await pay(ctx, "x");
        await ctx.awakeable().promise;
        return 1;
      },
      [/at step 3:/, /tried: +no further step; it waits for signal 17/, /last agreed step: +Run "pay" at/],
    ],
    [
      "an error that is retried",
      async (ctx) => {
        await ctx.get("stock");
        await pay(ctx, "x");
        throw new RangeError("no stock");
      },
      [/at step 3:/, /no further step; it failed with RangeError: no stock/, /at .*replay\.test\.ts:\d+/],
    ],
    [
      "a terminal error",
      async (ctx) => {
        await ctx.get("stock");
        throw new TerminalError("gone", { errorCode: 410 });
      },
      [/at step 2:/, /tried: +Output failure 410 "gone"/],
    ],
    [
      "another serde",
      async (ctx) => {
        const stock = (await ctx.get<number>("stock")) ?? 10;
        await pay(ctx, "x");
        ctx.set("stock", new Uint8Array([stock - 2]), serde.binary);
        return 1;
      },
      [/value: the journal holds 8, the code tried 0?x?/],
    ],
  ])("%s", async (_, body, messages) => {
    const error = await diverged(changed(body));
    for (const message of messages) expect(error.message).toMatch(message);
  });

  test("another result: what differs within it", async () => {
    const other = changed(async (ctx, details) => {
      return { ...(await order(ctx, details)), card: "none" };
    });
    const error = await diverged(other);
    expect(error.message).toMatch(
      /result\.value\.card: the journal holds "4242-4242", the code tried "none"/,
    );
    expect(error.divergence).toMatchObject({ step: 8, entry: journal.entries.length - 1 });
  });
});

describe("what is not there", () => {
  const other = service({ name: "Other", handlers: { order: async () => 1 } });
  test.each([
    ["a service", other, /object "Shop", which the code does not have; it has "Other"/],
    [
      "a handler",
      object({ name: "Shop", handlers: { buy: async () => 1 } }),
      /handler "order" of object "Shop", which has "buy"/,
    ],
    [
      "its kind",
      service({ name: "Shop", handlers: { order: async () => 1 } }),
      /the code has a service of this name/,
    ],
  ])("%s", async (_, code, message) => {
    await expect(replay(code, journal)).rejects.toThrow(message);
  });
});
