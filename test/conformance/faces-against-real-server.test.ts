import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { handlers, object, type ServingEndpoint, serde, serve, service, workflow } from "@perdure/sdk";
import { bindEndpoint, toManifest } from "@perdure/sdk/internal";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAdmin } from "../../packages/engine/src/admin/admin.ts";
import type { RunningFace } from "../../packages/engine/src/http/face.ts";
import { createFakeEngine } from "../../packages/engine/src/http/testing/fake-engine.ts";
import { startIngress } from "../../packages/engine/src/ingress/ingress.ts";
import { Registry } from "../../packages/engine/src/registry/registry.ts";
import { registerDeployment } from "../support/admin.ts";
import { type RestateServer, startRestateServer } from "../support/restate-server.ts";

/**
 * The same requests to a real server and to the engine's faces, which stand over an
 * engine that knows the same services and no invocation. Answers are equal to the byte,
 * but for the date.
 */

const definitions = [
  service({
    name: "Svc",
    handlers: {
      greet: async () => "",
      nothing: handlers.handler({ input: serde.empty, output: serde.empty }, async () => {}),
      text: handlers.handler({ accept: "text/*" }, async () => ""),
      private: handlers.handler({ ingressPrivate: true }, async () => ""),
    },
  }),
  object({ name: "Obj", handlers: { add: async () => "" } }),
  workflow({ name: "Wf", handlers: { run: async () => "", status: async () => "" } }),
];

let server: RestateServer;
let endpoint: ServingEndpoint;
let ingress: RunningFace;
let admin: RunningFace;

beforeAll(async () => {
  [server, endpoint] = await Promise.all([startRestateServer(), serve({ services: definitions, port: 0 })]);
  await registerDeployment(server.adminUrl, endpoint.url);
  const registry = new Registry();
  const manifest = toManifest(bindEndpoint({ services: definitions }), { bidirectional: true });
  registry.registerInProcess({ manifest, nowMs: 0, sdkVersion: undefined, metadata: undefined });
  const engine = createFakeEngine({
    services: registry.services(),
    answers: {
      attach: async (invocationId) => ({ type: "notFound", invocationId }),
      output: async (invocationId) => ({ type: "notFound", invocationId }),
      control: async () => ({ type: "notFound" }),
      restartAsNew: async () => ({ type: "notFound" }),
      resolveAwakeable: async () => {},
      rejectAwakeable: async () => {},
      editState: async () => {},
    },
  });
  ingress = await startIngress({ engine, port: 0 });
  admin = await startAdmin({ engine, clusterName: "test", port: 0, ingressUrl: server.ingressUrl });
});

afterAll(async () => {
  await Promise.all([server?.stop(), endpoint?.close(), ingress?.close(), admin?.close()]);
});

interface Exchange {
  readonly status: number | undefined;
  readonly headers: readonly string[];
  readonly body: string;
}

type Row = readonly [line: string, headers?: Readonly<Record<string, string>>, body?: string];

async function exchange(url: string, [line, headers = {}, body = ""]: Row): Promise<Exchange> {
  const [method = "", path = ""] = line.split(" ");
  const { hostname, port } = new URL(url);
  const length = body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const request = httpRequest({
    hostname,
    port,
    method,
    path,
    headers: { ...headers, ...length },
    agent: false,
  });
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let received = "";
  for await (const chunk of response) received += String(chunk);
  const pairs: string[] = [];
  for (let index = 0; index < response.rawHeaders.length; index += 2) {
    const [name = "", value] = response.rawHeaders.slice(index, index + 2);
    // The connection is the client's own matter: it asked to close it.
    if (!/^(?:date|connection)$/i.test(name)) pairs.push(`${name}: ${value}`);
  }
  return { status: response.statusCode, headers: pairs, body: received };
}

const JSON_TYPE = { "content-type": "application/json" };
const ID = "inv_13ccyCABxEDt2ldWX2WU0oUxXXDnPrfoHM";
const AWAKEABLE = "sign_1UVc6jUX4G_0AQvJVptfwlbjyuWK4xfIwAAAAEQ";

describe("ingress", () => {
  test.for<Row>([
    ["OPTIONS /Svc/greet"],
    ["OPTIONS /a/b", { origin: "http://a.b", "access-control-request-method": "POST" }],
    ["OPTIONS /a/b", { "access-control-request-headers": "content-type,x-foo" }],
    ["GET /"],
    ["GET //x/?a", { origin: "http://a.b" }],
    ["POST /restate/"],
    ["POST /restate/foo"],
    ["GET /openapi"],
    ["GET /openapi/x"],
    ["POST /a/b/c/d/e/f/g"],
    ["POST /a/b/c/d/e/f/g/h"],
    ["PATCH /Nope/greet"],
    ["POST /Svc/nope"],
    ["POST /Svc//greet"],
    ["POST /Svc/greet/send/x"],
    ["POST /Obj/add"],
    ["POST /Obj/k/nope"],
    ["PUT /Svc/greet"],
    ["HEAD /Svc/greet"],
    ["POST /restate/health"],
    ["POST /restate/call/Svc"],
    ["POST /restate/call/Svc/greet/send"],
    ["POST /restate/call//Svc/greet"],
    ["PUT /Svc/private"],
    ["PUT /Wf/w/run", { "idempotency-key": "k" }],
    ["POST /Svc/greet", {}, "1"],
    ["POST /Svc/greet", { "content-type": "text/plain" }, "1"],
    ["POST /Svc/greet", { "content-type": "APPLICATION/JSON" }],
    ["POST /Svc/nothing", {}, "1"],
    ["POST /Svc/nothing", { "content-type": "text/plain" }],
    ["POST /Svc/text", JSON_TYPE, "1"],
    ["POST /Svc/text", { "content-type": "text" }, "1"],
    ["POST /Svc/greet?delay=10s"],
    ["POST /Svc/greet?DELAY=10s"],
    ["POST /Svc/greet?delay=5s", { "x-restate-limit-key": "k" }],
    ["POST /Svc/greet", { "x-restate-limit-key": "a/b/c" }],
    ["POST /Svc/greet", { "x-restate-limit-key": "k!" }],
    ["POST /Svc/greet", { "x-restate-limit-key": "a".repeat(37) }],
    ["POST /Svc/greet", { "x-bad": "é" }],
    ["POST /restate/scope/s/call/Svc/greet"],
    ["POST /restate/scope//call/Svc/greet"],
    ["POST /restate/scope/%20/call/Svc/greet"],
    ["POST /restate/scope/s/foo/Svc/greet"],
    ["GET /restate/attach"],
    [`GET /restate/attach/${ID}`],
    [`POST /restate/attach/${ID}`],
    [`GET /restate/output/${ID}`],
    ["PUT /restate/output/inv_bad"],
    ["GET /restate/output/foo_1abc"],
    ["GET /restate/output/inv_1zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"],
    [`GET /restate/invocation/${ID}`],
    [`GET /restate/invocation/${ID}/attach`],
    [`GET /restate/invocation/${ID}/foo`],
    ["GET /restate/invocation/Svc/greet/k/output"],
    ["GET /restate/invocation/Svc/k/greet/k/output"],
    ["GET /restate/invocation/Obj/add/k/output"],
    ["PUT /restate/invocation/Nope/greet/k/output"],
    ["GET /restate/workflow/Wf/w/output"],
    ["PUT /restate/workflow/Wf/w/foo"],
    ["GET /restate/workflow/Wf"],
    ["POST /restate/lookup", {}, `{"target":"invocation","invocationId":"${ID}"}`],
    ["POST /restate/lookup", {}, '{"target":"invocation","invocationId":"bad"}'],
    ["POST /restate/attach", {}, `{"target":"invocation","invocationId":"${ID}"}`],
    ["POST /restate/lookup/x"],
    [`POST /restate/awakeables/${AWAKEABLE}/resolve`, {}, "1"],
    [`POST /restate/a/${AWAKEABLE}/reject`, {}, "why"],
    ["POST /restate/awakeables/x/resolve"],
    ["POST /restate/awakeables/sign_1x/resolve"],
    ["POST /restate/awakeables/prom_1A/resolve"],
    ["GET /restate/awakeables/x/resolve"],
    ["GET /restate/awakeables/x/foo"],
    ["POST /restate/awakeables/x"],
  ])("%s %j %s", async (row) => {
    expect(await exchange(ingress.url, row)).toEqual(await exchange(server.ingressUrl, row));
  });
});

describe("admin", () => {
  const batch = "POST /internal/invocations_batch_operations";
  test.for<Row>([
    ["GET /health"],
    ["GET /v1/health"],
    ["GET /v5/health"],
    ["GET /nope"],
    ["POST /version"],
    ["GET /version/"],
    ["GET /deployments/dp_bad"],
    ["GET /deployments/inv_1aaa"],
    ["GET /deployments/dp_10LxpggWfY1gEumitZsKlrQ"],
    ["PUT /deployments"],
    ["POST /deployments", JSON_TYPE, '{"uri":"nonsense"}'],
    ["POST /deployments", {}, "{}"],
    ["POST /deployments/dp_10LxpggWfY1gEumitZsKlrQ"],
    ["PATCH /deployments/dp_10LxpggWfY1gEumitZsKlrQ", JSON_TYPE, "{}"],
    ["PATCH /deployments/dp_10LxpggWfY1gEumitZsKlrQ", JSON_TYPE, '{"uri":"http://127.0.0.1:1"}'],
    ["PATCH /deployments/dp_10LxpggWfY1gEumitZsKlrQ", JSON_TYPE, '{"uri":"nonsense"}'],
    ["PATCH /deployments/dp_10LxpggWfY1gEumitZsKlrQ"],
    ["PATCH /deployments/dp_bad", JSON_TYPE, "{}"],
    ["PUT /deployments/dp_10LxpggWfY1gEumitZsKlrQ", JSON_TYPE, '{"uri":"http://127.0.0.1:1"}'],
    ["PUT /deployments/dp_10LxpggWfY1gEumitZsKlrQ"],
    ["PUT /deployments/dp_bad"],
    ["DELETE /deployments/dp_10LxpggWfY1gEumitZsKlrQ"],
    ["DELETE /deployments/dp_10LxpggWfY1gEumitZsKlrQ?force=true"],
    ["DELETE /deployments/dp_10LxpggWfY1gEumitZsKlrQ?force=x"],
    ["GET /services/Nope"],
    ["GET /services/Nope/openapi"],
    ["GET /services/Svc/handlers/greet"],
    ["GET /services/Svc/handlers/nothing"],
    ["GET /services/Svc/handlers/private"],
    ["GET /services/Svc/handlers/nope"],
    ["PUT /services/Obj"],
    ["PATCH /services/Nope", JSON_TYPE, "{}"],
    ["PATCH /services/Nope", JSON_TYPE, '{"public":true}'],
    ["PATCH /services/Obj", {}, "{}"],
    ["PATCH /services/Obj", JSON_TYPE, '{"workflow_completion_retention":"1h"}'],
    ["GET /services/Obj/state"],
    ["POST /services/Nope/state", JSON_TYPE, '{"object_key":"k","new_state":{}}'],
    ["POST /services/Svc/state", JSON_TYPE, '{"object_key":"k","new_state":{}}'],
    ["POST /services/Obj/state", JSON_TYPE, '{"object_key":"k","new_state":{"n":[49]}}'],
    [`PATCH /invocations/${ID}/cancel`],
    ["PATCH /invocations/bad/cancel"],
    [`PATCH /invocations/${ID}/purge-journal`],
    [`PATCH /invocations/${ID}/resume?deployment=dp_bad`],
    [`PATCH /invocations/${ID}/restart-as-new`],
    [`PATCH /invocations/${ID}/restart-as-new?deployment=`],
    [`DELETE /invocations/${ID}?mode=Kill`],
    [`GET /invocations/${ID}`],
    [`PATCH /invocations/${ID}/foo`],
    [`${batch}/cancel`, JSON_TYPE, `{"invocation_ids":["${ID}"]}`],
    [`${batch}/restart-as-new`, JSON_TYPE, `{"invocation_ids":["${ID}"]}`],
    [`${batch}/pause`, JSON_TYPE, '{"invocation_ids":[]}'],
    [`${batch}/resume`, JSON_TYPE, '{"invocation_ids":[],"deployment":"bad"}'],
    [`${batch}/nope`, JSON_TYPE, "{}"],
    ["GET /cluster-health"],
    ["GET /query"],
    ["DELETE /subscriptions"],
  ])("%s %j %s", async (row) => {
    expect(await exchange(admin.url, row)).toEqual(await exchange(server.adminUrl, row));
  });
});

test("the OpenAPI document of a service differs in its words alone", async () => {
  for (const { name } of definitions) {
    const [ours, theirs] = await Promise.all(
      [admin.url, server.adminUrl].map(async (url) => {
        const response = await fetch(`${url}/services/${name}/openapi`);
        return withoutWords((await response.json()) as unknown);
      }),
    );
    expect(ours).toEqual(theirs);
  }
});

function withoutWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWords);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "description" && key !== "externalDocs")
      .map(([key, inner]) => [key, withoutWords(inner)]),
  );
}
