import type { ServerHttp2Stream } from "node:http2";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { at, cleanUp, cleanups, meet, pause } from "./testing/misbehaving.ts";
import { END, encode, OUTPUT, readAll, respond } from "./testing/raw-endpoint.ts";
import { ScriptedEngine, settle, toAttemptRequest } from "./testing/scripted-engine.ts";

/** Endpoints that are silent, and how an attempt over HTTP ends. Protocol sections 1.4 and 5.5. */

afterEach(cleanUp);

const untilClosed = (stream: ServerHttp2Stream): Promise<void> =>
  new Promise((resolve) => stream.once("close", () => resolve()));

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
    await expect.poll(() => seen).toEqual(["request ended"]);
    clock.advance(1999);
    expect(engine.failure).toBeUndefined();
    clock.advance(1);
    expect(engine.failure).toMatchObject({ failure: { restateCode: "RT0001" } });
    clock.advance(4999);
    await pause();
    expect(seen).toEqual(["request ended"]);
    clock.advance(1);
    await expect.poll(() => seen).toEqual(["request ended", "reset"]);
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
    ["says nothing", undefined, 10_000, 10_000, "connection came about"],
    ["begins as it should and then says nothing", SETTINGS, 40_000, 60_000, "ping"],
  ])(
    "an endpoint that accepts a connection and %s",
    async (_name, greeting, firstTimerMs, afterMs, message) => {
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
      await expect.poll(() => (clock.nextAtMs ?? 0) - clock.now()).toBe(firstTimerMs);
      clock.advance(afterMs - 1);
      await pause();
      expect(engine.failure).toBeUndefined();
      clock.advance(1);
      expect((await engine.untilFailed()).failure).toMatchObject({
        restateCode: "RT0010",
        message: expect.stringContaining(message),
      });
    },
  );
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
    await expect.poll(() => seen).toEqual(["request ended"]);
    clock.advance(4999);
    await pause();
    expect(seen).toEqual(["request ended"]);
    clock.advance(1);
    await expect.poll(() => seen).toEqual(["request ended", "reset"]);
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
    await expect.poll(() => closed).toEqual([0]);
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
    await expect.poll(() => closed).toEqual([8]);
    expect([engine.failure, invoker.running]).toEqual([undefined, 0]);
  });
});
