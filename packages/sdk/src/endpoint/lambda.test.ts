import { describe, expect, it } from "vitest";
import type { Context } from "../definition/context.ts";
import { service } from "../definition/service.ts";
import { createMessageDecoder } from "../protocol/codec.ts";
import { createEndpointHandler, endpoint } from "./lambda.ts";
import { COMPRESSED_FROM_BYTES, findZstd } from "./lambda-compression.ts";
import type { LambdaEvent, LambdaResult } from "./lambda-events.ts";
import { LambdaExchange } from "./lambda-exchange.ts";
import { describe as inShort, startBytes } from "./testing/transcripts.ts";

const V6 = "application/vnd.restate.invocation.v6";
const zstd = findZstd();

const cases = service({
  name: "Cases",
  handlers: {
    greet: async (_ctx: Context, name: string) => `Hello ${name}`,
    context: async (ctx: Context) => ctx.request().extraArgs,
    large: async (_ctx: Context, length: number) => "a".repeat(length),
  },
});
const handler = createEndpointHandler({ services: [cases], logger: () => {} });

function eventOf(name: string, body: Uint8Array, headers: Record<string, string> = {}): LambdaEvent {
  return {
    path: `/invoke/Cases/${name}`,
    httpMethod: "POST",
    headers: { "Content-Type": V6, ...headers },
    body: Buffer.from(body).toString("base64"),
    isBase64Encoded: true,
  };
}

function bodyOf(result: LambdaResult): Buffer {
  return Buffer.from(result.body, result.isBase64Encoded ? "base64" : "utf8");
}

function transcriptOf(bytes: Uint8Array): string[] {
  return createMessageDecoder({ version: 6 }).push(bytes).map(inShort);
}

describe("events", () => {
  it("of API Gateway, version 1", async () => {
    const result = await handler(eventOf("greet", startBytes("Ada")), { awsRequestId: "1" });
    expect(result).toMatchObject({ statusCode: 200, headers: { "content-type": V6 }, isBase64Encoded: true });
    expect(transcriptOf(bodyOf(result))).toEqual(['Output "Hello Ada"', "End"]);
  });

  it("of API Gateway, version 2", async () => {
    const result = await handler({
      rawPath: "/prod/invoke/Cases/greet",
      requestContext: { http: { method: "POST" } },
      headers: { "content-type": V6 },
      body: Buffer.from(startBytes("Ada")).toString("base64"),
      isBase64Encoded: true,
    });
    expect(transcriptOf(bodyOf(result))).toEqual(['Output "Hello Ada"', "End"]);
  });

  it("whose body is text", async () => {
    const body = "\x00";
    const result = await handler({ ...eventOf("greet", new Uint8Array(0)), body, isBase64Encoded: false });
    expect(transcriptOf(bodyOf(result))).toEqual(["Error 571"]);
  });

  it.each<[string, LambdaEvent]>([
    ["of nothing", {}],
    ["without headers and body", { path: "/nowhere", headers: null, body: null }],
  ])("%s are answered", async (_, event) => {
    const result = await handler(event);
    expect(result.statusCode).toBe(404);
    expect(JSON.parse(bodyOf(result).toString())).toEqual({ message: expect.any(String) });
  });
});

it("hands the context to the handler", async () => {
  const result = await handler(eventOf("context", startBytes(undefined)), { awsRequestId: "1" });
  expect(transcriptOf(bodyOf(result))).toEqual(['Output [{"awsRequestId":"1"}]', "End"]);
});

it("says REQUEST_RESPONSE, and zstd where Node has it", async () => {
  const accept = "application/vnd.restate.endpointmanifest.v4+json";
  const built = endpoint().bind(cases).handler();
  const result = await built({ path: "/discover", httpMethod: "GET", headers: { accept } });
  const manifest: unknown = JSON.parse(bodyOf(result).toString());
  expect(manifest).toMatchObject({ protocolMode: "REQUEST_RESPONSE" });
  const announced = zstd === undefined ? undefined : "zstd";
  expect((manifest as { lambdaCompression?: string }).lambdaCompression).toBe(announced);
});

describe("compression", () => {
  const limit = COMPRESSED_FROM_BYTES;
  // Output's frame and its End: what is around the text itself.
  const answerOf = (length: number, headers: Record<string, string>): Promise<LambdaResult> =>
    handler(eventOf("large", startBytes(length), headers));

  it("is left alone by those who do not ask for it", async () => {
    const result = await answerOf(limit, {});
    expect(result.headers["content-encoding"]).toBeUndefined();
    expect(bodyOf(result).length).toBeGreaterThan(limit);
  });

  if (zstd === undefined) {
    it("of a request is refused where Node does not have it", async () => {
      const result = await handler(eventOf("greet", startBytes("Ada"), { "content-encoding": "zstd" }));
      expect(result.statusCode).toBe(400);
      expect(bodyOf(result).toString()).toContain("22.15");
    });
  } else {
    it("of a request is undone", async () => {
      const body = zstd.compress(startBytes("Ada"));
      const result = await handler(eventOf("greet", body, { "Content-Encoding": "zstd" }));
      expect(transcriptOf(bodyOf(result))).toEqual(['Output "Hello Ada"', "End"]);
    });

    it("of a request that is none is refused", async () => {
      const result = await handler(eventOf("greet", startBytes("Ada"), { "content-encoding": "zstd" }));
      expect(result.statusCode).toBe(400);
    });
  }

  it("is done above the limit and not at it", async () => {
    const marked = { compress: () => Uint8Array.of(1), decompress: (bytes: Uint8Array) => bytes };
    for (const [length, expected] of [
      [limit, limit],
      [limit + 1, 1],
    ] as const) {
      const exchange = new LambdaExchange(
        { headers: { "Accept-Encoding": "gzip, zstd" } },
        undefined,
        marked,
      );
      exchange.head(200, {});
      exchange.end(new Uint8Array(length));
      const result = await exchange.answered;
      expect(bodyOf(result)).toHaveLength(expected);
      expect(result.headers["content-encoding"]).toBe(length > limit ? "zstd" : undefined);
    }
  });
});
