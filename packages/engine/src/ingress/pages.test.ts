import { describe, expect, test } from "vitest";
import { ask } from "../http/testing/ask.ts";
import { createFakeEngine } from "../http/testing/fake-engine.ts";
import { SERVICES } from "../http/testing/services.ts";
import { createIngressHandler } from "./handler.ts";

const handler = createIngressHandler(createFakeEngine({ services: SERVICES }), () => {});
const VARY = "origin, access-control-request-method, access-control-request-headers";

describe("what pages of other origins may do", () => {
  test("a preflight allows what it asks for, whatever the path", async () => {
    const headers = {
      origin: "http://a.b",
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-foo",
    };
    expect(await ask(handler, "OPTIONS /a/b/c/d/e/f/g/h", { headers })).toEqual({
      status: 200,
      headers: {
        "access-control-allow-credentials": "true",
        vary: VARY,
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type,x-foo",
        "access-control-allow-origin": "http://a.b",
      },
      body: "",
    });
  });

  test("a bare preflight", async () => {
    expect(await ask(handler, "OPTIONS /Svc/greet")).toEqual({
      status: 200,
      headers: { "access-control-allow-credentials": "true", vary: VARY },
      body: "",
    });
  });

  test.each(["GET /restate/health", "GET /nope"])("%s tells the origin", async (line) => {
    expect(await ask(handler, line, { headers: { origin: "null" } })).toMatchObject({
      headers: { "access-control-allow-origin": "null", "access-control-allow-credentials": "true" },
    });
  });
});

test.each(["GET /restate/health", "GET /restate/health/x"])("%s names the services", async (line) => {
  expect(await ask(handler, line)).toMatchObject({
    status: 200,
    headers: { "content-type": "application/json" },
    body: '{"services":["Svc","PrivSvc","Obj","Wf"]}',
  });
});
