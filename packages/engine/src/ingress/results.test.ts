import { describe, expect, test } from "vitest";
import type { EngineApi } from "../engine-api.ts";
import { type Asked, ask } from "../http/testing/ask.ts";
import { createFakeEngine, FOUND_ID, success } from "../http/testing/fake-engine.ts";
import { SERVICES } from "../http/testing/services.ts";
import { createIngressHandler } from "./handler.ts";

const ID = "inv_1gf3qgbvqBGZ2Ivia3jbQkIOkcWr0iLziz";
const AWAKEABLE = "sign_1UVc6jUX4G_0AQvJVptfwlbjyuWK4xfIwAAAAEQ";

function setUp(answers: Partial<EngineApi> = {}) {
  const engine = createFakeEngine({ services: SERVICES, answers });
  const handler = createIngressHandler(engine, (error) => {
    throw error;
  });
  return { engine, handler };
}

describe("attach and output", () => {
  const workflow = { target: "workflow", workflowName: "Wf", workflowKey: "w1" };
  test.each<[string, unknown, string, string]>([
    [`GET /restate/attach/${ID}`, undefined, "attach", ID],
    [`GET /restate/output/${ID}`, undefined, "output", ID],
    [`GET /restate/invocation/${ID}/attach`, undefined, "attach", ID],
    [`GET /restate/invocation/${ID}/output`, undefined, "output", ID],
    ["GET /restate/invocation/Svc/greet/k1/attach", undefined, "attach", FOUND_ID],
    ["GET /restate/invocation/Svc/greet/k1/output/x", undefined, "output", FOUND_ID],
    ["GET /restate/invocation/Obj/k/add/k1/output", undefined, "output", FOUND_ID],
    ["GET /restate/workflow/Wf/w1/attach", undefined, "attach", FOUND_ID],
    ["GET /restate/workflow/Nope/w1/output", undefined, "output", FOUND_ID],
    ["POST /restate/attach", workflow, "attach", FOUND_ID],
    ["POST /restate/output", workflow, "output", FOUND_ID],
    ["POST /restate/output", { target: "invocation", invocationId: ID }, "output", ID],
  ])("%s %j", async (line, body, verb, id) => {
    const answer = async () => success("1", { invocationId: id, expiresAtMs: 0 });
    const { engine, handler } = setUp({ attach: answer, output: answer });
    expect(await ask(handler, line, body === undefined ? {} : { body: JSON.stringify(body) })).toMatchObject({
      status: 200,
      headers: {
        "x-restate-id": id,
        "idempotency-expires": "1970-01-01T00:00:00+00:00",
        "content-type": "application/json",
      },
      body: "1",
    });
    expect(engine.asked.map(([method, asked]) => [method, asked])).toEqual([[verb, id]]);
  });

  test("what the paths and bodies name", async () => {
    const targets: unknown[] = [];
    const { handler } = setUp({
      lookup: (target) => {
        targets.push(target);
        return ID;
      },
      output: async () => ({ type: "notFound", invocationId: ID }),
    });
    await ask(handler, "GET /restate/invocation/Svc/greet/k%31/output");
    await ask(handler, "GET /restate/invocation/Obj/a%2Fb/add/k1/output");
    await ask(handler, "GET /restate/workflow/Wf/w%31/output");
    const idempotent = { target: "idempotentInvocation", service: "Svc", handler: "greet" };
    for (const body of [
      { ...idempotent, idempotencyKey: "k1", scope: null },
      { ...idempotent, key: "k", idempotencyKey: "k1", extra: 1 },
    ]) {
      await ask(handler, "POST /restate/lookup", { body: JSON.stringify(body) });
    }
    const common = { type: "idempotent", service: "Svc", handler: "greet" };
    expect(targets).toEqual([
      { ...common, key: undefined, idempotencyKey: "k%31" },
      { type: "idempotent", service: "Obj", key: "a/b", handler: "add", idempotencyKey: "k1" },
      { type: "workflow", service: "Wf", key: "w1" },
      { ...common, key: undefined, idempotencyKey: "k1" },
      { ...common, key: "k", idempotencyKey: "k1" },
    ]);
  });

  test("an attach to what is not there is the invocation's answer", async () => {
    const { handler } = setUp({ attach: async (invocationId) => ({ type: "notFound", invocationId }) });
    expect(await ask(handler, `GET /restate/attach/${ID}`)).toMatchObject({
      status: 404,
      headers: { "x-restate-id": ID, "x-restate-error-source": "invocation" },
      body: '{"code":404,"message":"not found","source":"invocation"}',
    });
  });

  test.each([
    ["notFound", 404, "invocation not found"],
    ["notReady", 470, "the invocation exists but has not completed yet"],
  ] as const)("an output that is %s is the ingress's answer", async (type, code, message) => {
    const { handler } = setUp({ output: async (invocationId) => ({ type, invocationId }) });
    const told = await ask(handler, `GET /restate/output/${ID}`);
    expect(told).toMatchObject({
      status: code,
      headers: { "x-restate-error-source": "ingress" },
      body: JSON.stringify({ code, message, source: "ingress" }),
    });
    expect(told.headers["x-restate-id"]).toBeUndefined();
  });

  test("a lookup tells the id and nothing else", async () => {
    const { engine, handler } = setUp();
    const body = JSON.stringify({ target: "workflow", workflowName: "Nope", workflowKey: "x" });
    expect(await ask(handler, "POST /restate/lookup", { body })).toMatchObject({
      status: 200,
      body: `{"invocationId":"${FOUND_ID}"}`,
    });
    expect(engine.asked).toEqual([]);
  });
});

describe("awakeables", () => {
  test.each([
    [`POST /restate/awakeables/${AWAKEABLE}/resolve`, "resolveAwakeable", new TextEncoder().encode("é")],
    [`POST /restate/a/${AWAKEABLE}/resolve/more`, "resolveAwakeable", new TextEncoder().encode("é")],
    [`POST /restate/awakeables/${AWAKEABLE}/reject`, "rejectAwakeable", "é"],
    [`POST /restate/a/${AWAKEABLE}==/reject`, "rejectAwakeable", "é"],
  ])("%s", async (line, method, value) => {
    const { engine, handler } = setUp({ resolveAwakeable: async () => {}, rejectAwakeable: async () => {} });
    expect(await ask(handler, line, { body: "é" })).toEqual({
      status: 202,
      headers: {
        vary: "origin, access-control-request-method, access-control-request-headers",
        "access-control-allow-credentials": "true",
      },
      body: "",
    });
    expect(engine.asked).toEqual([[method, line.split("/")[3], value]]);
  });

  test("an id of before is accepted, and nobody is told", async () => {
    const { engine, handler } = setUp();
    const told = await ask(handler, `POST /restate/a/${AWAKEABLE.replace("sign", "prom")}/resolve`);
    expect([told.status, engine.asked]).toEqual([202, []]);
  });
});

const INVOCATION =
  "bad path, expected either /restate/invocation/:invocation_id/output or /restate/invocation/:invocation_id/attach " +
  "or /restate/invocation/:invocation_target/:idempotency_key/output " +
  "or /restate/invocation/:invocation_target/:idempotency_key/attach";
const WORKFLOW =
  "bad path, expected either /restate/workflow/:workflow_name/:workflow_key/output " +
  "or /restate/workflow/:workflow_name/:workflow_key/attach";
const AWAKEABLES =
  "bad path, expected either /restate/awakeables/:id/resolve or /restate/awakeables/:id/reject";
const NO_METHOD = "method not allowed";

describe("refusals", () => {
  test.each<[string, number, string, string?]>([
    ["GET /restate/attach", 405, NO_METHOD],
    ["GET /restate/lookup", 405, NO_METHOD],
    [`POST /restate/attach/${ID}`, 405, NO_METHOD],
    [`HEAD /restate/output/${ID}`, 405, NO_METHOD],
    ["PUT /restate/output/inv_bad", 400, "bad invocation id 'inv_bad': unrecognized codec version"],
    ["GET /restate/output/%20", 400, "bad invocation id '%20': bad format"],
    ["PUT /restate/invocation/bad/attach", 400, "bad invocation id 'bad': bad format"],
    [`GET /restate/invocation/${ID}`, 400, INVOCATION],
    ["GET /restate/invocation", 400, INVOCATION],
    [`GET /restate/invocation/${ID}/foo`, 404, "not found"],
    ["GET /restate/invocation/Obj/add/k1/output", 400, INVOCATION],
    ["GET /restate/invocation/Svc/greet/k1", 400, INVOCATION],
    ["GET /restate/invocation/Svc/k/greet/k1/output", 404, "not found"],
    ["GET /restate/invocation/Obj/k/add/k1/foo", 404, "not found"],
    [
      "GET /restate/invocation/Svc/k/greet/k1/z/output",
      400,
      "bad path: /restate/invocation/Svc/k/greet/k1/z/output",
    ],
    ["PUT /restate/invocation/Svc/greet/x/attach", 405, NO_METHOD],
    ["GET /restate/workflow", 400, WORKFLOW],
    ["GET /restate/workflow/Wf/w1", 400, WORKFLOW],
    ["PUT /restate/workflow/Wf/w1/foo", 404, "not found"],
    ["GET /restate/workflow/Wf/%FF/foo", 400, "bad path, cannot decode key: %FF is not UTF-8"],
    ["POST /restate/workflow/Wf/w1/output", 405, NO_METHOD],
    ["POST /restate/awakeables/x", 400, AWAKEABLES],
    ["POST /restate/awakeables", 400, AWAKEABLES],
    ["GET /restate/awakeables/x/foo", 404, "not found"],
    ["GET /restate/awakeables/x/resolve", 405, NO_METHOD],
    ["POST /restate/awakeables/x/resolve", 400, "bad awakeable id 'x': bad format"],
    [
      "POST /restate/lookup",
      400,
      "bad invocation id 'bad': bad format",
      '{"target":"invocation","invocationId":"bad"}',
    ],
    [
      "POST /restate/lookup",
      400,
      "bad scope value: value cannot be empty",
      '{"target":"workflow","workflowName":"W","workflowKey":"k","scope":""}',
    ],
    [
      "POST /restate/attach",
      400,
      "scoped invocations require vqueues to be enabled",
      '{"target":"workflow","workflowName":"W","workflowKey":"k","scope":"s"}',
    ],
    ["POST /restate/output", 500, "cannot read body: invalid request body: missing field `target`", "{}"],
    [
      "POST /restate/output",
      500,
      "cannot read body: invalid request body: it has to be a JSON object",
      '"x"',
    ],
    [
      "POST /restate/output",
      500,
      "cannot read body: invalid request body: unknown variant `x`, expected one of `workflow`, `idempotentInvocation`, `invocation`",
      '{"target":"x"}',
    ],
    [
      "POST /restate/attach",
      500,
      "cannot read body: invalid request body: missing field `workflowKey`",
      '{"target":"workflow","workflowName":"W"}',
    ],
    [
      "POST /restate/lookup",
      500,
      "cannot read body: invalid lookup body: field `invocationId` has to be a string",
      '{"target":"invocation","invocationId":1}',
    ],
  ])("%s: %d %s", async (line, code, message, body) => {
    const { engine, handler } = setUp();
    const asked: Asked = body === undefined ? {} : { body };
    expect(await ask(handler, line, asked)).toMatchObject({
      status: code,
      headers: { "x-restate-error-source": "ingress" },
      body: JSON.stringify({ code, message, source: "ingress" }),
    });
    expect(engine.asked).toEqual([]);
  });

  test.each(["", "{bad", "\xff"])("the body %j is no JSON", async (body) => {
    const { handler } = setUp();
    const told = await ask(handler, "POST /restate/lookup", { body: Buffer.from(body, "latin1") });
    expect(told.status).toBe(500);
    expect(told.body).toContain("cannot read body: invalid lookup body: ");
  });
});
