import { describe, expect, it } from "vitest";
import type { Context } from "../definition/context.ts";
import { handlers } from "../definition/handlers.ts";
import type { JournalValueCodec } from "../definition/journal-value-codec.ts";
import { service } from "../definition/service.ts";
import { createMessageDecoder, encodeMessages } from "../protocol/codec.ts";
import { FRAME_BYTES_MAX } from "../protocol/framing.ts";
import type { Serde } from "../serde/serde.ts";
import { createEndpointHandler } from "./fetch.ts";
import { LISTED_MAX, SHOWN_LENGTH_MAX } from "./refusals.ts";
import { startBytes, startMessages, toJsonBytes } from "./testing/transcripts.ts";

const V6 = "application/vnd.restate.invocation.v6";
const logger = (): void => {};

/** Dates as their milliseconds, which tools can show by their preview. */
const dates: Serde<Date> = {
  contentType: "application/x-date",
  preview: {
    toJsonString: async (date) => JSON.stringify(date.toISOString()),
    fromJsonString: (json) => new Date(JSON.parse(json) as string),
  },
  serialize: (date) => toJsonBytes(date.getTime()),
  deserialize: (data) => new Date(JSON.parse(new TextDecoder().decode(data)) as number),
};

const cases = service({
  name: "Cases",
  handlers: {
    greet: async (_ctx: Context, name: string) => `Hello ${name}`,
    tomorrow: handlers.handler({ input: dates }, async (_ctx: Context, date: Date) => date.getTime() + 1),
  },
});

function post(path: string, body: Uint8Array): Request {
  return new Request(`http://endpoint${path}`, {
    method: "POST",
    headers: { "content-type": V6 },
    body,
  } as RequestInit);
}

async function messageOf(response: Response): Promise<string> {
  return ((await response.json()) as { message: string }).message;
}

describe("refusals", () => {
  const handler = createEndpointHandler({ services: [cases], logger });

  it.each([
    ["/x", /^No such path: "\/x"\. Valid paths are GET \/discover, POST \/invoke\/\{service\}\/\{handler\}/],
    ["/invoke/Other/greet", /^No service "Other" here\. This endpoint serves Cases$/],
    ["/invoke/Cases/other", /^Service "Cases" has no handler "other"\. It has greet, tomorrow$/],
    ["/discover", /^"\/discover" takes GET, not "POST"$/],
    ["/serdes/Cases/decode/greet/input", /^No serde "greet\/input" with a preview in service "Cases"$/],
  ])("of %s say what would be right", async (path, expected) => {
    expect(await messageOf(await handler(post(path, new Uint8Array(0))))).toMatch(expected);
  });

  it("show a long name only in part", async () => {
    const at = await messageOf(
      await handler(post(`/${"x".repeat(SHOWN_LENGTH_MAX - 1)}`, new Uint8Array(0))),
    );
    expect(at).toContain(`"/${"x".repeat(SHOWN_LENGTH_MAX - 1)}"`);
    const past = await messageOf(await handler(post(`/${"x".repeat(SHOWN_LENGTH_MAX)}`, new Uint8Array(0))));
    expect(past).toContain(`"/${"x".repeat(SHOWN_LENGTH_MAX - 1)}…"`);
  });

  it.each([
    [LISTED_MAX, "S19"],
    [LISTED_MAX + 1, "S19 and 1 more"],
  ])("of an endpoint with %i services end with %s", async (count, expected) => {
    const services = Array.from({ length: count }, (_, index) =>
      service({ name: `S${index}`, handlers: { it: async () => 1 } }),
    );
    const many = createEndpointHandler({ services, logger });
    const message = await messageOf(await many(post("/invoke/Other/it", new Uint8Array(0))));
    expect(message.endsWith(expected)).toBe(true);
  });

  it("of a manifest that the server would not understand name the option", async () => {
    const timed = service({
      name: "Timed",
      options: { inactivityTimeout: 1 },
      handlers: { it: async () => 1 },
    });
    const accept = "application/vnd.restate.endpointmanifest.v2+json";
    const response = await createEndpointHandler({ services: [timed], logger })(
      new Request("http://endpoint/discover", { headers: { accept } }),
    );
    expect(response.status).toBe(500);
    expect(await messageOf(response)).toMatch(/"Timed": inactivityTimeout needs discovery version 3/);
  });
});

describe("previews of serdes", () => {
  const handler = createEndpointHandler({ services: [cases], logger });
  const day = Date.UTC(2030, 0, 1);

  it("decode", async () => {
    const response = await handler(post("/serdes/Cases/decode/tomorrow/input", toJsonBytes(day)));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toBe("2030-01-01T00:00:00.000Z");
  });

  it("encode", async () => {
    const body = toJsonBytes("2030-01-01T00:00:00.000Z");
    const response = await handler(post("/serdes/Cases/encode/tomorrow%2Finput", body));
    expect(response.headers.get("content-type")).toBe("application/x-date");
    expect(await response.json()).toBe(day);
  });

  it.each([
    ["decode/tomorrow/input", "no date"],
    ["encode/tomorrow/input", "no JSON"],
  ])("%s of %s: 422", async (path, body) => {
    const response = await handler(post(`/serdes/Cases/${path}`, new TextEncoder().encode(body)));
    expect(response.status).toBe(422);
    expect(await messageOf(response)).not.toBe("");
  });

  it.each(["Cases/decode/tomorrow/output", "Cases/decode/other/input", "Other/decode/tomorrow/input"])(
    "%s: 404",
    async (path) => {
      expect((await handler(post(`/serdes/${path}`, new Uint8Array(0)))).status).toBe(404);
    },
  );

  it.each([
    [FRAME_BYTES_MAX, 422],
    [FRAME_BYTES_MAX + 1, 413],
  ])("of %i bytes: %i", async (size, status) => {
    const response = await handler(post("/serdes/Cases/decode/tomorrow/input", new Uint8Array(size)));
    expect(response.status).toBe(status);
  });
});

describe("the journal value codec", () => {
  /** Every byte reversed in its bits. */
  const inverted: JournalValueCodec = {
    encode: (buf) => buf.map((byte) => byte ^ 0xff),
    decode: async (buf) => buf.map((byte) => byte ^ 0xff),
  };

  it("is made once, used on the way in and out, and asked for again if it could not be made", async () => {
    let made = 0;
    const handler = createEndpointHandler({
      services: [cases],
      logger,
      journalValueCodecProvider: async () => {
        made += 1;
        if (made === 1) throw new Error("no key yet");
        return inverted;
      },
    });
    const request = (): Request => post("/invoke/Cases/greet", startBytes("Ada"));
    const failed = await handler(request());
    expect(failed.status).toBe(500);
    expect(await messageOf(failed)).toBe("The journal value codec cannot be made: no key yet");

    // The input is no encoded JSON, which is the handler's first message about it.
    const refused = await handler(request());
    const [output] = createMessageDecoder({ version: 6 }).push(new Uint8Array(await refused.arrayBuffer()));
    expect(output).toMatchObject({ type: "Output", result: { type: "failure", failure: { code: 400 } } });

    const [start, input] = startBytesInverted("Ada");
    const answered = await handler(post("/invoke/Cases/greet", new Uint8Array([...start, ...input])));
    const messages = createMessageDecoder({ version: 6 }).push(new Uint8Array(await answered.arrayBuffer()));
    expect(messages.map(({ type }) => type)).toEqual(["Output", "End"]);
    const [encoded] = messages;
    if (encoded?.type !== "Output" || encoded.result.type !== "success") throw new Error("no output");
    expect(await inverted.decode(encoded.result.value)).toEqual(toJsonBytes("Hello Ada"));
    expect(made).toBe(2);
  });
});

function startBytesInverted(input: unknown): [Uint8Array, Uint8Array] {
  const [start, message] = startMessages(input);
  if (start === undefined || message?.type !== "Input") throw new Error("no input");
  return [
    encodeMessages([start], 6),
    encodeMessages([{ ...message, value: message.value.map((byte) => byte ^ 0xff) }], 6),
  ];
}
