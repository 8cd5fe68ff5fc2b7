import type { ServerHttp2Stream } from "node:http2";
import { afterEach, describe, expect, test } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import type { ExchangeReader, HttpExchange } from "./http-transport.ts";
import { SESSION_IDLE_MS, type SessionOptions } from "./http2-sessions.ts";
import { createHttp2Transport } from "./http2-transport.ts";
import { type RawEndpoint, serveRaw } from "./testing/raw-endpoint.ts";

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function setUp(options: Partial<SessionOptions> = {}, serverMax?: number) {
  const streams: ServerHttp2Stream[] = [];
  const endpoint = await serveRaw(
    (stream) => void streams.push(stream),
    serverMax === undefined ? {} : { maxConcurrentStreams: serverMax },
  );
  const clock = createVirtualClock();
  const transport = createHttp2Transport({ clock, ...options });
  cleanups.push(
    () => endpoint.close(),
    () => transport.close(),
  );
  const open = (): Opened => {
    const log: string[] = [];
    const reader: ExchangeReader = {
      opened: () => void log.push("opened"),
      drained: () => void log.push("drained"),
      head: (status) => void log.push(`head ${status}`),
      chunk: () => {},
      end: () => void log.push("end"),
      lost: () => void log.push("lost"),
    };
    const exchange = transport.open({ origin: endpoint.uri.slice(0, -1), path: "/x", headers: {} }, reader);
    return { exchange, log };
  };
  return { endpoint, streams, clock, transport, open };
}

interface Opened {
  readonly exchange: HttpExchange;
  readonly log: string[];
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
};

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

const openSessions = (endpoint: RawEndpoint): number =>
  endpoint.sessions.filter((session) => !session.destroyed).length;

describe("OriginSessions", () => {
  test("a connection takes as many streams as it may, one more opens another", async () => {
    const { endpoint, open } = await setUp({ streamsPerSessionMax: 3 });
    const exchanges = [open(), open(), open()];
    await until(() => exchanges.every(({ log }) => log.includes("opened")));
    await pause();
    expect(endpoint.sessions).toHaveLength(1);
    const fourth = open();
    await until(() => fourth.log.includes("opened"));
    await until(() => endpoint.sessions.length === 2);
  });

  test("past the limit of connections who waits longest gets the next free stream", async () => {
    const { endpoint, streams, open } = await setUp({ streamsPerSessionMax: 1, sessionsPerOriginMax: 2 });
    const [first, second, third, fourth] = [open(), open(), open(), open()] as const;
    await until(() => streams.length === 2);
    await pause();
    expect([third.log, fourth.log]).toEqual([[], []]);
    first.exchange.reset();
    await until(() => third.log.includes("opened"));
    await pause();
    expect(fourth.log).toEqual([]);
    // One that is taken back while it waits leaves its place to others.
    fourth.exchange.reset();
    const fifth = open();
    second.exchange.reset();
    await until(() => fifth.log.includes("opened"));
    expect(fourth.log).toEqual([]);
    expect(endpoint.sessions).toHaveLength(2);
  });

  test("the other side's limit of streams is kept", async () => {
    const { endpoint, streams, open } = await setUp({}, 2);
    const first = open();
    await until(() => streams.length === 1);
    await pause();
    for (let index = 0; index < 4; index += 1) open();
    await until(() => streams.length === 5);
    await until(() => endpoint.sessions.length === 3);
    expect(first.log).toEqual(["opened"]);
  });

  test("after a connection broke its streams are lost, and the next one gets a new connection", async () => {
    const { endpoint, streams, open } = await setUp();
    const first = open();
    await until(() => streams.length === 1);
    endpoint.sessions[0]?.destroy();
    await until(() => first.log.includes("lost"));
    const second = open();
    await until(() => streams.length === 2);
    expect(second.log).toEqual(["opened"]);
    expect(endpoint.sessions).toHaveLength(2);
  });

  test("a connection that the other side is closing gets no more streams, and those it has may end", async () => {
    const { endpoint, streams, open } = await setUp();
    const first = open();
    await until(() => streams.length === 1);
    endpoint.sessions[0]?.close();
    // Nothing shows on this side that it was told so.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = open();
    await until(() => streams.length === 2);
    expect(endpoint.sessions).toHaveLength(2);
    streams[0]?.respond({ ":status": 200 }, { endStream: true });
    await until(() => first.log.includes("end"));
    expect([first.log, second.log]).toEqual([["opened", "head 200", "end"], ["opened"]]);
  });

  test("a connection without streams is closed after a while", async () => {
    const { endpoint, streams, open, clock } = await setUp();
    const { exchange } = open();
    await until(() => streams.length === 1);
    exchange.reset();
    await until(() => clock.nextAtMs === clock.now() + SESSION_IDLE_MS);
    clock.advance(SESSION_IDLE_MS - 1);
    await pause();
    expect(openSessions(endpoint)).toBe(1);
    clock.advance(1);
    await until(() => openSessions(endpoint) === 0);
    expect(clock.pending).toBe(0);
  });

  test("a connection that answers pings stays", async () => {
    const { endpoint, streams, open, clock } = await setUp();
    const { log } = open();
    await until(() => streams.length === 1);
    for (let round = 0; round < 5; round += 1) {
      clock.advance(40_000);
      await until(() => clock.nextAtMs === clock.now() + 40_000);
    }
    expect([log, openSessions(endpoint)]).toEqual([["opened"], 1]);
  });

  test("close breaks everything and leaves no timer", async () => {
    const { streams, open, clock, transport } = await setUp();
    const { log } = open();
    await until(() => streams.length === 1);
    transport.close();
    await until(() => log.includes("lost"));
    await until(() => clock.pending === 0);
  });
});
