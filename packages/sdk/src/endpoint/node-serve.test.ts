import { type ClientHttp2Session, connect } from "node:http2";
import { connect as connectSocket, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Context } from "../definition/context.ts";
import type { LogMetadata } from "../definition/logger.ts";
import { service } from "../definition/service.ts";
import { type ServeOptions, type ServingEndpoint, serve } from "./node-serve.ts";
import { requestHttp1, requestHttp2 } from "./testing/adapters.ts";
import type { ClientExchange } from "./testing/client-exchange.ts";
import { describe as inShort, startBytes } from "./testing/transcripts.ts";

const V6 = "application/vnd.restate.invocation.v6";

/** Ends the run that is being held open. */
let release: (() => void) | undefined;

const cases = service({
  name: "Cases",
  handlers: {
    greet: async (_ctx: Context, name: string) => `Hello ${name}`,
    sleep: async (ctx: Context) => ctx.sleep(60_000),
    run: async (ctx: Context) =>
      ctx.run("slow", async () => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return 1;
      }),
  },
});

const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function start(options: Partial<ServeOptions> = {}): Promise<ServingEndpoint> {
  const serving = await serve({ services: [cases], port: 0, logger: () => {}, ...options });
  opened.push({ close: () => serving.close({ graceMs: 0 }) });
  return serving;
}

function connectHttp2(serving: ServingEndpoint): ClientHttp2Session {
  const session = connect(serving.url);
  session.on("error", () => {});
  opened.push({ close: () => session.destroy() });
  return session;
}

function invoke(session: ClientHttp2Session, handler: string, input?: unknown): ClientExchange {
  const exchange = requestHttp2(session, `/invoke/Cases/${handler}`, { headers: { "content-type": V6 } });
  exchange.write(startBytes(input));
  return exchange;
}

/** A bare connection, and what comes back on it until it is closed. */
function connectRaw(serving: ServingEndpoint): { readonly socket: Socket; readonly closed: Promise<string> } {
  const socket = connectSocket(serving.port, "127.0.0.1");
  let text = "";
  socket.on("data", (bytes) => {
    text += bytes.toString("latin1");
  });
  socket.on("error", () => {});
  opened.push({ close: () => socket.destroy() });
  return { socket, closed: new Promise((resolve) => socket.once("close", () => resolve(text))) };
}

describe("serve", () => {
  it("listens on loopback and converts to its port", async () => {
    const serving = await start();
    expect(serving.port).toBeGreaterThan(0);
    expect(serving.url).toBe(`http://127.0.0.1:${serving.port}`);
    expect(String(serving)).toBe(String(serving.port));
    expect(Number(serving)).toBe(serving.port);
  });

  it("takes the port from the environment when it has no argument", async () => {
    const before = process.env.PORT;
    try {
      process.env.PORT = "0";
      expect((await start({ port: undefined })).port).not.toBe(9080);
      process.env.PORT = "many";
      await expect(start({ port: undefined })).rejects.toThrow(
        'The environment variable PORT must be a whole number from 0 to 65535, not "many"',
      );
    } finally {
      if (before === undefined) delete process.env.PORT;
      else process.env.PORT = before;
    }
  });

  it.each([-1, 65_536, 1.5, Number.NaN])("refuses port %d", async (port) => {
    await expect(start({ port })).rejects.toThrow(TypeError);
  });

  it("rejects when the port is taken", async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toThrow("EADDRINUSE");
  });

  it("warns when strangers can reach it and no key keeps them out", async () => {
    const logged: [LogMetadata, unknown][] = [];
    const logger: ServeOptions["logger"] = (metadata, message) => void logged.push([metadata, message]);
    await start({ logger });
    expect(logged.map(([{ level }]) => level)).toEqual(["info"]);
    const { url, port } = await start({ logger, hostname: "0.0.0.0" });
    expect(url).toBe(`http://localhost:${port}`);
    expect(logged.map(([{ level }]) => level)).toEqual(["info", "info", "warn"]);
    expect(logged.at(-1)?.[1]).toContain("without identity keys");
  });

  it("outlives a logger that throws", async () => {
    const serving = await start({
      logger: () => {
        throw new Error("disk full");
      },
    });
    const exchange = requestHttp1(serving.url, "/nowhere", { method: "GET" });
    exchange.end();
    expect((await exchange.response.head).status).toBe(404);
  });
});

describe("one port for both protocols", () => {
  it("speaks HTTP/2 and HTTP/1.1, also when the first bytes come one by one", async () => {
    const serving = await start();
    const exchange = invoke(connectHttp2(serving), "greet", "Ada");
    exchange.end();
    expect((await exchange.response.allMessages()).map(inShort)).toEqual(['Output "Hello Ada"', "End"]);

    const { socket, closed } = connectRaw(serving);
    socket.setNoDelay(true);
    for (const char of "GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n") {
      socket.write(char);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(await closed).toMatch(/^HTTP\/1\.1 200 OK\r\n(.*\r\n)+\r\nOK$/);
  });

  it("takes HTTP/2's preface in pieces", async () => {
    const { socket } = connectRaw(await start());
    socket.setNoDelay(true);
    for (const char of "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") {
      socket.write(char);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    const answer = await new Promise<Buffer>((resolve) => socket.once("data", resolve));
    // The server's SETTINGS frame: type 4 on stream 0.
    expect(answer.at(3)).toBe(4);
  });

  it.each([
    ["what begins like HTTP/2 and is not", "PRI * HTTP/3.0\r\n\r\nSM\r\n\r\n"],
    ["what is no protocol at all", "\x16\x03\x01\x02\x00 hello there\r\n\r\n"],
  ])("closes a connection with %s, and goes on", async (_, text) => {
    const serving = await start();
    const { socket, closed } = connectRaw(serving);
    socket.write(text, "latin1");
    await closed;
    const exchange = invoke(connectHttp2(serving), "greet", "Ada");
    exchange.end();
    expect(await exchange.response.allMessages()).toHaveLength(2);
  });

  it.each(["", "PR", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"])(
    "closes its side of a connection that ends after %o",
    async (text) => {
      const { socket, closed } = connectRaw(await start());
      socket.end(text);
      await closed;
    },
  );
});

describe("close", () => {
  it("suspends what waits, then lets clients know, and resolves when all is closed", async () => {
    const serving = await start();
    const session = connectHttp2(serving);
    const exchange = invoke(session, "sleep");
    await exchange.response.messages(1);
    const heard: string[] = [];
    session.once("goaway", () => heard.push("goaway"));
    const closed = serving.close();
    expect((await exchange.response.messages(2)).map(inShort)).toEqual(["Sleep", "Suspension on 1"]);
    // A server may drop the whole connection when it hears of the end, so its streams end first.
    heard.push("the attempt is over");
    exchange.end();
    await exchange.response.ended;
    await closed;
    expect(heard).toEqual(["the attempt is over", "goaway"]);
    await expect(start({ port: serving.port })).resolves.toBeDefined();
  });

  it("lets a run finish and propose its result", async () => {
    const serving = await start();
    const exchange = invoke(connectHttp2(serving), "run");
    await exchange.response.messages(1);
    const closed = serving.close();
    await expect.poll(() => release).toBeDefined();
    expect((await exchange.response.messages(1)).map(inShort)).toEqual(["Run"]);
    release?.();
    release = undefined;
    expect((await exchange.response.messages(3)).map(inShort)).toEqual([
      "Run",
      "ProposeRunCompletion 1",
      "Suspension on 1",
    ]);
    exchange.end();
    await closed;
  });

  it("breaks what is still there after the grace", async () => {
    const serving = await start();
    const exchange = invoke(connectHttp2(serving), "run");
    await exchange.response.messages(1);
    await serving.close({ graceMs: 20 });
    await expect(exchange.response.ended).rejects.toThrow();
    release?.();
    release = undefined;
  });

  it("does not wait for idle connections, silent ones included", async () => {
    const serving = await start();
    const idle = requestHttp1(serving.url, "/health", { method: "GET" });
    idle.end();
    await idle.response.ended;
    connectHttp2(serving);
    const { socket } = connectRaw(serving);
    await new Promise((resolve) => socket.once("connect", resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await serving.close({ graceMs: 60_000 });
  });

  it("closes an HTTP/1 connection after the response that is under way", async () => {
    const serving = await start();
    const { socket, closed } = connectRaw(serving);
    const body = startBytes("Ada");
    socket.write(
      `POST /invoke/Cases/greet HTTP/1.1\r\nhost: a\r\ncontent-type: ${V6}\r\ncontent-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n`,
    );
    await new Promise((resolve) => socket.once("data", resolve));
    const closing = serving.close({ graceMs: 60_000 });
    socket.write(body);
    expect(await closed).toContain("Hello Ada");
    await closing;
  });

  it("can be called again", async () => {
    const serving = await start();
    await Promise.all([serving.close(), serving.close()]);
    await serving.close();
  });
});

describe("resets", () => {
  it("leave nothing behind", async () => {
    const serving = await start();
    const listeners = process.listenerCount("unhandledRejection");
    const session = connectHttp2(serving);
    const first = invoke(session, "greet", "Ada");
    first.end();
    await first.response.ended;
    const timers = countTimers();
    for (let round = 0; round < 20; round++) {
      const exchanges = Array.from({ length: 10 }, () => invoke(session, "sleep"));
      await Promise.all(exchanges.map((exchange) => exchange.response.messages(1)));
      for (const exchange of exchanges) exchange.reset();
      await Promise.all(exchanges.map((exchange) => exchange.response.ended.catch(() => {})));
    }
    await expect.poll(() => process.listenerCount("unhandledRejection")).toBe(listeners);
    expect(countTimers()).toBeLessThanOrEqual(timers);
    session.destroy();
    // Nothing waits: no attempt holds its connection.
    await serving.close({ graceMs: 60_000 });
  });
});

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}
