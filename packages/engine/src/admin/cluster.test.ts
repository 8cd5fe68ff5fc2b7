import { describe, expect, test } from "vitest";
import { BodyTooLargeError } from "../http/message.ts";
import { ask } from "../http/testing/ask.ts";
import { createFakeEngine, refusing } from "../http/testing/fake-engine.ts";
import { createAdminHandler } from "./handler.ts";

const faults: unknown[] = [];
const handler = createAdminHandler({
  clusterName: "test",
  engine: createFakeEngine({ answers: { services: refusing(503, "the disk is full") } }),
  ingressUrl: "http://127.0.0.1:8080/",
  onFault: (error) => faults.push(error),
});

describe("the engine as a whole", () => {
  test.each(["GET /version", "HEAD /v2/version", "GET /v4/version"])("%s", async (line) => {
    const told = await ask(handler, line);
    expect(told.headers).toEqual({ "content-type": "application/json", vary: "accept-encoding" });
    const { features, ...version } = JSON.parse(told.body);
    expect(version).toEqual({
      version: "1.7.12",
      min_admin_api_version: 2,
      max_admin_api_version: 4,
      ingress_endpoint: "http://127.0.0.1:8080/",
    });
    expect(Object.keys(features)).toHaveLength(12);
    expect(new Set(Object.values(features))).toEqual(new Set([false]));
  });

  test.each(["GET /health", "GET /v3/health"])("%s", async (line) => {
    expect(await ask(handler, line)).toEqual({ status: 200, headers: {}, body: "" });
  });

  test("the health of the cluster of one", async () => {
    expect((await ask(handler, "GET /cluster-health")).body).toBe(
      '{"cluster_name":"test","metadata_cluster_health":{"members":[1]}}',
    );
  });

  test("the paths of the face itself", async () => {
    const { openapi, paths } = JSON.parse((await ask(handler, "GET /openapi")).body);
    expect(openapi).toBe("3.1.0");
    expect(Object.keys(paths["/deployments/{deployment}"])).toEqual(["get", "delete", "patch", "put"]);
  });
});

describe("what it does not have", () => {
  test.each([
    ["POST /query", "SQL"],
    ["GET /subscriptions", "Subscribing to Kafka"],
    ["POST /v3/subscriptions", "Subscribing to Kafka"],
    ["DELETE /subscriptions/sub_1x", "Subscribing to Kafka"],
    ["GET /kafka-clusters", "Reading from Kafka"],
    ["PATCH /kafka-clusters/x", "Reading from Kafka"],
    ["PUT /limits/rules", "Flow control"],
    ["POST /limits/rules/bulk-delete", "Flow control"],
    ["POST /vqueues/x/pause", "Flow control"],
  ])("%s", async (line, what) => {
    expect(await ask(handler, line)).toMatchObject({
      status: 501,
      body: JSON.stringify({
        message: `${what} is not supported by the embedded engine; run a Restate Server for it.`,
        restate_code: null,
      }),
    });
  });

  test.each([
    ["GET /", 404],
    ["GET /nope", 404],
    ["OPTIONS /nope", 404],
    ["GET /version/", 404],
    ["GET /v5/health", 404],
    ["GET /v4", 404],
  ])("%s: %d", async (line, status) => {
    expect(await ask(handler, line)).toEqual({ status, headers: {}, body: "" });
  });

  test("a version of before", async () => {
    expect(await ask(handler, "GET /v1/health")).toEqual({
      status: 400,
      headers: { "content-type": "text/plain; charset=utf-8", vary: "accept-encoding" },
      body: "Unsupported Admin API version V1. This server supports versions between V2 and V4.",
    });
  });

  test.each([
    ["POST /version", "GET,HEAD"],
    ["OPTIONS /version", "GET,HEAD"],
    ["GET /query", "POST"],
    ["DELETE /subscriptions", "POST,GET,HEAD"],
    ["GET /limits/rules", "PUT"],
  ])("%s is no method of it", async (line, allow) => {
    expect(await ask(handler, line)).toEqual({ status: 405, headers: { allow }, body: "" });
  });
});

test("a fault of the engine, and one of the face", async () => {
  expect(await ask(handler, "GET /services")).toMatchObject({
    status: 503,
    body: '{"message":"the disk is full","restate_code":null}',
  });
  const id = "inv_1gf3qgbvqBGZ2Ivia3jbQkIOkcWr0iLziz";
  expect((await ask(handler, `PATCH /invocations/${id}/kill`)).status).toBe(500);
  expect(faults).toEqual([new Error("the script has no answer to control")]);
});

test("a body that is too large", async () => {
  const response = await handler({
    method: "POST",
    target: "/deployments",
    path: "/deployments",
    query: "",
    headers: new Map([["content-type", "application/json"]]),
    signal: new AbortController().signal,
    readBody: async () => {
      throw new BodyTooLargeError(1);
    },
  });
  expect(response.status).toBe(413);
  expect(new TextDecoder().decode(response.body)).toBe(
    "Failed to buffer the request body: length limit exceeded",
  );
});
