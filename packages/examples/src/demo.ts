import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createEngine } from "@perdure/engine";
import { connect } from "@perdure/sdk/clients";
import { startChild } from "../../../test/support/child.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { leashFolder } from "../../../test/support/leash.ts";
import { createReport } from "./demo/report.ts";
import { type Life, toRows, toSteps } from "./demo/steps.ts";
import { type Entry, entries } from "./order-app/ledger.ts";
import { order } from "./order-app/order.ts";
import { stock } from "./order-app/stock.ts";

/**
 * The order application on the embedded engine, its process killed twice with SIGKILL and
 * started again on the same folder. Ends by itself; the exit code is 0 if all that had to
 * hold held. Another file may be named that runs the application, for example a broken one.
 */

const application = process.argv[2] ?? new URL("./order-app/app.ts", import.meta.url);
const colors = process.stdout.isTTY && process.env.NO_COLOR === undefined;
const { say, table, check, finish } = createReport(console.log, { colors });

const folder = await mkdtemp(join(tmpdir(), "perdure-demo-"));
const release = leashFolder(folder);
const [data, ledgerFile] = [join(folder, "data"), join(folder, "ledger.jsonl")];
/** What has happened in the world outside, which no engine can take back. */
const happened = (what: Entry["what"]): Entry[] => entries(ledgerFile).filter((entry) => entry.what === what);

const lives: Life[] = [];
let startedAt = Date.now();
const app = await startChild(application, { env: { ORDER_DATA: data, ORDER_LEDGER: ledgerFile } });
try {
  const ingress = connect({ url: app.url });
  const [lamps, desks] = [ingress.objectClient(stock, "lamp"), ingress.objectClient(stock, "desk")];
  const workflow = ingress.workflowClient(order, "order-1");

  say("An order of two lamps and a desk. The process that works on it is killed, twice.\n");
  say(`process ${app.pid}   takes the order, reserves the goods, asks the bank for 42.00`);
  await Promise.all([lamps.deliver(10), desks.deliver(10)]);
  const lines = [
    { item: "lamp", pieces: 2 },
    { item: "desk", pieces: 1 },
  ];
  const submission = await workflow.workflowSubmit({ lines, cents: 4200, remindAfterMs: 86_400_000 });
  await eventually(() => demand(happened("charged").length > 0), { intervalMs: 2 });
  await killAndStartAgain("the bank has the money, but its answer is still on its way");

  say(`process ${app.pid}   same folder; nobody orders again, the order goes on by itself`);
  await eventually(async () => demand((await workflow.status()) === "packed"));
  // Until it has nothing left to do but wait.
  await wait(300);
  await killAndStartAgain("charged and packed, it waits for the courier");

  await workflow.pickedUp("courier-7");
  const receipt = await ingress.result(submission);
  say(`process ${app.pid}   same folder; the courier comes, order-1 is ${await workflow.status()}\n`);
  const left = [await lamps.free(), await desks.free()];
  await endProcess();

  const rows = toRows(await stepsOf(submission.invocationId), lives);
  table([["step of order-1", ...lives.map(({ pid }) => `process ${pid}`)], ...rows]);

  const [asked, charged, packed] = [happened("charge asked"), happened("charged"), happened("packing")];
  const [first, second, third] = lives.map(({ pid }) => pid);
  const keys = new Set(asked.map(({ key }) => key));
  say(
    `\n   in the world outside: bank asked ${asked.length}x by ${keys.size} key, ` +
      `charged ${charged.length}x, packed ${packed.length}x`,
  );
  check("order-1 was shipped, though two processes died on the way", receipt.courier === "courier-7");
  check("the card was charged once", charged.length === 1);
  check(
    "the bank was asked again only because its answer was lost, and by the same key",
    String(asked.map(({ pid }) => pid)) === String([first, second]) && keys.size === 1,
  );
  check("the parcel was packed once", packed.length === 1 && packed[0]?.pid === second);
  check("two lamps and a desk have left the shelves, and no more", String(left) === "8,9");
  check(
    "the last process touched nothing outside: the journal knew it all",
    entries(ledgerFile).every(({ pid }) => pid !== third),
  );
} finally {
  await app.stop();
  await rm(folder, { recursive: true, force: true });
  release();
}
process.exitCode = finish() === 0 ? 0 : 1;

async function killAndStartAgain(news: string): Promise<void> {
  const { pid } = app;
  await app.kill();
  lives.push({ pid, startedAt, endedAt: Date.now() });
  say(`${" ".repeat(`process ${pid}`.length)}   SIGKILL: ${news}`);
  startedAt = Date.now();
  await app.restart();
}

async function endProcess(): Promise<void> {
  lives.push({ pid: app.pid, startedAt, endedAt: Date.now() });
  await app.stop();
}

/** Opens the folder, which is all that is left, and reads the journal of an invocation that has ended. */
async function stepsOf(invocationId: string): Promise<ReturnType<typeof toSteps>> {
  const engine = await createEngine({ data });
  try {
    return toSteps((await engine.api.archive(invocationId))?.journal ?? []);
  } finally {
    await engine.close();
  }
}

function demand(progress: boolean): void {
  if (!progress) throw new Error(`order-1 does not get on; its process said:\n${app.output()}`);
}
