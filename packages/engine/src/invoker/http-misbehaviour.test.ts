import type { Message } from "@perdure/sdk/internal";
import { afterEach, describe, expect, test } from "vitest";
import { cleanUp, meet } from "./testing/misbehaving.ts";
import { END, encode, OUTPUT, respond } from "./testing/raw-endpoint.ts";
import { toAttemptRequest } from "./testing/scripted-engine.ts";

/** Endpoints that answer what none should, each of which fails its attempt and nothing else. */

afterEach(cleanUp);

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
