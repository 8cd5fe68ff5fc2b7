import { connect } from "@perdure/sdk/clients";
import { isInvocationId } from "@perdure/sdk/internal";
import { Activity } from "../engine/activity.ts";
import { bindServices } from "../engine/bind-services.ts";
import { matches } from "../engine/invocations.ts";
import { SERVER_PATIENCE_MS, type TestEngineOptions } from "../engine/options.ts";
import { Runs } from "../engine/runs.ts";
import { type InvocationRef, refused, type TestEngine, toId } from "../engine/test-engine.ts";
import { type KeyedDefinition, openState } from "../engine/test-state.ts";
import { fetchJournal } from "../journal/fetch-journal.ts";
import { createMisuseGuard } from "../misuse/misuse-guard.ts";
import { realFetch } from "../real.ts";
import { type AdminFace, type ControlVerb, literal } from "./admin-face.ts";
import { serveEndpoint } from "./served-endpoint.ts";
import { createServerClock } from "./server-clock.ts";
import { leaseServer } from "./server-lease.ts";
import { INVOCATIONS, type InvocationRow, toTestInvocation } from "./server-rows.ts";
import { createServerState } from "./server-state.ts";
import { ServerWatch } from "./server-watch.ts";

/** A test engine whose handlers run in this process, behind a real server. */
export async function createServerEngine(options: TestEngineOptions): Promise<TestEngine> {
  /** The last one first. Each is called, whatever the others do. */
  const cleanups: (() => void | Promise<void>)[] = [];
  try {
    return await open(options, cleanups);
  } catch (error) {
    await cleanUp(cleanups);
    throw error;
  }
}

async function open(
  options: TestEngineOptions,
  cleanups: (() => void | Promise<void>)[],
): Promise<TestEngine> {
  const { misuse, strict, runs = {}, patienceMs = SERVER_PATIENCE_MS } = options;
  const bound = bindServices(options, new Runs(runs, new Activity()));
  const guard = misuse === "off" ? undefined : createMisuseGuard({ ...misuse, strict });
  if (guard !== undefined) cleanups.push(() => guard.close());
  const endpoint = await serveEndpoint(bound, guard);
  cleanups.push(() => endpoint.close());
  const { admin, ingressUrl, release } = await leaseServer();
  let deploymentId: string | undefined;
  cleanups.push(() => release(deploymentId));
  deploymentId = await admin.register(endpoint.url);

  const journalValueCodec = await bound.journalValueCodecProvider?.();
  const client = connect({
    url: ingressUrl,
    fetch: realFetch,
    ...(journalValueCodec !== undefined && { journalValueCodec }),
  });
  const watch = new ServerWatch({ admin, endpoint, patienceMs });
  const control = (verb: ControlVerb) => (invocation: InvocationRef) => act(admin, verb, toId(invocation));
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= cleanUp(cleanups);
    return closing;
  };
  return {
    on: "restate-server",
    client,
    clock: createServerClock(watch),
    stateOf: (definition: KeyedDefinition, key: string): never =>
      openState(createServerState({ admin, endpoint: bound, patienceMs }), definition, key) as never,
    invocations: async (filter = {}) => {
      const rows = await admin.query<InvocationRow>(`${INVOCATIONS} ORDER BY created_at`);
      return rows.map(toTestInvocation).filter((one) => matches(one, filter));
    },
    journal: async (invocation) => {
      const invocationId = toId(invocation);
      const isKnown =
        isInvocationId(invocationId) &&
        (await admin.query(`SELECT id FROM sys_invocation WHERE id = ${literal(invocationId)}`)).length > 0;
      if (!isKnown) throw refused("journal", invocationId, "notFound");
      return fetchJournal({ adminUrl: admin.url, invocationId, fetch: realFetch });
    },
    cancel: control("cancel"),
    kill: control("kill"),
    resume: control("resume"),
    resolveAwakeable: (id, value, serde) => client.resolveAwakeable(id, value, serde),
    rejectAwakeable: (id, reason) => client.rejectAwakeable(id, reason),
    running: () => watch.running(),
    misuses: () => guard?.misuses() ?? [],
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function cleanUp(cleanups: (() => void | Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const cleanup of cleanups.splice(0).reverse()) {
    try {
      await cleanup();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

const REFUSALS: Readonly<Record<number, string>> = {
  400: "notFound",
  404: "notFound",
  409: "alreadyCompleted",
};

async function act(admin: AdminFace, verb: ControlVerb, invocationId: string): Promise<void> {
  const status = await admin.control(verb, invocationId);
  if (status >= 400) throw refused(verb, invocationId, REFUSALS[status] ?? `the server answered ${status}`);
}
