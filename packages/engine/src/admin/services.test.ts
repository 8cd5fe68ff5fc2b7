import { describe, expect, test } from "vitest";
import type { EngineApi } from "../engine-api.ts";
import { type Asked, ask } from "../http/testing/ask.ts";
import { createFakeEngine } from "../http/testing/fake-engine.ts";
import { DEPLOYMENT_ID, OPTIONS, SERVICES, sketchService } from "../http/testing/services.ts";
import type { ServiceInfo } from "../registry/service-info.ts";
import { createAdminHandler } from "./handler.ts";

function setUp(answers: Partial<EngineApi> = {}, services: readonly ServiceInfo[] = SERVICES) {
  const engine = createFakeEngine({ services, answers });
  const handler = createAdminHandler({
    engine,
    clusterName: "test",
    ingressUrl: "http://127.0.0.1:8080/",
    onFault: (error) => {
      throw error;
    },
  });
  return { engine, handler };
}

function json(value: unknown): Asked {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

const PLAIN = {
  public: true,
  input_description: "application/json",
  output_description: "application/json",
  retry_policy: { max_attempts: null },
};

const RETRY_POLICY = {
  initial_interval: "50ms",
  exponentiation_factor: 2,
  max_attempts: 70,
  max_interval: "1s",
  on_max_attempts: "Pause",
};

describe("looking", () => {
  test("an object", async () => {
    expect((await ask(setUp().handler, "GET /services/Obj")).body).toBe(
      JSON.stringify({
        name: "Obj",
        ty: "VirtualObject",
        handlers: [
          { name: "add", ty: "Exclusive", ...PLAIN },
          { name: "get", ty: "Shared", ...PLAIN },
        ],
        deployment_id: DEPLOYMENT_ID,
        revision: 1,
        public: true,
        idempotency_retention: "1d",
        journal_retention: "1d",
        inactivity_timeout: "1m",
        abort_timeout: "10m",
        enable_lazy_state: false,
        retry_policy: RETRY_POLICY,
      }),
    );
  });

  test("a workflow tells how long its runs are kept", async () => {
    const wf = sketchService(
      { name: "Wf", kind: "workflow" },
      { run: { kind: "workflow", options: { workflowRetentionMs: 90_061_001 } } },
    );
    const told = await ask(setUp({}, [wf]).handler, "GET /services/Wf");
    expect(JSON.parse(told.body)).toMatchObject({
      ty: "Workflow",
      workflow_completion_retention: "1d 1h 1m 1s 1ms",
      handlers: [{ name: "run", ty: "Workflow" }],
    });
  });

  test("the list, and the handlers of one", async () => {
    const list = JSON.parse((await ask(setUp().handler, "GET /services")).body);
    expect(list.services.map(({ name }: { name: string }) => name)).toEqual(["Svc", "PrivSvc", "Obj", "Wf"]);
    expect(list.services[0]).toMatchObject({ documentation: "A service", metadata: { team: "x" } });
    const handlers = JSON.parse((await ask(setUp().handler, "GET /services/%57f/handlers")).body);
    expect(handlers.handlers.map(({ name }: { name: string }) => name)).toEqual(["run", "status"]);
  });

  test("a handler with documentation and schemas", async () => {
    const told = await ask(setUp().handler, "GET /services/Svc/handlers/schema");
    expect(told.body).toBe(
      JSON.stringify({
        name: "schema",
        documentation: "doc of h",
        metadata: { k: "v" },
        public: true,
        input_description: "JSON object",
        output_description: "JSON object",
        input_json_schema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
        output_json_schema: { type: "object" },
        retry_policy: { max_attempts: null },
      }),
    );
  });

  test("a handler shows what it says itself, also where that is what its service says", async () => {
    const own = {
      idempotencyRetentionMs: OPTIONS.idempotencyRetentionMs,
      journalRetentionMs: 7000,
      inactivityTimeoutMs: 0,
      abortTimeoutMs: 6000,
      enableLazyState: false,
      retryPolicy: { factor: 3, onMaxAttempts: "kill" as const },
    };
    const service = sketchService({ name: "S", kind: "service" }, { tuned: { own }, plain: {} });
    const { handler } = setUp({}, [service]);
    expect((await ask(handler, "GET /services/S/handlers/tuned")).body).toBe(
      JSON.stringify({
        name: "tuned",
        idempotency_retention: "1d",
        journal_retention: "7s",
        inactivity_timeout: "0s",
        abort_timeout: "6s",
        enable_lazy_state: false,
        ...PLAIN,
        retry_policy: { exponentiation_factor: 3, max_attempts: null, on_max_attempts: "Kill" },
      }),
    );
    expect((await ask(handler, "GET /services/S/handlers/plain")).body).toBe(
      JSON.stringify({ name: "plain", ...PLAIN }),
    );
  });

  test.each([
    [{ input: { contentType: undefined } }, "none", "application/json"],
    [{ input: { contentType: undefined, required: true } }, "<invalid rules>", "application/json"],
    [{ input: { contentType: "text/*" } }, "text/*", "application/json"],
    [{ input: { jsonSchema: { type: "string" } } }, "JSON string", "application/json"],
    [{ input: { jsonSchema: { type: "object", title: "T" } } }, "JSON 'T'", "application/json"],
    [{ output: { contentType: undefined } }, "application/json", "none"],
    [{ output: { setContentTypeIfEmpty: true } }, "application/json", "optional application/json"],
    [{ output: { jsonSchema: true } }, "application/json", "application/json"],
    [{ output: { jsonSchema: { oneOf: [] } } }, "application/json", "application/json"],
  ])("%j is described as %s and %s", async (sketch, input, output) => {
    const service = sketchService({ name: "S", kind: "service" }, { h: sketch });
    const told = await ask(setUp({}, [service]).handler, "GET /services/S/handlers/h");
    expect(JSON.parse(told.body)).toMatchObject({ input_description: input, output_description: output });
  });
});

describe("changing", () => {
  test("what is passed on", async () => {
    const { engine, handler } = setUp({ patchService: async () => SERVICES[3] as ServiceInfo });
    const body = {
      public: false,
      idempotency_retention: "PT3H",
      workflow_completion_retention: "1h 5m",
      journal_retention: "0s",
      inactivity_timeout: null,
      abort_timeout: "1500ms",
      unknown: 1,
    };
    const told = await ask(handler, "PATCH /services/Wf", json(body));
    expect([told.status, JSON.parse(told.body).name]).toEqual([200, "Wf"]);
    expect(engine.asked).toEqual([
      [
        "patchService",
        "Wf",
        {
          public: false,
          idempotencyRetentionMs: 10_800_000,
          workflowRetentionMs: 3_900_000,
          journalRetentionMs: 0,
          inactivityTimeoutMs: undefined,
          abortTimeoutMs: 1500,
        },
      ],
    ]);
  });

  test("nothing", async () => {
    const { engine, handler } = setUp();
    const told = await ask(handler, "PATCH /services/Obj", json({ unknown: 1 }));
    expect([told.status, JSON.parse(told.body).name, engine.asked]).toEqual([200, "Obj", []]);
  });

  const shape = "Failed to deserialize the JSON body into the target type: ";
  test.each([
    [{ public: 1 }, 422, `${shape}public: expected a boolean`],
    [{ idempotency_retention: 10 }, 422, `${shape}idempotency_retention: expected a string`],
    [{ idempotency_retention: "-1h" }, 422, `${shape}idempotency_retention: it is negative`],
    [
      { workflow_completion_retention: "1h" },
      400,
      '{"message":"modifying retention time for service type VirtualObject is unsupported","restate_code":null}',
    ],
  ])("%j is refused", async (body, status, message) => {
    const { engine, handler } = setUp();
    expect(await ask(handler, "PATCH /services/Obj", json(body))).toMatchObject({ status, body: message });
    expect(engine.asked).toEqual([]);
  });
});

describe("state", () => {
  test("the whole state of a key, as bytes or text", async () => {
    const { engine, handler } = setUp({ editState: async () => {} });
    const body = { object_key: "k", new_state: { n: [49, 255], t: "é" }, version: "v" };
    expect(await ask(handler, "POST /services/Obj/state", json(body))).toEqual({
      status: 202,
      headers: {},
      body: "",
    });
    const state = new Map([
      ["n", Uint8Array.of(49, 255)],
      ["t", Uint8Array.of(0xc3, 0xa9)],
    ]);
    expect(engine.asked).toEqual([["editState", { service: "Obj", key: "k", state, version: "v" }]]);
  });

  test("of a service that is unknown nothing happens", async () => {
    const { engine, handler } = setUp();
    const told = await ask(handler, "POST /services/Nope/state", json({ object_key: "k", new_state: {} }));
    expect([told.status, engine.asked]).toEqual([202, []]);
  });

  const shape = "Failed to deserialize the JSON body into the target type: ";
  test.each([
    ["Svc", { object_key: "k", new_state: {} }, 400, "Cannot modify state for service type Service"],
    [
      "Obj",
      { object_key: "k", new_state: {}, scope: "s" },
      400,
      "Scoped state requires vqueues to be enabled",
    ],
    ["Obj", { object_key: "k" }, 422, `${shape}missing field \`new_state\``],
    ["Obj", { new_state: {} }, 422, `${shape}missing field \`object_key\``],
    [
      "Obj",
      { object_key: "k", new_state: { n: [0, 256] } },
      422,
      `${shape}new_state.n[1]: expected a number from 0 to 255`,
    ],
    ["Obj", { object_key: "k", new_state: { n: 1 } }, 422, `${shape}new_state.n: expected a list of bytes`],
  ])("of %s: %j", async (name, body, status, message) => {
    const told = await ask(setUp().handler, `POST /services/${name}/state`, json(body));
    expect(told.status).toBe(status);
    expect(told.body).toContain(message);
  });
});

describe("what is not there", () => {
  test.each([
    ["GET /services/Nope", "The requested service 'Nope' does not exist", undefined],
    ["GET /services/Nope/handlers", "The requested service 'Nope' does not exist"],
    ["GET /services/Nope/openapi", "The requested service 'Nope' does not exist"],
    ["GET /services/Svc/handlers/nope", "The requested handler 'nope' on service 'Svc' does not exist"],
    ["GET /services/Nope/handlers/x", "The requested handler 'x' on service 'Nope' does not exist"],
    ["PATCH /services/Nope", "The requested service 'Nope' does not exist", {}],
    ["PATCH /services/Nope", "not found in the schema registry: service with name 'Nope'", { public: true }],
  ])("%s", async (line, message, body = {}) => {
    expect(await ask(setUp().handler, line, json(body))).toMatchObject({
      status: 404,
      body: JSON.stringify({ message, restate_code: null }),
    });
  });

  test.each([
    ["POST /services", "GET,HEAD"],
    ["PUT /services/Obj", "GET,HEAD,PATCH"],
    ["GET /services/Obj/state", "POST"],
  ])("%s is no method of it", async (line, allow) => {
    expect(await ask(setUp().handler, line)).toEqual({ status: 405, headers: { allow }, body: "" });
  });

  test("a path that is not UTF-8", async () => {
    expect((await ask(setUp().handler, "GET /services/%FF")).status).toBe(400);
  });
});
