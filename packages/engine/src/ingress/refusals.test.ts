import { describe, expect, test } from "vitest";
import { BodyTooLargeError } from "../http/message.ts";
import { type Asked, ask } from "../http/testing/ask.ts";
import { createFakeEngine } from "../http/testing/fake-engine.ts";
import { SERVICES } from "../http/testing/services.ts";
import { createIngressHandler } from "./handler.ts";

/** Requests that the engine never hears of. The server this one stands in for answers the same. */

const engine = createFakeEngine({ services: SERVICES });
const handler = createIngressHandler(engine, (error) => {
  throw error;
});

type Row = readonly [line: string, asked: Asked, status: number, message: string];

async function expectRefusal(line: string, asked: Asked, status: number, message: string): Promise<void> {
  expect(await ask(handler, line, asked)).toEqual({
    status,
    headers: {
      "x-restate-error-source": "ingress",
      "content-type": "application/json",
      vary: "origin, access-control-request-method, access-control-request-headers",
      "access-control-allow-credentials": "true",
    },
    body: JSON.stringify({ code: status, message, source: "ingress" }),
  });
}

const NOTHING: Asked = {};
const TARGET = "bad path, expected either /:service-name/:handler or /:object-name/:object-key/:handler";
const RESTATE =
  "bad path, expected /restate/call/:service/:handler, /restate/send/:service/:handler, " +
  "/restate/scope/:scope/call/:service/:handler, /restate/attach/:invocation_id, " +
  "/restate/output/:invocation_id, or /restate/lookup";
const NO_SERVICE = "service 'Nope' not found, make sure to register the service before calling it.";
const NO_HANDLER =
  "the service 'Svc' exists, but the handler 'nope' was not found, " +
  "check that the handler exists in the latest registered service version.";
const NOT_PUBLIC = "the invoked service is not public";
const NO_METHOD = "method not allowed";

describe("paths", () => {
  test.each<Row>([
    ["GET /", NOTHING, 400, "bad path: /"],
    ["GET //", NOTHING, 400, "bad path: /"],
    ["GET //x/?a", NOTHING, 400, "bad path: /x"],
    ["GET *", NOTHING, 400, "bad path: *"],
    ["POST /restate/", NOTHING, 400, "bad path: /restate"],
    ["GET /openapi", NOTHING, 400, "bad path: /openapi"],
    ["GET /openapi/x", NOTHING, 404, "not found"],
    ["POST /Svc%2Fgreet", NOTHING, 400, "bad path: /Svc%2Fgreet"],
    ["POST /a/b/c/d/e/f/g", NOTHING, 404, NO_SERVICE.replace("Nope", "a")],
    ["POST /a/b/c/d/e/f/g/h", NOTHING, 400, "bad path: /a/b/c/d/e/f/g/h"],
    ["POST /Nope/greet", NOTHING, 404, NO_SERVICE],
    ["PATCH /Nope/greet", NOTHING, 404, NO_SERVICE],
    ["POST /Restate/health", NOTHING, 404, NO_SERVICE.replace("Nope", "Restate")],
    ["POST /Svc/nope", NOTHING, 404, NO_HANDLER],
    ["POST /Svc/nope/send", NOTHING, 404, NO_HANDLER],
    ["POST /Svc/key/greet", NOTHING, 400, TARGET],
    ["POST /Svc//greet", NOTHING, 400, TARGET],
    ["POST /Svc/nope/foo", NOTHING, 400, TARGET],
    ["POST /Svc/greet/send/x", NOTHING, 400, TARGET],
    ["POST /Obj/add", NOTHING, 400, TARGET],
    ["POST /Obj/k//add", NOTHING, 400, TARGET],
    ["POST /Obj/%FF/add", NOTHING, 400, "bad path, cannot decode key: %FF is not UTF-8"],
    ["POST /restate/foo", NOTHING, 404, "not found"],
    ["POST /restate//call/Svc/greet", NOTHING, 404, "not found"],
    ["POST /restate/call", NOTHING, 400, RESTATE],
    ["POST /restate/call/Svc", NOTHING, 400, RESTATE],
    ["POST /restate/call/Svc/k/greet", NOTHING, 400, RESTATE],
    ["POST /restate/call/Svc/greet/send", NOTHING, 400, RESTATE],
    ["POST /restate/call/Obj/add", NOTHING, 400, RESTATE],
    ["POST /restate/call/Obj/k/add/x", NOTHING, 400, RESTATE],
    ["POST /restate/call//Svc/greet", NOTHING, 404, NO_SERVICE.replace("Nope", "")],
    ["POST /restate/call/Nope/greet", NOTHING, 404, NO_SERVICE],
  ])("%s", expectRefusal);
});

describe("methods", () => {
  test.each<Row>([
    ["PUT /Svc/greet", NOTHING, 405, NO_METHOD],
    ["DELETE /restate/call/Svc/greet", NOTHING, 405, NO_METHOD],
    ["HEAD /Svc/greet", NOTHING, 405, NO_METHOD],
    ["POST /restate/health", NOTHING, 405, NO_METHOD],
    ["HEAD /restate/health", NOTHING, 405, NO_METHOD],
  ])("%s", expectRefusal);
});

describe("private handlers", () => {
  test.each<Row>([
    ["POST /PrivSvc/x", NOTHING, 400, NOT_PUBLIC],
    ["POST /Svc/priv/send?delay=bad", NOTHING, 400, NOT_PUBLIC],
    ["PUT /PrivSvc/x", NOTHING, 400, NOT_PUBLIC],
    ["POST /restate/scope/s/call/PrivSvc/x", NOTHING, 400, NOT_PUBLIC],
  ])("%s", expectRefusal);
});

const NO_KEY =
  "cannot use the idempotency key with workflow handlers. " +
  "The handler invocation will already be idempotent by the workflow key itself.";

describe("idempotency keys of workflows", () => {
  const headers = { "idempotency-key": "k" };
  test.each<Row>([
    ["POST /Wf/w/run", { headers }, 400, NO_KEY],
    ["POST /Wf/w/run/send?delay=5s", { headers: { "idempotency-key": "" } }, 400, NO_KEY],
    ["PUT /Wf/w/run", { headers }, 400, NO_KEY],
    ["POST /restate/scope/s/call/Wf/w/run", { headers }, 400, NO_KEY],
  ])("%s", expectRefusal);
});

describe("input rules", () => {
  const typed = (contentType: string, body = ""): Asked => ({
    headers: { "content-type": contentType },
    body,
  });
  const mismatch = (found: string, expected: string): string =>
    `input validation error: Content-type '${found}' does not match '${expected}'`;
  const nothing = (found: string): string =>
    `input validation error: Expected body and content-type to be empty, but wasn't with content-type '${found}'`;
  const empty = "input validation error: Empty content-type";
  test.each<Row>([
    ["POST /Svc/greet", { body: "1" }, 400, empty],
    ["POST /Svc/greet", typed("text/plain", "1"), 400, mismatch("text/plain", "application/json")],
    ["POST /Svc/greet", typed("text/plain"), 400, mismatch("text/plain", "application/json")],
    ["POST /Svc/greet", typed("APPLICATION/JSON"), 400, mismatch("APPLICATION/JSON", "application/json")],
    ["POST /Svc/greet", typed(";application/json"), 400, mismatch(";application/json", "application/json")],
    ["POST /Svc/any", { body: "1" }, 400, empty],
    ["POST /Svc/text", NOTHING, 400, empty],
    ["POST /Svc/text", typed("text", "1"), 400, mismatch("text", "text/*")],
    ["POST /Svc/text", typed("TEXT/plain", "1"), 400, mismatch("TEXT/plain", "text/*")],
    ["POST /Svc/nothing", { body: "x" }, 400, nothing("None")],
    ["POST /Svc/nothing", typed("text/plain"), 400, nothing('Some("text/plain")')],
    ["POST /Svc/nothing", typed(""), 400, nothing('Some("")')],
    ["POST /Svc/schema", typed("application/json"), 400, "input validation error: Empty body not allowed"],
    [
      "POST /Svc/broken",
      NOTHING,
      400,
      "input validation error: Bad configuration of the input validation rules",
    ],
  ])("%s %j", expectRefusal);

  test.each([
    ["POST /Svc/greet", "application/json; charset=utf-8", "1"],
    ["POST /Svc/greet", "application/json  ; x", "1"],
    ["POST /Svc/greet", "application/json", ""],
    ["POST /Svc/any", "foo", "1"],
    ["POST /Svc/text", "text/a;b=c", "1"],
    ["POST /Svc/text", "text/plain", ""],
    ["POST /Svc/schema", "application/json", '{"name":1}'],
    ["POST /Svc/schema", "application/json", "{bad"],
  ])("%s takes %s: %s", async (line, contentType, body) => {
    const accepting = createFakeEngine({
      services: SERVICES,
      answers: { call: async () => ({ type: "notFound", invocationId: "" }) },
    });
    const taking = createIngressHandler(accepting, () => {});
    await ask(taking, line, { headers: { "content-type": contentType }, body });
    expect(accepting.asked).toHaveLength(1);
  });
});

describe("delays, scopes, limit keys and headers, in this order", () => {
  const limit = (key: string, more: Record<string, string> = {}): Asked => ({
    headers: { "x-restate-limit-key": key, ...more },
  });
  const noDelay = "cannot use the delay query parameter with calls. The delay is supported only with sends";
  const noScope = "limit-key requires a scope to be set";
  const noVqueues = "scoped invocations require vqueues to be enabled";
  const charset = "value contains characters outside the allowed set [a-zA-Z0-9_.-]";
  const badHeader = (name: string): string => `bad header ${name}: ToStrError { _priv: () }`;
  test.each<Row>([
    ["POST /Svc/greet?delay=10s", NOTHING, 400, noDelay],
    ["POST /restate/call/Svc/greet?delay=0s", NOTHING, 400, noDelay],
    [
      "POST /Svc/greet/send?delay=10",
      limit("k"),
      400,
      'bad delay query parameter, must be a ISO8601 duration: "10" is not a number with its unit; write for example 1h 30m',
    ],
    ["POST /Svc/greet?delay=5s", limit("k"), 400, noScope],
    ["POST /Svc/greet", limit("k", { "x-bad": "é" }), 400, noScope],
    ["POST /Svc/greet", limit("a/"), 400, noScope],
    ["POST /Svc/greet?limit-key=x", NOTHING, 400, noScope],
    [
      "POST /Svc/greet?limit-key=x",
      limit("k!"),
      400,
      `invalid limit-key: invalid limit-key component: ${charset}`,
    ],
    [
      "POST /Svc/greet",
      limit("/a"),
      400,
      "invalid limit-key: invalid limit-key component: value cannot be empty",
    ],
    [
      "POST /Svc/greet",
      limit("a".repeat(37)),
      400,
      "invalid limit-key: invalid limit-key component: value too long: 37 bytes (max 36)",
    ],
    [
      "POST /Svc/greet",
      limit("a/b/c"),
      400,
      "invalid limit-key: too many path components in the given limit-key (max 2)",
    ],
    ["POST /Svc/greet?delay=5s", { headers: { "x-bad": "é" } }, 400, badHeader("x-bad")],
    ["POST /Svc/greet", limit("é"), 400, badHeader("x-restate-limit-key")],
    ["PUT /Svc/greet", { headers: { "idempotency-key": "é" } }, 400, badHeader("idempotency-key")],
    ["POST /Svc/nothing", { headers: { "content-type": "é" } }, 400, badHeader("content-type")],
    ["POST /restate/scope/s/call/Svc/greet", { body: "1" }, 400, noVqueues],
    [`POST /restate/scope/${"a".repeat(36)}/send/Obj/k/add`, NOTHING, 400, noVqueues],
    [
      `POST /restate/scope/${"a".repeat(37)}/call/Svc/greet`,
      NOTHING,
      400,
      "bad scope value: value too long: 37 bytes (max 36)",
    ],
    ["PUT /restate/scope//call/Svc/greet", NOTHING, 400, "bad scope value: value cannot be empty"],
    ["POST /restate/scope/a%2fb/call/Svc/greet", NOTHING, 400, `bad scope value: ${charset}`],
    ["POST /restate/scope/%20/call/Nope/greet", NOTHING, 404, NO_SERVICE],
    ["POST /restate/scope/%20/foo/Svc/greet", NOTHING, 400, RESTATE],
    ["POST /restate/scope/s", NOTHING, 400, RESTATE],
    ["POST /restate/scope/s/call/Svc", NOTHING, 400, RESTATE],
  ])("%s %j", expectRefusal);

  test.each(["POST /Svc/greet?limit-key=", "POST /Svc/greet?scope=x"])("%s is taken", async (line) => {
    const accepting = createFakeEngine({
      services: SERVICES,
      answers: { call: async () => ({ type: "notFound", invocationId: "" }) },
    });
    await ask(
      createIngressHandler(accepting, () => {}),
      line,
      { headers: { "x-restate-limit-key": "" } },
    );
    expect(accepting.asked).toHaveLength(1);
  });
});

test("a body that turns out to be too large", async () => {
  const response = await handler({
    method: "POST",
    target: "/Svc/greet",
    path: "/Svc/greet",
    query: "",
    headers: new Map(),
    signal: new AbortController().signal,
    readBody: async () => {
      throw new BodyTooLargeError(1);
    },
  });
  expect(response.status).toBe(413);
  expect(JSON.parse(new TextDecoder().decode(response.body))).toEqual({
    code: 413,
    message: "cannot read body: LengthLimitError",
    source: "ingress",
  });
});

test("a fault is reported and not told", async () => {
  const faults: unknown[] = [];
  const failing = createIngressHandler(createFakeEngine({ services: SERVICES }), (error) =>
    faults.push(error),
  );
  const told = await ask(failing, "POST /Svc/greet");
  expect([told.status, JSON.parse(told.body).source]).toEqual([500, "ingress"]);
  expect(told.body).not.toContain("script");
  expect(faults).toEqual([new Error("the script has no answer to call")]);
});
