import { setTimeout as wait } from "node:timers/promises";
import { rpc, TerminalError } from "@perdure/sdk/clients";
import { eventually } from "../../../../test/support/eventually.ts";
import { ms, type Report } from "../demo/report.ts";
import type { Entry } from "../order-app/ledger.ts";
import { type Order, order, type Receipt } from "../order-app/order.ts";
import { stock } from "../order-app/stock.ts";
import type { Shop } from "./shop.ts";
import { toSteps } from "./steps.ts";

const LINES = [
  { item: "lamp", pieces: 2 },
  { item: "desk", pieces: 1 },
];
const A_MINUTE = 60_000;
/** Of each item. */
const DELIVERED = 100;

const anOrder = (cents: number, remindAfterMs = A_MINUTE): Order => ({ lines: LINES, cents, remindAfterMs });

export async function stockUp({ ingress }: Shop): Promise<void> {
  await Promise.all(
    LINES.map(({ item }) =>
      // With a key the request could be repeated, and would still count once.
      ingress
        .objectClient(stock, item)
        .deliver(DELIVERED, rpc.opts({ idempotencyKey: `first-delivery-${item}` })),
    ),
  );
}

export async function orderGoesThrough({ ingress }: Shop, { say, check }: Report): Promise<void> {
  say("\n1. An order goes through");
  const start = performance.now();
  const workflow = ingress.workflowClient(order, "order-1");
  const submission = await workflow.workflowSubmit(anOrder(4200));
  await workflow.pickedUp("courier-7");
  const receipt = await ingress.result(submission);
  say(`   2 lamps and a desk reserved, 4200 cents charged, packed, taken by ${receipt.courier}`);
  say(`   ${ms(performance.now() - start)}, of which the bank and the packing take 1000`);
  check("order-1 was shipped", receipt.courier === "courier-7" && (await workflow.status()) === "shipped");
}

export async function endpointIsKilled(shop: Shop, { say, table, check }: Report): Promise<void> {
  say("\n2. The endpoint is killed in the middle of an order");
  const { ingress, admin, endpoint } = shop;
  const workflow = ingress.workflowClient(order, "order-2");
  const submission = await workflow.workflowSubmit(anOrder(1900));
  await eventually(() => findEntry(shop, "packing", "order-2"), { intervalMs: 5 });
  const [firstPid, killedAt] = [endpoint.pid, performance.now()];
  await endpoint.kill();
  say(`   order-2 is being packed: SIGKILL to process ${firstPid}`);
  const before = toSteps(await admin.journal(submission.invocationId));

  await endpoint.restart();
  say(`   process ${endpoint.pid} is there after ${ms(performance.now() - killedAt)}`);
  await workflow.pickedUp("courier-8");
  await ingress.result(submission);
  say(`   order-2 is shipped ${ms(performance.now() - killedAt)} after the kill\n`);

  const after = toSteps(await admin.journal(submission.invocationId));
  const rows = after.map(({ title }, index) => {
    const earlier = before[index];
    if (earlier === undefined) return [title, "", "done"];
    return earlier.done ? [title, "done", "from the journal"] : [title, "cut off", "done again"];
  });
  table([["step of order-2", `process ${firstPid}`, `process ${endpoint.pid}`], ...rows]);

  const happened = shop.ledger().filter(({ orderId }) => orderId === "order-2");
  const count = (what: Entry["what"]): number => happened.filter((entry) => entry.what === what).length;
  say(`\n   in the world outside: charged ${count("charged")}x, packing begun ${count("packing")}x`);
  check("order-2 was shipped after the kill", (await workflow.status()) === "shipped");
  check("the bank was asked once for order-2, by the first process", count("charge asked") === 1);
  check(
    "only the step that was cut off was done again",
    rows.filter((row) => row[2] === "done again").length === 1,
  );
  check(
    "packing order-2 was begun twice, and finished once",
    count("packing") === 2 && count("packed") === 1,
  );
}

export async function reminderAndCancellation(shop: Shop, { say, check }: Report): Promise<void> {
  say("\n3. Nobody picks the order up: a delayed reminder, then a cancellation");
  const { ingress } = shop;
  const remindAfterMs = 1000;
  const workflow = ingress.workflowClient(order, "order-3");
  const submission = await workflow.workflowSubmit(anOrder(7700, remindAfterMs));
  const packed = await eventually(() => findEntry(shop, "packed", "order-3"));
  const mailed = await eventually(() => findEntry(shop, "mailed", "order-3"));
  const after = mailed.at - packed.at;
  say(`   the courier was reminded ${ms(after)} after packing; asked for were ${remindAfterMs}`);

  const start = performance.now();
  await workflow.cancel();
  const failure: unknown = await ingress.result(submission).catch((error: unknown) => error);
  const code = failure instanceof TerminalError ? failure.code : undefined;
  say(`   cancelled: the customer gets "${failure instanceof Error ? failure.message : ""}" (${code}),`);
  say(`   money and goods are back ${ms(performance.now() - start)} after the request`);
  check(
    "the reminder of order-3 came once, and not early",
    after >= remindAfterMs && countOf(shop, "mailed") === 1,
  );
  check(
    "order-3 ended as cancelled (409), everything undone",
    code === 409 && (await workflow.status()) === "undone",
  );
  check("its 7700 cents were given back", findEntry(shop, "refunded", "order-3").cents === 7700);
}

export async function manyOrdersManyKills(shop: Shop, { say, check }: Report): Promise<void> {
  const [orders, kills] = [20, 3];
  say(`\n4. ${orders} orders at once, and the endpoint is killed ${kills} times meanwhile`);
  const start = performance.now();
  const ids = Array.from({ length: orders }, (_, index) => `batch-${index + 1}`);
  const place = async (id: string): Promise<Receipt> => {
    const workflow = shop.ingress.workflowClient(order, id);
    const submission = await workflow.workflowSubmit(anOrder(1000));
    await workflow.pickedUp("courier-9");
    return await shop.ingress.result(submission);
  };
  const killAndStartAgain = async (): Promise<void> => {
    for (let kill = 0; kill < kills; kill++) {
      await wait(300);
      await shop.endpoint.restart();
    }
  };
  const [receipts] = await Promise.all([Promise.all(ids.map(place)), killAndStartAgain()]);
  say(`   all ${receipts.length} shipped after ${ms(performance.now() - start)}`);

  const mine = shop.ledger().filter(({ orderId }) => ids.includes(orderId));
  const count = (what: Entry["what"]): number => mine.filter((entry) => entry.what === what).length;
  say(`   the bank was asked ${count("charge asked")} times, and charged ${count("charged")} times`);
  check(
    `each of the ${orders} orders was charged exactly once`,
    ids.every((id) => chargesOf(mine, id) === 1),
  );
}

export async function countEverything(shop: Shop, { check }: Report): Promise<void> {
  const shipped = 2 + 20;
  const sum = (what: Entry["what"]): number =>
    shop.ledger().reduce((total, entry) => total + (entry.what === what ? (entry.cents ?? 0) : 0), 0);
  check(
    "the money adds up: what was charged, less what was given back",
    sum("charged") - sum("refunded") === 4200 + 1900 + 20_000,
  );
  const free = await Promise.all(LINES.map(({ item }) => shop.ingress.objectClient(stock, item).free()));
  const expected = LINES.map(({ pieces }) => DELIVERED - shipped * pieces);
  check(`the shelves add up: ${free[0]} lamps and ${free[1]} desks left`, String(free) === String(expected));
}

function findEntry(shop: Shop, what: Entry["what"], orderId: string): Entry {
  const entry = shop.ledger().find((candidate) => candidate.what === what && candidate.orderId === orderId);
  if (entry === undefined)
    throw new Error(
      `the ledger has no "${what}" of ${orderId}; the endpoint said:\n${shop.endpoint.output()}`,
    );
  return entry;
}

function countOf(shop: Shop, what: Entry["what"]): number {
  return shop.ledger().filter((entry) => entry.what === what).length;
}

function chargesOf(ledger: readonly Entry[], orderId: string): number {
  return ledger.filter((entry) => entry.what === "charged" && entry.orderId === orderId).length;
}
