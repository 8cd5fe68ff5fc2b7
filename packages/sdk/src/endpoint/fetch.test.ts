import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import type { Context } from "../definition/context.ts";
import { service } from "../definition/service.ts";
import { createMessageDecoder } from "../protocol/codec.ts";
import { createEndpointHandler, endpoint } from "./fetch.ts";
import { describe as inShort, startBytes } from "./testing/transcripts.ts";

const V6 = "application/vnd.restate.invocation.v6";

let lastSignal: AbortSignal | undefined;

const cases = service({
  name: "Cases",
  handlers: {
    greet: async (_ctx: Context, name: string) => `Hello ${name}`,
    wait: async (ctx: Context) => {
      lastSignal = ctx.request().attemptCompletedSignal;
      await ctx.awakeable().promise;
    },
    extra: async (ctx: Context) => ctx.request().extraArgs,
  },
});
const options = { services: [cases], logger: () => {} };

function requestOf(
  handler: string,
  body: Uint8Array | ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): Request {
  return new Request(`http://endpoint/api/invoke/Cases/${handler}`, {
    method: "POST",
    headers: { "content-type": V6 },
    body,
    ...(signal !== undefined && { signal }),
    duplex: "half",
  } as RequestInit);
}

/** A body that has begun and does not end. */
function openBody(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(startBytes(undefined)) });
}

async function transcriptOf(response: Response): Promise<string[]> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  return createMessageDecoder({ version: 6 }).push(bytes).map(inShort);
}

describe("createEndpointHandler", () => {
  it("hands the further arguments to the handler", async () => {
    const response = await createEndpointHandler(options)(
      requestOf("extra", startBytes(undefined)),
      1,
      "env",
    );
    expect(await transcriptOf(response)).toEqual(['Output [1,"env"]', "End"]);
  });

  it("answers a request without a body", async () => {
    const request = new Request("http://endpoint/invoke/Cases/greet", {
      method: "POST",
      headers: { "content-type": V6 },
    });
    expect(await transcriptOf(await createEndpointHandler(options)(request))).toEqual(["Error 571"]);
  });

  it("ends the attempt when the response is cancelled", async () => {
    const handler = createEndpointHandler({ ...options, bidirectional: true });
    const response = await handler(requestOf("wait", openBody()));
    await expect.poll(() => lastSignal?.aborted).toBe(false);
    await response.body?.cancel();
    expect(lastSignal?.aborted).toBe(true);
    lastSignal = undefined;
  });

  it("ends the attempt when the request's signal aborts", async () => {
    const abort = new AbortController();
    const handler = createEndpointHandler({ ...options, bidirectional: true });
    const response = await handler(requestOf("wait", openBody(), abort.signal));
    await expect.poll(() => lastSignal?.aborted).toBe(false);
    abort.abort(new Error("gone"));
    expect(lastSignal?.aborted).toBe(true);
    await expect(response.arrayBuffer()).rejects.toThrow();
    lastSignal = undefined;
  });

  it("ends the attempt when the request's body fails", async () => {
    const handler = createEndpointHandler({ ...options, bidirectional: true });
    let fail: (reason: unknown) => void = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(startBytes(undefined));
        fail = (reason) => controller.error(reason);
      },
    });
    const response = await handler(requestOf("wait", body));
    await expect.poll(() => lastSignal?.aborted).toBe(false);
    fail(new Error("gone"));
    await expect.poll(() => lastSignal?.aborted).toBe(true);
    await expect(response.arrayBuffer()).rejects.toThrow("gone");
    lastSignal = undefined;
  });

  it("answers a request that was aborted before it came", async () => {
    const request = requestOf("greet", startBytes("Ada"), AbortSignal.abort(new Error("gone")));
    const response = await createEndpointHandler(options)(request);
    expect(response.status).toBe(500);
  });

  it("leaves no listener on the request's signal", async () => {
    const request = requestOf("greet", startBytes("Ada"));
    const before = getEventListeners(request.signal, "abort").length;
    await transcriptOf(await createEndpointHandler(options)(request));
    expect(getEventListeners(request.signal, "abort")).toHaveLength(before);
  });
});

describe("endpoint", () => {
  it("builds the same handler", async () => {
    const { fetch } = endpoint()
      .bind(cases)
      .setLogger(() => {})
      .defaultServiceOptions({ ingressPrivate: true })
      .bidirectional()
      .handler();
    const response = await fetch(
      new Request("http://endpoint/discover", {
        headers: { accept: "application/vnd.restate.endpointmanifest.v3+json" },
      }),
    );
    expect(await response.json()).toMatchObject({
      protocolMode: "BIDI_STREAM",
      services: [{ name: "Cases", ingressPrivate: true }],
    });
  });

  it("refuses what cannot be served when the handler is made", () => {
    expect(() => endpoint().withIdentityV1("publickeyv1_x").handler()).toThrow(TypeError);
    expect(() => endpoint().bind({ name: "greeter" }).handler()).toThrow(/Cannot serve "greeter"/);
  });
});
