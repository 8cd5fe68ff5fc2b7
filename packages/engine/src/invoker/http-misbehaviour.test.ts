import type { ServerHttp2Stream } from "node:http2";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import type { Message } from "@perdure/sdk/internal";
import { afterEach, describe, expect, test } from "vitest";
import { createVirtualClock, type VirtualClock } from "../clock/virtual-clock.ts";
import { createHttpInvoker } from "./http-invoker.ts";
import { createHttp2Transport } from "./http2-transport.ts";
import type { Invoker } from "./invoker.ts";
import { END, encode, OUTPUT, type RawEndpoint, readAll, respond, serveRaw } from "./testing/raw-endpoint.ts";
import { type AttemptSetup, ScriptedEngine, settle, toAttemptRequest } from "./testing/scripted-engine.ts";

/** Endpoints that do what none should, each of which fails its attempt and nothing else. */

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Setting {
  readonly clock: VirtualClock;
  readonly invoker: Invoker;
  readonly endpoint: RawEndpoint;
  run(setup?: AttemptSetup): ScriptedEngine;
}

async function meet(answer: (stream: ServerHttp2Stream) => void): Promise<Setting> {
  const endpoint = await serveRaw(answer);
  cleanups.push(() => endpoint.close());
  const clock = createVirtualClock(Date.UTC(2024, 0, 1));
  const invoker = createHttpInvoker({
    clock,
    transport: createHttp2Transport({ clock }),
    clusterName: "test",
    messageBytesMax: 1000,
  });
  cleanups.push(async () => {
    const closed = invoker.close();
    clock.advance(20_000);
    await closed;
  });
  return {
    clock,
    invoker,
    endpoint,
    run: (setup = {}) =>
      new ScriptedEngine(invoker, toAttemptRequest({ ...setup, deployment: at(endpoint.uri, setup) })),
  };
}

function at(uri: string, setup: AttemptSetup) {
  const place = { type: "http", uri, useHttp11: false, additionalHeaders: {} } as const;
  return { ...setup.deployment, place };
}

const untilClosed = (stream: ServerHttp2Stream): Promise<void> =>
  new Promise((resolve) => stream.once("close", () => resolve()));

describe("the head of the response", () => {
  const json = { "content-type": "application/json" };
  test.each([
    [{ ":status": 401, ...json }, "RT0012", 500, undefined, true],
    [{ ":status": 404, ...json }, "RT0012", 500, undefined, true],
    [{ ":status": 413, ...json }, "RT0019", 413, undefined, true],
    [{ ":status": 415, ...json }, "RT0015", 415, undefined, false],
    [{ ":status": 429, "retry-after": "7" }, "RT0023", 500, 7000, true],
    [{ ":status": 500, ...json }, "RT0012", 500, undefined, true],
    [{ ":status": 502, ...json }, "RT0010", 500, undefined, true],
    [{ ":status": 503, "retry-after": "Mon, 01 Jan 2024 00:00:30 GMT" }, "RT0010", 500, 30_000, true],
    [{ ":status": 503, "retry-after": "soon" }, "RT0010", 500, undefined, true],
    [{ ":status": 504, ...json }, "RT0010", 500, undefined, true],
    [{ ":status": 201 }, "RT0012", 500, undefined, true],
  ] as const)("%j", async (head, restateCode, code, nextRetryDelayMs, countsForHandler) => {
    const { run } = await meet((stream) => {
      stream.respond(head);
      stream.end('{"message":"because"}');
    });
    expect(await run().untilFailed()).toEqual({
      failure: {
        restateCode,
        code,
        message: expect.stringMatching(`/invoke/greeter/greet answered .*${head[":status"]}: .*because`),
      },
      options: { nextRetryDelayMs, countsForHandler },
    });
  });

  test.each([
    { "content-type": "application/json" },
    { "content-type": "application/vnd.restate.invocation.v6" },
    { "content-type": "application/vnd.restate.invocation.v7; charset=utf-8" },
    {},
  ])("200 with %j", async (headers) => {
    const { run } = await meet((stream) => {
      stream.respond({ ":status": 200, ...headers });
      stream.write(encode([OUTPUT, END]));
    });
    const engine = run();
    expect(await engine.untilFailed()).toMatchObject({
      failure: { restateCode: "RT0012", message: expect.stringContaining("content type") },
    });
    expect(engine.received).toEqual([]);
  });

  test("a refusal whose body never ends is cut", async () => {
    const { run, clock } = await meet((stream) => {
      stream.respond({ ":status": 500 });
      stream.write("half of it");
    });
    const engine = run();
    await engine.untilStarted();
    while (clock.nextAtMs !== undefined && engine.failure === undefined) {
      clock.advance(1000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(engine.failure?.failure.message).toMatch(/status 500/);
  });

  test("a refusal whose body is endless is shown in part", async () => {
    const { run } = await meet((stream) => {
      stream.respond({ ":status": 500 });
      stream.write("x".repeat(100_000));
    });
    expect((await run().untilFailed()).failure.message.length).toBeLessThan(3000);
  });
});

describe("the body of the response", () => {
  const notification: Message = {
    type: "Completion",
    kind: "Sleep",
    completionId: 1,
    result: { type: "void" },
  };
  const frame = (typeId: number, length: number, payload: readonly number[] = []): Uint8Array =>
    new Uint8Array([typeId >> 8, typeId & 0xff, 0, 0, 0, 0, length >> 8, length & 0xff, ...payload]);

  test.each([
    ["a notification", encode([notification]), "RT0012", "sent Completion"],
    ["Start", encode([toAttemptRequest({}).start]), "RT0012", "sent Start"],
    ["an input", encode([...toAttemptRequest({}).entries]), "RT0012", "sent Input"],
    ["an ack", encode([{ type: "CommandAck", commandIndex: 0 }]), "RT0012", "sent CommandAck"],
    ["an unknown message", frame(0x0008, 0), "RT0012", "0x0008"],
    ["a custom message", frame(0xfc01, 0), "RT0012", "0xfc01"],
    ["an unknown command", frame(0x0499, 0), "RT0012", "0x0499"],
    ["garbage", frame(0x0401, 3, [0xff, 0xff, 0xff]), "RT0012", "Output"],
    ["HTML", new TextEncoder().encode("<html><body>Hello</body></html>"), "RT0003", "over the limit"],
    ["one byte too many", frame(0x0401, 1001), "RT0003", "over the limit of 1000"],
  ])("%s fails the attempt", async (_name, bytes, restateCode, message) => {
    const { run, invoker } = await meet((stream) => {
      respond(stream);
      stream.write(bytes);
    });
    const engine = run();
    expect(await engine.untilFailed()).toMatchObject({
      failure: { restateCode, message: expect.stringContaining(message) },
      options: { countsForHandler: true },
    });
    expect([engine.received, invoker.running]).toEqual([[], 0]);
  });

  test("what came before in the same bytes counts", async () => {
    const { run } = await meet((stream) => {
      respond(stream);
      stream.write(Buffer.concat([encode([OUTPUT]), frame(0xfc01, 0), encode([END])]));
    });
    const engine = run();
    await engine.untilFailed();
    expect(engine.received.map(({ type }) => type)).toEqual(["Output"]);
  });

  test.each([
    ["without a last message", [OUTPUT], 0, "without End, Suspension or Error"],
    ["inside a message", [OUTPUT, END], 3, "inside a message"],
    ["without anything", [], 0, "without End, Suspension or Error"],
  ] as const)("an end %s", async (_name, messages, cut, message) => {
    const { run } = await meet((stream) => {
      respond(stream);
      const bytes = encode(messages);
      stream.end(bytes.subarray(0, bytes.length - cut));
    });
    expect(await run().untilFailed()).toMatchObject({
      failure: { restateCode: "RT0012", message: expect.stringContaining(message) },
    });
  });

  test.each([0x0, 0x2, 0x7, 0x8])("a reset with code %s", async (code) => {
    const { run } = await meet((stream) => {
      respond(stream);
      stream.write(encode([OUTPUT]));
      setTimeout(() => stream.close(code), 5);
    });
    const { failure } = await run().untilFailed();
    // Node ends a stream before it resets it, which may be seen first.
    expect(["RT0010", "RT0012"]).toContain(failure.restateCode);
  });

  test("a reset in the middle", async () => {
    const { run } = await meet((stream) => {
      respond(stream);
      stream.write(encode([OUTPUT]));
      setTimeout(() => stream.destroy(new Error("broken")), 5);
    });
    expect(await run().untilFailed()).toMatchObject({ failure: { restateCode: "RT0010" } });
  });

  test("a connection that breaks", async () => {
    const { run, endpoint } = await meet((stream) => {
      respond(stream);
      setTimeout(() => endpoint.sessions[0]?.destroy(), 5);
    });
    expect(await run().untilFailed()).toMatchObject({ failure: { restateCode: "RT0010" } });
  });

  test("what follows the last message is not looked at", async () => {
    const { run } = await meet((stream) => {
      respond(stream);
      stream.end(Buffer.concat([encode([OUTPUT, END, OUTPUT]), frame(0xfc01, 0)]));
    });
    const engine = run();
    expect([await engine.next(), await engine.next()]).toEqual([OUTPUT, END]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([engine.received.length, engine.failure]).toEqual([2, undefined]);
  });
});

describe("silence", () => {
  test("the request ends after the inactivity timeout, the attempt fails after the abort timeout, the stream is reset 5 s later", async () => {
    const seen: string[] = [];
    const { run, clock } = await meet((stream) => {
      respond(stream);
      void readAll(stream).then(() => seen.push("request ended"));
      stream.on("aborted", () => seen.push("reset"));
    });
    const engine = run({ options: { inactivityTimeoutMs: 1000, abortTimeoutMs: 2000 } });
    await engine.untilStarted();
    await pause();
    clock.advance(999);
    await pause();
    expect(seen).toEqual([]);
    clock.advance(1);
    await pause();
    expect(seen).toEqual(["request ended"]);
    clock.advance(1999);
    expect(engine.failure).toBeUndefined();
    clock.advance(1);
    expect(engine.failure).toMatchObject({ failure: { restateCode: "RT0001" } });
    clock.advance(4999);
    await pause();
    expect(seen).toEqual(["request ended"]);
    clock.advance(1);
    await pause();
    expect(seen).toEqual(["request ended", "reset"]);
  });

  test("a message of the handler starts the abort timeout anew", async () => {
    let say: () => void = () => {};
    const { run, clock } = await meet((stream) => {
      respond(stream);
      say = () => void stream.write(encode([{ ...OUTPUT }]));
    });
    const engine = run({
      deployment: { bidirectional: false },
      options: { inactivityTimeoutMs: 1000, abortTimeoutMs: 2000 },
    });
    await engine.untilStarted();
    await pause();
    clock.advance(1999);
    say();
    await engine.next();
    clock.advance(1999);
    await settle();
    expect(engine.failure).toBeUndefined();
    clock.advance(1);
    expect(engine.failure).toMatchObject({ failure: { restateCode: "RT0001" } });
  });

  test("an endpoint that does not read is held to the same timeouts", async () => {
    const { run, clock } = await meet((stream) => {
      stream.pause();
      respond(stream);
    });
    const engine = run({
      input: "x".repeat(3_000_000),
      options: { inactivityTimeoutMs: 1000, abortTimeoutMs: 2000 },
    });
    await engine.untilStarted();
    clock.advance(3000);
    expect(engine.failure).toMatchObject({ failure: { restateCode: "RT0001" } });
  });

  const SETTINGS = new Uint8Array([0, 0, 0, 4, 0, 0, 0, 0, 0]);

  test.each([
    ["says nothing", undefined, 10_000, "connection came about"],
    ["begins as it should and then says nothing", SETTINGS, 60_000, "ping"],
  ])("an endpoint that accepts a connection and %s", async (_name, greeting, afterMs, message) => {
    const accepted: Socket[] = [];
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      accepted.push(socket);
      if (greeting !== undefined) socket.write(greeting);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanups.push(async () => void server.close());
    const { clock, invoker } = await meet(() => {});
    const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const engine = new ScriptedEngine(invoker, toAttemptRequest({ deployment: at(uri, {}) }));
    while (accepted.length === 0) await pause();
    await pause();
    clock.advance(afterMs - 1);
    await pause();
    expect(engine.failure).toBeUndefined();
    clock.advance(1);
    expect((await engine.untilFailed()).failure).toMatchObject({
      restateCode: "RT0010",
      message: expect.stringContaining(message),
    });
  });
});

describe("the end", () => {
  test("after the last message the request ends; a response that stays open is reset after 5 s", async () => {
    const seen: string[] = [];
    const { run, clock } = await meet((stream) => {
      respond(stream);
      void readAll(stream).then(() => seen.push("request ended"));
      stream.on("aborted", () => seen.push("reset"));
      stream.write(encode([OUTPUT, END]));
    });
    const engine = run();
    await engine.next();
    await engine.next();
    engine.tell((attempt) => attempt.finish());
    await pause();
    expect(seen).toEqual(["request ended"]);
    clock.advance(4999);
    await pause();
    expect(seen).toEqual(["request ended"]);
    clock.advance(1);
    await pause();
    expect(seen).toEqual(["request ended", "reset"]);
  });

  test("an endpoint that waits for the end of the request ends in order", async () => {
    const closed: (number | undefined)[] = [];
    const { run } = await meet((stream) => {
      respond(stream);
      stream.write(encode([OUTPUT, END]));
      void readAll(stream).then(() => stream.end());
      void untilClosed(stream).then(() => closed.push(stream.rstCode));
    });
    const engine = run();
    await engine.next();
    await engine.next();
    engine.tell((attempt) => attempt.finish());
    await pause();
    expect(closed).toEqual([0]);
  });

  test("abort resets at once, and nothing is heard of the attempt any more", async () => {
    const closed: (number | undefined)[] = [];
    const { run, invoker } = await meet((stream) => {
      respond(stream);
      stream.write(encode([OUTPUT]));
      void untilClosed(stream).then(() => closed.push(stream.rstCode));
    });
    const engine = run();
    await engine.next();
    engine.tell((attempt) => attempt.abort("killed"));
    await pause();
    expect([closed, engine.failure, invoker.running]).toEqual([[8], undefined, 0]);
  });
});

/** Long enough for what is under way on this machine's own network. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
