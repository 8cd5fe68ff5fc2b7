import { generateKeyPairSync } from "node:crypto";
import { type ServingEndpoint, serve, service, TerminalError } from "@perdure/sdk";
import type { Message, ProtocolVersion } from "@perdure/sdk/internal";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Clock } from "../clock/clock.ts";
import { realClock } from "../clock/real-clock.ts";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import type { DeploymentInfo } from "../registry/service-info.ts";
import { createHttpInvoker, type HttpInvokerOptions } from "./http-invoker.ts";
import { createHttp1Transport } from "./http1-transport.ts";
import { createHttp2Transport } from "./http2-transport.ts";
import type { Invoker } from "./invoker.ts";
import { createRequestSigner, type RequestSigner } from "./request-signer.ts";
import { type AttemptSetup, ScriptedEngine, text, toAttemptRequest } from "./testing/scripted-engine.ts";

/** Endpoints of our SDK, over every transport that the engine speaks. */

const greeter = service({
  name: "greeter",
  handlers: {
    greet: async (ctx, name: string) => `Hello ${name}, ${ctx.request().attemptHeaders.get("x-extra")}`,
    nap: async (ctx) => {
      await ctx.sleep(1000);
      return "rested";
    },
    step: async (ctx) => ctx.run("roll", () => 6),
    fail: async () => {
      throw new TerminalError("no", { errorCode: 418 });
    },
    crash: async () => {
      throw new Error("crashed");
    },
    long: async (_ctx, items: number[]) => items.length,
  },
});

type Wire = "http2" | "http2 in request/response mode" | "http1";

const WIRES: readonly Wire[] = ["http2", "http2 in request/response mode", "http1"];

let endpoint: ServingEndpoint;
const invokers: Invoker[] = [];

beforeAll(async () => {
  endpoint = await serve({ services: [greeter], port: 0, logger: () => {} });
});

afterAll(async () => {
  await Promise.all(invokers.map((invoker) => invoker.close()));
  await endpoint.close();
});

function createInvoker(
  wire: Wire,
  clock: Clock = realClock,
  options: Partial<HttpInvokerOptions> = {},
): Invoker {
  const transport = wire === "http1" ? createHttp1Transport({ clock }) : createHttp2Transport({ clock });
  const invoker = createHttpInvoker({ clock, transport, clusterName: "test", closeGraceMs: 0, ...options });
  invokers.push(invoker);
  return invoker;
}

function run(wire: Wire, setup: AttemptSetup, invoker: Invoker = createInvoker(wire)): ScriptedEngine {
  const uri = setup.deployment?.place?.type === "http" ? setup.deployment.place.uri : endpoint.url;
  const deployment: Partial<DeploymentInfo> = {
    bidirectional: wire === "http2",
    place: { type: "http", uri, useHttp11: wire === "http1", additionalHeaders: { "x-extra": "extra" } },
  };
  return new ScriptedEngine(invoker, toAttemptRequest({ ...setup, deployment }));
}

const SLEPT: Message = { type: "Completion", kind: "Sleep", completionId: 1, result: { type: "void" } };

describe.each(WIRES)("%s", (wire) => {
  test.each<ProtocolVersion>([5, 6, 7])("a handler's output, in version %s", async (version) => {
    const invoker = createInvoker(wire);
    const engine = run(wire, { input: "Ada", version }, invoker);
    const output = await engine.next();
    expect(output.type === "Output" && output.result.type === "success" && text(output.result.value)).toBe(
      '"Hello Ada, extra"',
    );
    expect(await engine.next()).toEqual({ type: "End" });
    expect([engine.starts, invoker.running]).toEqual([1, 1]);
    engine.tell((attempt) => attempt.finish());
    expect(invoker.running).toBe(0);
  });

  test("terminal failures are outputs, others errors", async () => {
    expect(await run(wire, { handler: "fail" }).next()).toMatchObject({
      type: "Output",
      result: { type: "failure", failure: { code: 418 } },
    });
    expect(await run(wire, { handler: "crash" }).next()).toMatchObject({
      type: "Error",
      code: 500,
      message: "crashed",
    });
  });

  test("a recorded journal is replayed", async () => {
    const sleep: Message = { type: "Sleep", completionId: 1, wakeUpTimeMs: 1, name: "" };
    const engine = run(wire, { handler: "nap", journal: [sleep, SLEPT] });
    expect(await engine.next()).toMatchObject({ type: "Output" });
    expect(await engine.next()).toEqual({ type: "End" });
  });

  test("a journal of many megabytes arrives", async () => {
    const input = Array.from({ length: 1_000_000 }, (_, index) => index);
    const output = await run(wire, { handler: "long", input }).next();
    expect(output).toMatchObject({ result: { value: new TextEncoder().encode("1000000") } });
  });

  test("with an inactivity timeout of 0 the handler suspends at once", async () => {
    const engine = run(wire, { handler: "nap", options: { inactivityTimeoutMs: 0 } });
    expect(await engine.next()).toMatchObject({ type: "Sleep", completionId: 1 });
    expect(await engine.next()).toMatchObject({ type: "Suspension", awaitingOn: { completions: [1] } });
  });

  test("an unknown handler is 404, a version that the endpoint does not speak 415", async () => {
    expect(await run(wire, { handler: "gone" }).untilFailed()).toMatchObject({
      failure: { restateCode: "RT0012", code: 500, message: expect.stringMatching(/status 404.*gone/) },
      options: { countsForHandler: true },
    });
    expect(await run(wire, { version: 9 as ProtocolVersion }).untilFailed()).toMatchObject({
      failure: { restateCode: "RT0015", code: 415 },
      options: { countsForHandler: false },
    });
  });

  test("nobody there", async () => {
    const place = {
      type: "http",
      uri: "http://127.0.0.1:1/",
      useHttp11: false,
      additionalHeaders: {},
    } as const;
    expect(await run(wire, { deployment: { place } }).untilFailed()).toMatchObject({
      failure: { restateCode: "RT0010", message: expect.stringContaining("ECONNREFUSED") },
      options: { countsForHandler: true },
    });
  });
});

describe("live notifications over http2", () => {
  test("a sleep is completed", async () => {
    const engine = run("http2", { handler: "nap" });
    expect(await engine.next()).toMatchObject({ type: "Sleep" });
    engine.tell((attempt) => attempt.feed(SLEPT));
    expect(await engine.next()).toMatchObject({ type: "Output" });
  });

  test.each([
    [7, { type: "ProposeRunCompletionAck", completionId: 1 }],
    [
      6,
      {
        type: "Completion",
        kind: "Run",
        completionId: 1,
        result: { type: "success", value: new TextEncoder().encode("6") },
      },
    ],
  ] as const)("a run's result is confirmed as version %s does", async (version, confirmation) => {
    const engine = run("http2", { handler: "step", version });
    expect(await engine.next()).toMatchObject({ type: "Run" });
    expect(await engine.next()).toMatchObject({ type: "ProposeRunCompletion" });
    engine.tell((attempt) => attempt.feed(confirmation));
    expect(await engine.next()).toMatchObject({ type: "Output" });
  });

  test("after the inactivity timeout the handler is asked to suspend", async () => {
    const clock = createVirtualClock();
    const invoker = createInvoker("http2", clock);
    const engine = run("http2", { handler: "nap", options: { inactivityTimeoutMs: 1000 } }, invoker);
    await engine.untilWaiting();
    clock.advance(1000);
    while (engine.received.at(-1)?.type !== "Suspension") await engine.changed();
    engine.tell((attempt) => attempt.finish());
  });

  test("past the limit the attempt that was silent longest suspends", async () => {
    const invoker = createInvoker("http2", realClock, { idleAttemptsMax: 2 });
    const engines = [];
    for (let index = 0; index < 3; index += 1) {
      const engine = run("http2", { handler: "nap" }, invoker);
      await engine.untilWaiting();
      engines.push(engine);
    }
    while (engines[0]?.received.at(-1)?.type !== "Suspension") await engines[0]?.changed();
    expect(engines.slice(1).map(({ received }) => received.at(-1)?.type)).toEqual([
      "AwaitingOn",
      "AwaitingOn",
    ]);
  });
});

describe("request identity", () => {
  let signer: RequestSigner;
  let guarded: ServingEndpoint;

  beforeAll(async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    signer = await createRequestSigner(
      privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
      realClock,
    );
    guarded = await serve({
      services: [greeter],
      port: 0,
      identityKeys: [signer.publicKey],
      logger: () => {},
    });
  });

  afterAll(() => guarded.close());

  const placeOf = (uri: string) => ({ type: "http", uri, useHttp11: false, additionalHeaders: {} }) as const;

  test.each(WIRES)("an endpoint with keys accepts what is signed, over %s", async (wire) => {
    const invoker = createInvoker(wire, realClock, { signer });
    // A mount's prefix is not part of what is signed.
    const place = placeOf(`${guarded.url}/mounted/here`);
    expect(await run(wire, { input: "Ada", deployment: { place } }, invoker).next()).toMatchObject({
      type: "Output",
    });
  });

  test("and refuses what is not", async () => {
    const engine = run("http2", { deployment: { place: placeOf(guarded.url) } });
    expect(await engine.untilFailed()).toMatchObject({
      failure: { restateCode: "RT0012", message: expect.stringContaining("401") },
    });
  });
});
