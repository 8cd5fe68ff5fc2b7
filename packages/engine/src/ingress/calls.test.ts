import { describe, expect, test } from "vitest";
import type { Answer, EngineApi } from "../engine-api.ts";
import { ask } from "../http/testing/ask.ts";
import {
  accepted,
  createFakeEngine,
  FOUND_ID,
  failure,
  refusing,
  success,
} from "../http/testing/fake-engine.ts";
import { SERVICES } from "../http/testing/services.ts";
import { createIngressHandler } from "./handler.ts";

const CORS = {
  vary: "origin, access-control-request-method, access-control-request-headers",
  "access-control-allow-credentials": "true",
};

function setUp(answers: Partial<EngineApi> = {}) {
  const engine = createFakeEngine({ services: SERVICES, answers });
  const handler = createIngressHandler(engine, (error) => {
    throw error;
  });
  return { engine, handler };
}

const JSON_TYPE = { "content-type": "application/json" };

describe("calls", () => {
  test.each([
    ["POST /restate/call/Svc/greet", { service: "Svc", handler: "greet", key: undefined }],
    ["GET /restate/call/Svc/greet", { service: "Svc", handler: "greet", key: undefined }],
    ["POST /Svc/greet", { service: "Svc", handler: "greet", key: undefined }],
    ["POST /restate/call/Svc/greet/", { service: "Svc", handler: "greet", key: undefined }],
    ["POST //Svc/greet//", { service: "Svc", handler: "greet", key: undefined }],
    ["POST /restate/call/Obj/k/add", { service: "Obj", handler: "add", key: "k" }],
    ["POST /Obj/k/get", { service: "Obj", handler: "get", key: "k" }],
    ["POST /Obj/a%2Fb%20%c3%a9/get", { service: "Obj", handler: "get", key: "a/b é" }],
    ["POST /Obj/caf\xc3\xa9/get", { service: "Obj", handler: "get", key: "café" }],
    ["POST /Obj/a+b%zz/get", { service: "Obj", handler: "get", key: "a+b%zz" }],
    ["POST /Obj//get", { service: "Obj", handler: "get", key: "" }],
    ["POST /restate/call/Obj//get", { service: "Obj", handler: "get", key: "" }],
    ["POST /Obj/send/get", { service: "Obj", handler: "get", key: "send" }],
    ["POST /Wf/w1/run", { service: "Wf", handler: "run", key: "w1" }],
  ])("%s", async (line, target) => {
    const { engine, handler } = setUp({ call: async () => success('"hi"') });
    expect(await ask(handler, line, { headers: JSON_TYPE, body: "1" })).toEqual({
      status: 200,
      headers: { "x-restate-id": FOUND_ID, "content-type": "application/json", ...CORS },
      body: '"hi"',
    });
    expect(engine.asked.map(([method, asked]) => [method, asked])).toMatchObject([["call", target]]);
  });

  test("the handler gets the path and the request's headers, the first value of each", async () => {
    const { engine, handler } = setUp({ call: async () => success("") });
    const headers = {
      host: "x",
      "content-type": "application/json",
      "x-foo": "bar",
      "x-tab": "a\tb",
      "x-empty": "",
      connection: "close",
      te: "trailers",
      "idempotency-key": "k",
      "idempotency-expires": "never",
      "x-restate-ingress-path": "/spoofed",
    };
    await ask(handler, "POST /Svc/greet/?x=1", { headers, body: "1" });
    expect(engine.asked).toEqual([
      [
        "call",
        {
          service: "Svc",
          handler: "greet",
          key: undefined,
          body: new TextEncoder().encode("1"),
          headers: [
            { key: "x-restate-ingress-path", value: "/Svc/greet/?x=1" },
            { key: "content-type", value: "application/json" },
            { key: "x-foo", value: "bar" },
            { key: "x-tab", value: "a\tb" },
            { key: "x-empty", value: "" },
            { key: "te", value: "trailers" },
            { key: "x-restate-ingress-path", value: "/spoofed" },
          ],
          idempotencyKey: "k",
          delayMs: undefined,
        },
        expect.any(AbortSignal),
      ],
    ]);
  });

  test("an idempotency key may be empty", async () => {
    const { engine, handler } = setUp({ call: async () => success("") });
    await ask(handler, "POST /Svc/greet", { headers: { "idempotency-key": "" } });
    expect(engine.asked[0]?.[1]).toMatchObject({ idempotencyKey: "" });
  });

  test("a client that goes away ends the wait, and nothing is answered", async () => {
    const gone = new AbortController();
    const { handler } = setUp({
      call: (_request, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason));
          gone.abort(new Error("gone"));
        }),
    });
    await expect(ask(handler, "POST /Svc/greet", { signal: gone.signal })).rejects.toThrow("gone");
  });

  test("a client that has gone already invokes nothing", async () => {
    const { engine, handler } = setUp();
    const signal = AbortSignal.abort(new Error("gone"));
    await expect(ask(handler, "POST /Svc/greet", { signal })).rejects.toThrow("gone");
    expect(engine.asked).toEqual([]);
  });
});

describe("results", () => {
  const target = (handler: string) => ({ service: "Svc", handler });
  const head = { "x-restate-id": FOUND_ID };
  test.each<[string, Answer, number, Record<string, string>, string]>([
    ["an empty value", success("", { target: target("greet") }), 200, head, ""],
    [
      "an empty value that has a type",
      success("", { target: target("setCt") }),
      200,
      { ...head, "content-type": "application/json" },
      "",
    ],
    [
      "bytes",
      success("abc", { target: target("bin") }),
      200,
      { ...head, "content-type": "application/octet-stream" },
      "abc",
    ],
    ["a value of no type", success("x", { target: target("nothing") }), 200, head, "x"],
    ["a value of a handler that is gone", success("x", { target: target("gone") }), 200, head, "x"],
    [
      "a result that was there before",
      success("1", { expiresAtMs: 1_700_000_000_120 }),
      200,
      {
        ...head,
        "idempotency-expires": "2023-11-14T22:13:20.120+00:00",
        "content-type": "application/json",
      },
      "1",
    ],
    [
      "a failure",
      failure({ failure: { code: 418, message: "boom", metadata: { a: "b" } } }),
      418,
      { ...head, "x-restate-error-source": "invocation", "content-type": "application/json" },
      '{"code":418,"message":"boom","metadata":{"a":"b"},"source":"invocation"}',
    ],
    [
      "a failure that was there before, of a retry policy",
      failure({ stacktrace: "at x", expiresAtMs: 1_700_000_000_000, failure: { code: 500, message: "m" } }),
      500,
      {
        ...head,
        "idempotency-expires": "2023-11-14T22:13:20+00:00",
        "x-restate-error-source": "invocation",
        "content-type": "application/json",
      },
      '{"code":500,"message":"m","stacktrace":"at x","source":"invocation"}',
    ],
  ])("%s", async (_case, answer, status, headers, body) => {
    const { handler } = setUp({ call: async () => answer });
    const told = await ask(handler, "POST /Svc/greet");
    expect(told).toEqual({ status, headers: { ...headers, ...CORS }, body });
    expect(Object.keys(told.headers).slice(0, -2)).toEqual(Object.keys(headers));
  });

  test.each([
    [99, 500],
    [199, 500],
    [200, 200],
    [600, 600],
    [999, 999],
    [1000, 500],
    [0, 500],
  ])("a failure of code %d has the status %d", async (code, status) => {
    const { handler } = setUp({ call: async () => failure({ failure: { code, message: "m" } }) });
    const told = await ask(handler, "POST /Svc/greet");
    expect(told.status).toBe(status);
    expect(JSON.parse(told.body)).toEqual({ code, message: "m", source: "invocation" });
  });
});

describe("sends", () => {
  test.each([
    ["POST /restate/send/Svc/greet", undefined],
    ["GET /restate/send/Svc/greet", undefined],
    ["POST /Svc/greet/send", undefined],
    ["POST /Obj/k/add/send", undefined],
    ["POST /Wf/w/run/send?delay=1h", 3_600_000],
    ["POST /restate/send/Svc/greet?delay=PT10S", 10_000],
    ["POST /restate/send/Svc/greet?DELAY=1h+5m&delay=2h", 3_900_000],
    ["POST /restate/send/Svc/greet?delayed=1", undefined],
  ])("%s", async (line, delayMs) => {
    const { engine, handler } = setUp({ send: async () => accepted() });
    expect(await ask(handler, line)).toEqual({
      status: 202,
      headers: { "content-type": "application/json", "x-restate-id": FOUND_ID, ...CORS },
      body: `{"invocationId":"${FOUND_ID}","status":"Accepted"}`,
    });
    expect(engine.asked).toMatchObject([["send", { delayMs }]]);
  });

  test("one that was there before and starts later", async () => {
    const { handler } = setUp({
      send: async () => accepted({ status: "previouslyAccepted", executeAtMs: 1_700_000_000_120 }),
    });
    expect((await ask(handler, "POST /Svc/greet/send")).body).toBe(
      `{"invocationId":"${FOUND_ID}","executionTime":"2023-11-14T22:13:20.120000000Z","status":"PreviouslyAccepted"}`,
    );
  });

  test("what the engine refuses", async () => {
    const { handler } = setUp({ send: refusing(503, "the disk is full") });
    expect(await ask(handler, "POST /Svc/greet/send")).toMatchObject({
      status: 503,
      body: '{"code":503,"message":"the disk is full","source":"ingress"}',
    });
  });
});
