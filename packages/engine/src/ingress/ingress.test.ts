import { connect } from "@perdure/sdk/clients";
import { afterEach, expect, test } from "vitest";
import type { EngineApi } from "../engine-api.ts";
import type { RunningFace } from "../http/face.ts";
import { accepted, createFakeEngine, failure, success } from "../http/testing/fake-engine.ts";
import { SERVICES } from "../http/testing/services.ts";
import { startIngress } from "./ingress.ts";

const faces: RunningFace[] = [];

afterEach(async () => {
  await Promise.all(faces.splice(0).map((face) => face.close()));
});

async function start(answers: Partial<EngineApi>, bodyBytesMax?: number): Promise<RunningFace> {
  const engine = createFakeEngine({ services: SERVICES, answers });
  const face = await startIngress({ engine, port: 0, bodyBytesMax });
  faces.push(face);
  return face;
}

test("our own client understands it", async () => {
  const face = await start({
    call: async (request) => success(new TextDecoder().decode(request.body), { target: request }),
    send: async () => accepted(),
    attach: async () => failure({ failure: { code: 418, message: "boom" } }),
    output: async (invocationId) => ({ type: "notReady", invocationId }),
  });
  expect(face.url).toBe(`http://127.0.0.1:${face.port}`);
  const client = connect({ url: face.url });
  const greeter = client.serviceClient<{ greet: (ctx: unknown, input: unknown) => Promise<unknown> }>({
    name: "Svc",
  });
  expect(await greeter.greet({ a: 1 })).toEqual({ a: 1 });
  const sender = client.serviceSendClient<{ greet: (ctx: unknown, input: unknown) => Promise<unknown> }>({
    name: "Svc",
  });
  expect(await sender.greet(1)).toMatchObject({ status: "Accepted" });
  const invocation = client.serviceInvocation("Svc", "greet", "k");
  await expect(invocation.attach()).rejects.toThrow("boom");
  expect((await invocation.output()).ready).toBe(false);
});

test.each([
  ["at the limit", 8, 200],
  ["one past it", 9, 413],
])("a body of unstated length %s", async (_case, length, status) => {
  const face = await start({ call: async (request) => success("1", { target: request }) }, 8);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("x".repeat(length)));
      controller.close();
    },
  });
  const response = await fetch(`${face.url}/Svc/greet`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    duplex: "half",
  } as RequestInit);
  expect(response.status).toBe(status);
  if (status === 413) expect(response.headers.get("x-restate-error-source")).toBe("ingress");
});
