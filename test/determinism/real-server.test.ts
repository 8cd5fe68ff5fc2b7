import { connect, rpc } from "@perdure/sdk/clients";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { type AdminClient, adminClient } from "../support/admin.ts";
import { bundleOnce } from "../support/bundle.ts";
import { type Child, startChild } from "../support/child.ts";
import { delay } from "../support/eventually.ts";
import { type RestateServer, startRestateServer } from "../support/restate-server.ts";
import type { Runner } from "./endpoint.ts";
import { type Program, programs } from "./program.ts";
import { Random } from "./random.ts";

/**
 * The random programs of `program.ts` on a real Restate Server: live, suspended at
 * every await, with the endpoint killed meanwhile, and with cancels. Every one
 * completes, and none meets a mismatch.
 */

const COUNT = Number(process.env.PERDURE_DETERMINISM_PROGRAMS ?? 100);
const SEED = Number(process.env.PERDURE_DETERMINISM_SEED ?? Date.now() % 1_000_000);

const ENDPOINT = new URL("./endpoint.ts", import.meta.url);

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Place {
  readonly server: RestateServer;
  readonly admin: AdminClient;
  readonly child: Child;
}

async function open(options: Parameters<typeof startRestateServer>[0]): Promise<Place> {
  const server = await startRestateServer(options);
  cleanups.push(() => server.stop());
  const [endpoint] = await bundleOnce([ENDPOINT]);
  const child = await startChild(endpoint as string);
  cleanups.push(() => child.stop());
  const admin = adminClient(server.adminUrl);
  await admin.registerDeployment(child.url);
  return { server, admin, child };
}

interface Outcome {
  readonly program: Program;
  readonly result: Promise<string>;
  readonly invocationId: string;
}

/** Sends all programs at once; the results come when they come. */
async function sendAll({ server }: Place): Promise<Outcome[]> {
  const ingress = connect({ url: server.ingressUrl });
  const runner = ingress.serviceSendClient<Runner>({ name: "Runner" });
  return Promise.all(
    fc.sample(programs, { numRuns: COUNT, seed: SEED }).map(async (program, index) => {
      const send = await runner.run(program, rpc.sendOpts({ idempotencyKey: `program-${index}` }));
      return { program, invocationId: send.invocationId, result: ingress.result(send) as Promise<string> };
    }),
  );
}

/** What failed attempts the server saw: the error codes and messages, by invocation. */
async function failedAttempts({ admin }: Place): Promise<string[]> {
  const rows = await admin.query<{ event_json: string }>("SELECT id, event_json FROM sys_journal_events");
  // Over v7 the server also notes each suspension.
  return rows.map(({ event_json }) => event_json).filter((event) => !event.includes('"ty":"Suspended"'));
}

async function expectNoMismatch(place: Place): Promise<void> {
  expect((await failedAttempts(place)).filter((event) => /mismatch|RT0016|"570"|:570/i.test(event))).toEqual(
    [],
  );
  expect(place.child.output()).not.toContain("Journal mismatch");
}

test(`live: ${COUNT} programs complete without a failed attempt (seed ${SEED})`, async () => {
  const place = await open({});
  const outcomes = await sendAll(place);
  const results = await Promise.all(outcomes.map(({ result }) => result));
  expect(results.filter((trace) => trace.includes("end"))).toHaveLength(COUNT);
  expect(await failedAttempts(place)).toEqual([]);
});

test(`suspended at every await (seed ${SEED})`, async () => {
  const place = await open({ inactivityTimeout: 0 });
  const outcomes = await sendAll(place);
  const results = await Promise.all(outcomes.map(({ result }) => result));
  expect(results.filter((trace) => trace.includes("end"))).toHaveLength(COUNT);
  expect(await failedAttempts(place)).toEqual([]);
});

test(`over protocol v7, suspended on trees of awaits (seed ${SEED})`, async () => {
  const place = await open({ inactivityTimeout: 0, previewFeatures: true });
  const outcomes = await sendAll(place);
  const results = await Promise.all(outcomes.map(({ result }) => result));
  expect(results.filter((trace) => trace.includes("end"))).toHaveLength(COUNT);
  expect(await failedAttempts(place)).toEqual([]);
  const version = "SELECT DISTINCT pinned_service_protocol_version AS version FROM sys_invocation";
  expect(await place.admin.query(version)).toEqual([{ version: 7 }]);
});

test(`with the endpoint killed meanwhile (seed ${SEED})`, { timeout: 120_000 }, async () => {
  const place = await open({ inactivityTimeout: 20 });
  const random = new Random(SEED);
  const outcomes = await sendAll(place);
  let pending = outcomes.length;
  const results = outcomes.map(({ result }) => result.finally(() => (pending -= 1)));
  const all = Promise.allSettled(results);
  let kills = 0;
  while (pending > 0) {
    await delay(300 + random.below(900));
    if (pending === 0) break;
    kills += 1;
    await place.child.restart();
  }
  const ends = await all;
  expect(ends.filter(({ status }) => status === "rejected")).toEqual([]);
  expect(kills).toBeGreaterThan(0);
  await expectNoMismatch(place);
});

test(`with cancels at random moments (seed ${SEED})`, { timeout: 120_000 }, async () => {
  const place = await open({ inactivityTimeout: 0 });
  const random = new Random(SEED);
  const outcomes = await sendAll(place);
  const cancelled = outcomes.filter(() => random.chance(0.7));
  await Promise.all(
    cancelled.map(async ({ invocationId }) => {
      await delay(random.below(400));
      await place.admin.cancel(invocationId).catch(ignoreCompleted);
    }),
  );
  // A cancelled program still ends: most of them catch it as one more failure of a branch.
  const ends = await Promise.allSettled(outcomes.map(({ result }) => result));
  for (const end of ends) {
    if (end.status === "rejected") expect(end.reason).toMatchObject({ code: 409 });
  }
  await expectNoMismatch(place);
});

function ignoreCompleted(error: Error): number {
  if (/already completed/.test(error.message)) return 409;
  throw error;
}
