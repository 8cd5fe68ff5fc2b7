import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Running, startRunning } from "../conformance/fixtures-documents/running.ts";
import { services } from "../conformance/fixtures-official/services.ts";

/** An invocation that is named by what was asked for has the same id in the engine as in the real server. */

let running: Running;
let engine: EmbeddedEngine;
let engineUrl: string;

beforeAll(async () => {
  running = await startRunning(services);
  engine = await createEngine({ services: [...services], ephemeral: true, logger: () => {} });
  engineUrl = (await engine.listen({ port: 0 })).url;
});

afterAll(async () => {
  await Promise.all([running?.stop(), engine?.close()]);
});

/** The hash of ids takes other ways for longer texts. */
const LENGTHS = [1, 3, 4, 8, 9, 16, 17, 128, 129, 240, 241, 1024, 2000];
const TEXTS = ["key", " ", "a/b", "ä€𝄞", "a?b#c%d", ...LENGTHS.map((length) => "k".repeat(length))];

async function lookup(url: string, target: object): Promise<string> {
  const response = await fetch(`${url}/restate/lookup`, { method: "POST", body: JSON.stringify(target) });
  const body = await response.text();
  expect(response.status, body).toBe(200);
  return (JSON.parse(body) as { invocationId: string }).invocationId;
}

describe("looked up, the same ids have", () => {
  const greet = { target: "idempotentInvocation", service: "Greeter", handler: "greet" };
  const add = { target: "idempotentInvocation", service: "Counter", handler: "add" };
  const targets: [string, (text: string) => object][] = [
    ["requests of services by idempotency key", (text) => ({ ...greet, idempotencyKey: text })],
    ["requests of objects by idempotency key", (text) => ({ ...add, key: "c", idempotencyKey: text })],
    ["requests of objects by key", (text) => ({ ...add, key: text, idempotencyKey: "i" })],
    [
      "runs of workflows by key",
      (text) => ({ target: "workflow", workflowName: "Approval", workflowKey: text }),
    ],
  ];
  it.each(targets)("%s", async (_, toTarget) => {
    for (const text of TEXTS) {
      const target = toTarget(text);
      expect(await lookup(engineUrl, target), text).toBe(await lookup(running.ingressUrl, target));
    }
  });
});

describe("made, the same ids have", () => {
  async function idOf(url: string, path: string, body: unknown, headers = {}): Promise<string | null> {
    const response = await fetch(`${url}/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    expect(response.ok, await response.text()).toBe(true);
    return response.headers.get("x-restate-id");
  }

  it.each([
    ["a request with an idempotency key", "Greeter/greet", "Mary", { "idempotency-key": "made" }],
    ["one of an object", "Counter/c/add", 1, { "idempotency-key": "made" }],
    ["the run of a workflow", "Approval/made/run/send", "loan", {}],
  ])("%s", async (_, path, body, headers) => {
    const id = await idOf(engineUrl, path, body, headers);
    expect(id).toMatch(/^inv_/);
    expect(id).toBe(await idOf(running.ingressUrl, path, body, headers));
  });
});
