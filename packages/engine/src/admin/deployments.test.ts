import { describe, expect, test } from "vitest";
import type { EngineApi, Registered } from "../engine-api.ts";
import { type Asked, ask } from "../http/testing/ask.ts";
import { createFakeEngine, refusing } from "../http/testing/fake-engine.ts";
import { DEPLOYMENT, DEPLOYMENT_ID, OTHER_DEPLOYMENT_ID, SERVICES } from "../http/testing/services.ts";
import type { DeploymentInfo } from "../registry/service-info.ts";
import { createAdminHandler } from "./handler.ts";

const IN_PROCESS: DeploymentInfo = {
  ...DEPLOYMENT,
  id: OTHER_DEPLOYMENT_ID,
  place: { type: "inProcess" },
  sdkVersion: undefined,
  services: [],
};

function setUp(answers: Partial<EngineApi> = {}, deployments: readonly DeploymentInfo[] = [DEPLOYMENT]) {
  const engine = createFakeEngine({ services: SERVICES, deployments, answers });
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

const SHOWN = {
  id: DEPLOYMENT_ID,
  uri: "http://127.0.0.1:9080/",
  protocol_type: "BidiStream",
  http_version: "HTTP/2.0",
  created_at: "2026-01-31T08:00:00.123000000Z",
  min_protocol_version: 5,
  max_protocol_version: 7,
  sdk_version: "perdure/0.1.0",
};

const REGISTERED: Registered = { deployment: DEPLOYMENT, services: SERVICES, created: true };

describe("looking", () => {
  test("the list", async () => {
    const told = await ask(setUp().handler, "GET /deployments");
    expect(told.status).toBe(200);
    expect(told.headers).toEqual({ "content-type": "application/json", vary: "accept-encoding" });
    const services = SERVICES.map(({ name }) => ({ name, revision: 1 }));
    expect(told.body).toBe(JSON.stringify({ deployments: [{ ...SHOWN, services }] }));
  });

  test("one of them, with its services in full", async () => {
    const told = await ask(setUp().handler, `GET /deployments/${DEPLOYMENT_ID}`);
    const { services, ...rest } = JSON.parse(told.body);
    expect(rest).toEqual(SHOWN);
    expect(services.map(({ name }: { name: string }) => name)).toEqual(["Svc", "PrivSvc", "Obj", "Wf"]);
    expect(services[0].handlers).toHaveLength(9);
  });

  test("HTTP/1.1, headers and metadata; and one of this process", async () => {
    const place = {
      type: "http",
      uri: "http://x/",
      useHttp11: true,
      additionalHeaders: { "x-a": "1" },
    } as const;
    const deployment = { ...DEPLOYMENT, place, bidirectional: false, metadata: { git: "abc" }, services: [] };
    const told = await ask(setUp({}, [deployment, IN_PROCESS]).handler, "GET /deployments");
    expect(JSON.parse(told.body).deployments).toMatchObject([
      {
        uri: "http://x/",
        protocol_type: "RequestResponse",
        http_version: "HTTP/1.1",
        additional_headers: { "x-a": "1" },
        metadata: { git: "abc" },
      },
      { uri: "in-process://localhost/", protocol_type: "BidiStream" },
    ]);
  });
});

describe("registering", () => {
  test("what is passed on, and what comes back", async () => {
    const { engine, handler } = setUp({ register: async () => REGISTERED });
    const body = {
      uri: "http://127.0.0.1:9080?x=1#y",
      use_http_11: true,
      additional_headers: { "X-A": "1" },
      metadata: { git: "abc" },
      force: true,
      breaking: true,
      dry_run: true,
      unknown: 1,
    };
    const told = await ask(handler, "POST /deployments", json(body));
    expect(told.status).toBe(201);
    expect(told.headers).toMatchObject({ location: `deployments/${DEPLOYMENT_ID}` });
    expect(JSON.parse(told.body)).toMatchObject({
      id: DEPLOYMENT_ID,
      min_protocol_version: 5,
      max_protocol_version: 7,
      sdk_version: "perdure/0.1.0",
      services: [{ name: "Svc" }, { name: "PrivSvc" }, { name: "Obj" }, { name: "Wf" }],
    });
    expect(engine.asked).toEqual([
      [
        "register",
        {
          uri: "http://127.0.0.1:9080/",
          useHttp11: true,
          additionalHeaders: { "X-A": "1" },
          metadata: { git: "abc" },
          force: true,
          breaking: true,
          dryRun: true,
        },
      ],
    ]);
  });

  test.each([
    ["POST /v2/deployments", {}, true],
    ["POST /v2/deployments", { force: false }, false],
    ["POST /v3/deployments", {}, false],
    ["POST /v4/deployments", {}, false],
    ["POST /deployments", {}, false],
    ["POST /deployments", { force: null }, false],
  ])("%s %j overwrites: %s", async (line, more, force) => {
    const { engine, handler } = setUp({ register: async () => ({ ...REGISTERED, created: false }) });
    const told = await ask(handler, line, json({ uri: "http://x", ...more }));
    expect(told.status).toBe(200);
    expect(engine.asked).toMatchObject([["register", { force }]]);
  });

  test("what the engine refuses", async () => {
    const { handler } = setUp({ register: refusing(500, "nobody answers", "META0003") });
    expect(await ask(handler, "POST /deployments", json({ uri: "http://x" }))).toMatchObject({
      status: 500,
      body: '{"message":"nobody answers","restate_code":"META0003"}',
    });
  });

  const shape = "Failed to deserialize the JSON body into the target type: ";
  test.each<[Asked, number, string]>([
    [{ body: "{}" }, 415, "Expected request with `Content-Type: application/json`"],
    [
      { headers: { "content-type": "text/plain" } },
      415,
      "Expected request with `Content-Type: application/json`",
    ],
    [json([]), 422, `${shape}expected an object`],
    [json({}), 422, `${shape}missing field \`uri\``],
    [json({ uri: 1 }), 422, `${shape}uri: expected a string`],
    [json({ uri: "" }), 422, `${shape}uri: it is empty`],
    [json({ uri: "http://x", force: "x" }), 422, `${shape}force: expected a boolean`],
    [
      json({ uri: "http://x", additional_headers: { x: 1 } }),
      422,
      `${shape}additional_headers.x: expected a string`,
    ],
    [json({ uri: "http://x", metadata: [] }), 422, `${shape}metadata: expected an object`],
    [
      json({ uri: "nonsense" }),
      400,
      '{"message":"The request field \'uri\' is invalid. Reason: The provided uri nonsense is not absolute, only absolute URIs can be used.","restate_code":null}',
    ],
    [
      json({ arn: "arn:aws:lambda:us-east-1:123456789012:function:foo:1" }),
      501,
      '{"message":"Invoking AWS Lambda functions is not supported by the embedded engine; run a Restate Server for it.","restate_code":null}',
    ],
  ])("%j: %d", async (asked, status, body) => {
    const { engine, handler } = setUp();
    expect(await ask(handler, "POST /deployments", asked)).toMatchObject({ status, body });
    expect(engine.asked).toEqual([]);
  });

  test.each(["application/json; charset=utf-8", "application/x+json"])("%s is JSON", async (contentType) => {
    const { handler } = setUp({ register: async () => REGISTERED });
    const asked = { headers: { "content-type": contentType }, body: '{"uri":"http://x"}' };
    expect((await ask(handler, "POST /deployments", asked)).status).toBe(201);
  });

  test("no JSON", async () => {
    const asked = { headers: { "content-type": "application/json" }, body: "{bad" };
    const told = await ask(setUp().handler, "POST /deployments", asked);
    expect(told.status).toBe(400);
    expect(told.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(told.body).toContain("Failed to parse the request body as JSON: ");
  });
});

describe("changing", () => {
  test("PATCH passes on what is given", async () => {
    const { engine, handler } = setUp({ updateDeployment: async () => REGISTERED });
    const body = { uri: "http://x/y", use_http_11: false, additional_headers: { a: "b" }, overwrite: true };
    const told = await ask(handler, `PATCH /deployments/${DEPLOYMENT_ID}`, json(body));
    expect([told.status, JSON.parse(told.body).services[0].name]).toEqual([200, "Svc"]);
    expect(engine.asked).toEqual([
      [
        "updateDeployment",
        DEPLOYMENT_ID,
        {
          uri: "http://x/y",
          useHttp11: false,
          additionalHeaders: { a: "b" },
          overwrite: true,
          dryRun: undefined,
        },
      ],
    ]);
  });

  test("PUT is not taken any more", async () => {
    const { engine, handler } = setUp();
    const line = `PUT /deployments/${DEPLOYMENT_ID}`;
    expect(await ask(handler, line, json({}))).toMatchObject({
      status: 405,
      body: '{"message":"PUT deployment is deprecated, use PATCH instead","restate_code":null}',
    });
    expect((await ask(handler, line)).status).toBe(415);
    expect(engine.asked).toEqual([]);
  });

  test("removing", async () => {
    const { engine, handler } = setUp({ removeDeployment: async () => {} });
    expect(await ask(handler, `DELETE /deployments/${DEPLOYMENT_ID}?force=true`)).toEqual({
      status: 202,
      headers: {},
      body: "",
    });
    expect(engine.asked).toEqual([["removeDeployment", DEPLOYMENT_ID]]);
  });
});

describe("refusals", () => {
  const badId = "Invalid URL: Cannot parse `deployment` with value `dp_bad`: unrecognized codec version";
  const unknown = `The requested deployment '${OTHER_DEPLOYMENT_ID}' does not exist`;
  test.each([
    ["GET /deployments/dp_bad", 400, badId],
    ["PATCH /deployments/dp_bad", 400, badId],
    ["DELETE /deployments/dp_bad", 400, badId],
    [
      `GET /deployments/${OTHER_DEPLOYMENT_ID}`,
      404,
      JSON.stringify({ message: unknown, restate_code: null }),
    ],
    [`DELETE /deployments/${DEPLOYMENT_ID}`, 501, ""],
    [`DELETE /deployments/${DEPLOYMENT_ID}?force=false`, 501, ""],
    [
      `DELETE /deployments/${DEPLOYMENT_ID}?force=x`,
      400,
      "Failed to deserialize query string: force: provided string was not `true` or `false`",
    ],
    [
      `DELETE /deployments/${OTHER_DEPLOYMENT_ID}?force=true`,
      404,
      `{"message":"not found in the schema registry: deployment with id '${OTHER_DEPLOYMENT_ID}'","restate_code":null}`,
    ],
    [`PATCH /deployments/${DEPLOYMENT_ID}`, 415, "Expected request with `Content-Type: application/json`"],
    ["GET /deployments/", 404, ""],
  ])("%s: %d", async (line, status, body) => {
    const { engine, handler } = setUp();
    expect(await ask(handler, line)).toMatchObject({ status, body });
    expect(engine.asked).toEqual([]);
  });

  test.each([
    ["DELETE /deployments", "GET,HEAD,POST"],
    [`POST /deployments/${DEPLOYMENT_ID}`, "GET,HEAD,DELETE,PATCH,PUT"],
  ])("%s tells what is allowed", async (line, allow) => {
    expect(await ask(setUp().handler, line)).toEqual({ status: 405, headers: { allow }, body: "" });
  });

  test("a change of what is not there", async () => {
    const told = await ask(setUp().handler, `PATCH /deployments/${OTHER_DEPLOYMENT_ID}`, json({}));
    expect([told.status, JSON.parse(told.body).message]).toEqual([404, unknown]);
  });
});
