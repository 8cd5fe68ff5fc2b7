import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import { handlers, object, type ServingEndpoint, serve, service } from "@perdure/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RestateServer, startRestateServer } from "../support/restate-server.ts";

/**
 * One life of a deployment, at a real server and at the engine: what is changed, and
 * what is shown of it. Answers are equal but for ids, times and the order of handlers.
 */

const first = [
  service({ name: "Svc", handlers: { greet: async () => "", other: async () => "" } }),
  object({
    name: "Obj",
    handlers: {
      all: handlers.object.exclusive(
        {
          abortTimeout: 600_000,
          inactivityTimeout: 60_000,
          idempotencyRetention: 86_400_000,
          journalRetention: 86_400_000,
          enableLazyState: false,
          ingressPrivate: true,
          retryPolicy: {
            initialInterval: 50,
            maxInterval: 2000,
            exponentiationFactor: 3,
            onMaxAttempts: "kill",
          },
        },
        async () => "",
      ),
      none: async () => "",
    },
    options: { enableLazyState: true, ingressPrivate: true, retryPolicy: { maxAttempts: 9 } },
  }),
];
const second = [
  service({
    name: "Svc",
    handlers: { greet: handlers.handler({ inactivityTimeout: 5000 }, async () => "") },
    options: { abortTimeout: 5000 },
  }),
  service({ name: "New", handlers: { greet: async () => "" } }),
];
const otherKind = [object({ name: "Svc", handlers: { greet: async () => "" } })];

/** The server's, as it is started for tests. */
const RETRY_POLICY = {
  initialIntervalMs: 50,
  factor: 2,
  maxIntervalMs: 1000,
  maxAttempts: 70,
  onMaxAttempts: "pause",
} as const;

let server: RestateServer;
let engine: EmbeddedEngine;
let faces: readonly string[];
let ids: readonly string[];
let endpoints: readonly ServingEndpoint[];

beforeAll(async () => {
  [server, engine, ...endpoints] = await Promise.all([
    startRestateServer(),
    createEngine({ ephemeral: true, defaults: { retryPolicy: RETRY_POLICY } }),
    ...[first, second, otherKind].map((services) => serve({ services, port: 0, logger: () => {} })),
  ]);
  const admin = await engine.listenAdmin({ port: 0 });
  faces = [server.adminUrl, admin.url];
});

afterAll(async () => {
  await Promise.all([server?.stop(), engine?.close()]);
  await Promise.all(endpoints?.map((endpoint) => endpoint.close({ graceMs: 0 })) ?? []);
});

interface Told {
  readonly status: number;
  readonly body: unknown;
}

async function ask(url: string, line: string, body: unknown): Promise<Told> {
  const [method = "", path = ""] = line.split(" ");
  const response = await fetch(url + path, {
    method,
    ...(body !== undefined && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  return { status: response.status, body: (await response.json()) as unknown };
}

/** Asks both, and gives what the engine told after it was found to be the same. */
async function askBoth(line: string, body?: unknown): Promise<Told> {
  const [theirs, ours] = await Promise.all(
    faces.map((url, index) => ask(url, line.replace("{id}", ids?.[index] ?? ""), body)),
  );
  expect(comparable(ours)).toEqual(comparable(theirs));
  return ours as Told;
}

function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(comparable).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !["id", "deployment_id", "created_at"].includes(key))
      .map(([key, inner]) => [key, comparable(inner)]),
  );
}

const uriOf = (index: number): string => endpoints[index]?.url ?? "";

test("what is shown of handlers, and what an operator changes of them", async () => {
  const told = await Promise.all(
    faces.map(async (url) => (await ask(url, "POST /deployments", { uri: uriOf(0) })).body as { id: string }),
  );
  ids = told.map(({ id }) => id);
  await askBoth("GET /deployments/{id}");
  await askBoth("GET /services/Obj/handlers");
  const changes = {
    public: true,
    inactivity_timeout: "3s",
    journal_retention: "5s",
    idempotency_retention: "7s",
  };
  await askBoth("PATCH /services/Obj", changes);
  await askBoth("PATCH /services/Svc", { public: false, abort_timeout: "2s" });
});

test("changing a deployment in place", async () => {
  const line = "PATCH /deployments/{id}";
  const changes: readonly object[] = [
    {},
    { use_http_11: true, overwrite: true },
    { additional_headers: { "x-a": "1" } },
    { uri: uriOf(1), overwrite: true, dry_run: true },
    { uri: uriOf(1) },
    { uri: uriOf(0), use_http_11: true, additional_headers: {} },
    { additional_headers: { "x-b": "2" }, use_http_11: true },
    { uri: uriOf(1), overwrite: true },
    { uri: uriOf(2) },
    { uri: uriOf(2), overwrite: true },
  ];
  for (const change of changes) {
    expect(await askBoth(line, change), JSON.stringify(change)).toMatchObject({ status: 200 });
    await askBoth("GET /deployments/{id}");
    await askBoth("GET /services");
  }
});
