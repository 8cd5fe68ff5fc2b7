import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "../definition/context.ts";
import { service } from "../definition/service.ts";
import { TerminalError } from "../errors.ts";
import { encodeMessages } from "../protocol/codec.ts";
import { encodeFrameHeader, FRAME_BYTES_MAX } from "../protocol/framing.ts";
import type { Message } from "../protocol/messages.ts";
import { adapters, type OpenEndpoint } from "./testing/adapters.ts";
import type { ClientExchange } from "./testing/client-exchange.ts";
import { createSigner } from "./testing/sign.ts";
import { describe as inShort, startBytes } from "./testing/transcripts.ts";
import { SERVER_HEADER } from "./version.ts";

/**
 * What every way of running an endpoint must do. The test plays the server, with
 * raw protocol messages.
 */

const V6 = "application/vnd.restate.invocation.v6";

/** Signals of attempts that wait, by what they were invoked with. */
const signals = new Map<string, AbortSignal>();

const cases = service({
  name: "Cases",
  handlers: {
    greet: async (_ctx: Context, name: string) => `Hello ${name}`,
    nothing: async () => {},
    sleep: async (ctx: Context) => {
      await ctx.sleep(60_000);
      return "awake";
    },
    roll: async (ctx: Context) => ctx.run("roll", () => 4),
    wait: async (ctx: Context, id: string) => {
      signals.set(id, ctx.request().attemptCompletedSignal);
      return ctx.awakeable<string>().promise;
    },
    breaks: async () => {
      throw new Error("boom");
    },
    refuses: async () => {
      throw new TerminalError("no", { errorCode: 418 });
    },
    extra: async (ctx: Context) => ({
      headers: ctx.request().attemptHeaders.get("x-own"),
      args: ctx.request().extraArgs.length,
    }),
  },
});

const options = { services: [cases], logger: () => {} };

function invoke(endpoint: OpenEndpoint, handler: string, headers?: Record<string, string>): ClientExchange {
  return endpoint.request(`/invoke/Cases/${handler}`, {
    headers: { "content-type": V6, accept: V6, ...headers },
  });
}

function sleepCompletion(completionId: number): Uint8Array {
  const message: Message = { type: "Completion", kind: "Sleep", completionId, result: { type: "void" } };
  return encodeMessages([message], 6);
}

function frameHeader(typeId: number, payloadBytes: number): Uint8Array {
  const bytes = new Uint8Array(8);
  encodeFrameHeader(bytes, 0, { typeId, requestedAck: false, payloadBytes });
  return bytes;
}

describe.each(adapters)("$name", ({ name, open, bidirectional, breakable }) => {
  let endpoint: OpenEndpoint;
  beforeAll(async () => {
    endpoint = await open(options);
  });
  afterAll(() => endpoint.close());

  /** The whole request at once; all that comes back, in short. */
  async function transcript(handler: string, ...bytes: readonly Uint8Array[]): Promise<string[]> {
    const exchange = invoke(endpoint, handler);
    for (const chunk of bytes) exchange.write(chunk);
    exchange.end();
    return (await exchange.response.allMessages()).map(inShort);
  }

  it("answers discovery with the highest version offered, under any prefix", async () => {
    const exchange = endpoint.request("/some/prefix/discover?x=1", {
      method: "GET",
      headers: {
        accept:
          "application/vnd.restate.endpointmanifest.v2+json, application/vnd.restate.endpointmanifest.v4+json",
      },
    });
    exchange.end();
    const { status, headers } = await exchange.response.head;
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/vnd.restate.endpointmanifest.v4+json");
    expect(headers).toMatchObject(SERVER_HEADER);
    expect(await exchange.response.json()).toMatchObject({
      protocolMode: bidirectional ? "BIDI_STREAM" : "REQUEST_RESPONSE",
      minProtocolVersion: 5,
      maxProtocolVersion: 7,
      services: [{ name: "Cases", ty: "SERVICE" }],
    });
  });

  it.each([
    ["GET", "/health", 200],
    ["GET", "/no/such/path", 404],
    ["POST", "/invoke/Nobody/greet", 404],
    ["POST", "/invoke/Cases/nothing-there", 404],
    ["POST", "/invoke/Cases/%E0%A4%A", 404],
    ["POST", "/serdes/Cases/decode/greet/input", 404],
    ["GET", "/discover", 415],
    ["GET", "/invoke/Cases/greet", 405],
  ])("%s %s: %i", async (method, path, expected) => {
    const exchange = endpoint.request(path, { method, headers: { "content-type": V6 } });
    exchange.end();
    const { status, headers } = await exchange.response.head;
    await exchange.response.ended;
    expect(status).toBe(expected);
    expect(headers).toMatchObject(SERVER_HEADER);
    if (expected === 200) {
      expect(new TextDecoder().decode(exchange.response.bytes())).toBe("OK");
    } else {
      expect(headers["content-type"]).toBe("application/json");
      expect(await exchange.response.json()).toEqual({ message: expect.any(String) });
    }
  });

  it.each([undefined, "application/json", "application/vnd.restate.invocation.v4", `${V6}; charset=utf-8`])(
    "415 for the content type %s",
    async (contentType) => {
      const exchange = endpoint.request("/invoke/Cases/greet", {
        headers: contentType === undefined ? {} : { "content-type": contentType },
      });
      exchange.write(startBytes("Ada"));
      exchange.end();
      expect((await exchange.response.head).status).toBe(415);
    },
  );

  it.each([5, 6, 7] as const)(
    "runs an invocation by version %i and echoes its content type",
    async (version) => {
      const contentType = `application/vnd.restate.invocation.v${version}`;
      const exchange = invoke(endpoint, "greet", { "content-type": contentType });
      exchange.write(startBytes("Ada", [], version));
      exchange.end();
      const { status, headers } = await exchange.response.head;
      expect(status).toBe(200);
      expect(headers["content-type"]).toBe(contentType);
      expect(headers).toMatchObject(SERVER_HEADER);
      expect((await exchange.response.allMessages(version)).map(inShort)).toEqual([
        'Output "Hello Ada"',
        "End",
      ]);
    },
  );

  it("takes a request in pieces of one byte", async () => {
    const pieces = [...startBytes("Ada")].map((byte) => Uint8Array.of(byte));
    expect(await transcript("greet", ...pieces)).toEqual(['Output "Hello Ada"', "End"]);
  });

  it("writes no value where there is none", async () => {
    expect(await transcript("nothing", startBytes(undefined))).toEqual(["Output ", "End"]);
  });

  it("suspends at a sleep once the request has ended", async () => {
    expect(await transcript("sleep", startBytes(undefined))).toEqual(["Sleep", "Suspension on 1"]);
  });

  it("proposes a run's result, and suspends on it", async () => {
    expect(await transcript("roll", startBytes(undefined))).toEqual([
      "Run",
      "ProposeRunCompletion 1",
      "Suspension on 1",
    ]);
  });

  it("replays a journal", async () => {
    const recorded = startBytes(undefined, [
      { type: "Sleep", name: "", completionId: 1, wakeUpTimeMs: 1 },
      { type: "Completion", kind: "Sleep", completionId: 1, result: { type: "void" } },
    ]);
    expect(await transcript("sleep", recorded)).toEqual(['Output "awake"', "End"]);
  });

  it("reports an error that is retried, and a terminal one", async () => {
    expect(await transcript("breaks", startBytes(undefined))).toEqual(["Error 500"]);
    expect(await transcript("refuses", startBytes(undefined))).toEqual(["Output failed with 418: no", "End"]);
  });

  it("hands headers and the runtime's arguments to the handler", async () => {
    const exchange = invoke(endpoint, "extra", { "X-Own": "1" });
    exchange.write(startBytes(undefined));
    exchange.end();
    const [output] = (await exchange.response.allMessages()).map(inShort);
    expect(output).toBe(`Output {"headers":"1","args":${breakable ? 0 : 1}}`);
  });

  it.each([
    ["an empty request", new Uint8Array(0), "Error 571"],
    ["a journal cut short", startBytes("Ada").subarray(0, 20), "Error 571"],
    ["an unknown control message", frameHeader(0x03ff, 0), "Error 500"],
    ["a payload that is no message", Uint8Array.of(...frameHeader(0, 2), 0xff, 0xff), "Error 571"],
    ["a frame over the limit", frameHeader(0, FRAME_BYTES_MAX + 1), "Error 571"],
    ["a message out of place", sleepCompletion(1), "Error 571"],
  ])("answers %s with one Error message", async (_, bytes, expected) => {
    expect(await transcript("greet", bytes)).toEqual([expected]);
    expect(await transcript("greet", startBytes("Ada"))).toEqual(['Output "Hello Ada"', "End"]);
  });

  it("keeps concurrent invocations apart, some of which fail", async () => {
    const all = Array.from({ length: 30 }, (_, index) => {
      const kind = index % 3;
      if (kind === 0) return transcript("greet", startBytes(`No. ${index}`));
      if (kind === 1) return transcript("breaks", startBytes(undefined));
      return transcript("greet", frameHeader(0x03ff, 0));
    });
    const results = await Promise.all(all);
    results.forEach((result, index) => {
      expect(result).toEqual(index % 3 === 0 ? [`Output "Hello No. ${index}"`, "End"] : ["Error 500"]);
    });
  });

  if (bidirectional) {
    describe("while both directions flow", () => {
      it("sends the head before the request has any body", async () => {
        const exchange = invoke(endpoint, "greet");
        expect((await exchange.response.head).status).toBe(200);
        exchange.end();
        await exchange.response.ended;
      });

      it("goes on when a notification arrives, and ends the response after the request", async () => {
        const exchange = invoke(endpoint, "sleep");
        exchange.write(startBytes(undefined));
        expect((await exchange.response.messages(1)).map(inShort)).toEqual(["Sleep"]);
        exchange.write(sleepCompletion(1));
        expect((await exchange.response.messages(3)).map(inShort)).toEqual([
          "Sleep",
          'Output "awake"',
          "End",
        ]);
        // The end waits for ours, through what comes meanwhile.
        exchange.write(sleepCompletion(1));
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(exchange.response.isEnded).toBe(false);
        exchange.end();
        await exchange.response.ended;
        expect(await exchange.response.allMessages()).toHaveLength(3);
      });

      it("ends a malformed request with an Error while the request is still open", async () => {
        const exchange = invoke(endpoint, "sleep");
        exchange.write(startBytes(undefined));
        await exchange.response.messages(1);
        exchange.write(frameHeader(0x03ff, 0));
        expect((await exchange.response.messages(2)).map(inShort)).toEqual(["Sleep", "Error 500"]);
        exchange.end();
        await exchange.response.ended;
      });

      it("tells the attempt when the connection breaks, and lets go of it", async () => {
        const exchange = invoke(endpoint, "wait");
        exchange.write(startBytes(name));
        await expect.poll(() => signals.get(name)).toBeDefined();
        expect(signals.get(name)?.aborted).toBe(false);
        exchange.reset();
        await expect.poll(() => signals.get(name)?.aborted).toBe(true);
        expect(await transcript("greet", startBytes("Ada"))).toEqual(['Output "Hello Ada"', "End"]);
      });
    });
  }

  if (breakable && !bidirectional) {
    describe("while the request goes first", () => {
      it("survives a request that breaks in the middle", async () => {
        const exchange = invoke(endpoint, "wait");
        exchange.write(startBytes("half").subarray(0, 10));
        await new Promise((resolve) => setTimeout(resolve, 10));
        exchange.reset();
        await exchange.response.head.catch(() => {});
        expect(signals.has("half")).toBe(false);
        expect(await transcript("greet", startBytes("Ada"))).toEqual(['Output "Hello Ada"', "End"]);
      });
    });
  }
});

describe.each(adapters)("$name with identity keys", ({ open }) => {
  const signer = createSigner();
  const stranger = createSigner();
  let endpoint: OpenEndpoint;
  beforeAll(async () => {
    endpoint = await open({ ...options, identityKeys: [stranger.publicKey, signer.publicKey] });
  });
  afterAll(() => endpoint.close());

  async function statusOf(path: string, headers: Record<string, string>, method = "GET"): Promise<number> {
    const exchange = endpoint.request(path, {
      method,
      headers: {
        accept: "application/vnd.restate.endpointmanifest.v4+json",
        "content-type": V6,
        ...headers,
      },
    });
    if (method === "POST") exchange.write(startBytes("Ada"));
    exchange.end();
    const { status } = await exchange.response.head;
    await exchange.response.ended;
    return status;
  }

  it("answers what is signed by one of the keys, also under a prefix", async () => {
    expect(await statusOf("/discover", signer.sign("/discover"))).toBe(200);
    expect(await statusOf("/pre/discover", stranger.sign("/discover"))).toBe(200);
    expect(await statusOf("/invoke/Cases/greet", signer.sign("/invoke/Cases/greet"), "POST")).toBe(200);
  });

  it("answers everything else with 401, whether it would exist or not", async () => {
    expect(await statusOf("/discover", {})).toBe(401);
    expect(await statusOf("/discover", { "x-restate-signature-scheme": "unsigned" })).toBe(401);
    expect(await statusOf("/discover", createSigner().sign("/discover"))).toBe(401);
    expect(await statusOf("/invoke/Cases/greet", signer.sign("/discover"), "POST")).toBe(401);
    expect(await statusOf("/discover", signer.sign("/discover", { ageSeconds: 3600 }))).toBe(401);
    expect(await statusOf("/no/such/path", {})).toBe(401);
  });

  it("answers /health without a signature", async () => {
    expect(await statusOf("/health", {})).toBe(200);
  });
});

describe("identity keys that are none", () => {
  it.each(adapters)("are refused at once by $name", async ({ open }) => {
    await expect(
      open({ ...options, identityKeys: ["publickeyv1_short"] }).then((it) => it.close()),
    ).rejects.toThrow(TypeError);
  });
});
