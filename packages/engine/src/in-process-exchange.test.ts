import { expect, test } from "vitest";
import type { Answer } from "./engine-api.ts";
import { createFakeEngine, FOUND_ID } from "./http/testing/fake-engine.ts";
import { SERVICES } from "./http/testing/services.ts";
import { createExchange } from "./in-process-exchange.ts";
import { createFetch, IN_PROCESS_URL } from "./in-process-fetch.ts";

const value = new TextEncoder().encode('"done"');
const answer: Answer = {
  type: "success",
  invocationId: FOUND_ID,
  value,
  expiresAtMs: undefined,
  target: { service: "Svc", handler: "greet" },
};
const failure: Answer = {
  type: "failure",
  invocationId: FOUND_ID,
  failure: { code: 409, message: "no" },
  stacktrace: undefined,
  expiresAtMs: undefined,
};

function createAsked(result: Answer = answer): ReturnType<typeof createFakeEngine> {
  return createFakeEngine({
    services: SERVICES,
    answers: { call: async () => result, attach: async () => result, lookup: () => FOUND_ID },
  });
}

type Request = Parameters<ReturnType<typeof createExchange>>[0];

const post: Request = {
  method: "POST",
  path: "/restate/call/Svc/greet",
  headers: new Map([
    ["x-b", "2"],
    ["content-type", "application/json"],
    ["x-a", "1"],
  ]),
  body: new TextEncoder().encode('"Mary"'),
  signal: undefined,
};
const get: Request = { ...post, method: "GET", body: undefined, headers: new Map() };

test.each<[string, Request, Answer?]>([
  ["a call", post],
  ["a failed call", post, failure],
  ["an empty body", { ...post, body: undefined, headers: new Map() }],
  ["an unknown service", { ...post, path: "/restate/call/nobody/greet" }],
  ["a query", { ...post, path: "/restate/call/Svc/greet?delay=1s" }],
  ["an attach", { ...get, path: `/restate/invocation/${FOUND_ID}/attach` }],
  ["an id of one dot", { ...get, path: "/restate/invocation/./attach" }],
  ["an id of two dots", { ...get, path: "/restate/invocation/../health" }],
  ["health", { ...get, path: "/restate/health" }],
])("%s asks for the same as by fetch, and is answered the same", async (_, request, result) => {
  const byExchange = createAsked(result);
  const byFetch = createAsked(result);
  const found = await createExchange(byExchange)(request);
  const response = await createFetch(byFetch)(IN_PROCESS_URL + request.path, {
    method: request.method,
    headers: [...request.headers],
    ...(request.body === undefined ? {} : { body: request.body as Uint8Array<ArrayBuffer> }),
  });
  expect(found.status).toBe(response.status);
  expect([...found.headers]).toEqual([...response.headers]);
  expect(Buffer.from(found.body)).toEqual(Buffer.from(await response.arrayBuffer()));
  const withoutSignals = (asked: typeof byFetch.asked): unknown[] =>
    asked.map((question) => question.filter((part) => part !== undefined && !(part instanceof AbortSignal)));
  expect(withoutSignals(byExchange.asked)).toEqual(withoutSignals(byFetch.asked));
});

test("bytes are copied on their way in and on their way out", async () => {
  const engine = createAsked();
  const body = new TextEncoder().encode('"Mary"');
  const answering = createExchange(engine)({ ...post, body });
  body.fill(0);
  const found = await answering;
  found.body.fill(0);
  expect(engine.asked[0]?.[1]).toMatchObject({ body: new TextEncoder().encode('"Mary"') });
  expect(new TextDecoder().decode(value)).toBe('"done"');
});
