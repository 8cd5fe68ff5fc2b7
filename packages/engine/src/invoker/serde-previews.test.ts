import type { ServerHttp2Stream } from "node:http2";
import { type Context, handlers, type Serde, serde, service } from "@perdure/sdk";
import { bindEndpoint } from "@perdure/sdk/internal";
import { afterAll, expect, test } from "vitest";
import { realClock } from "../clock/real-clock.ts";
import type { PreviewAnswer, PreviewRequest } from "../engine-api.ts";
import type { DeploymentPlace } from "../registry/service-info.ts";
import { DEPLOYMENT } from "../state-machine/testing/driven-machine.ts";
import { createHttp1Transport } from "./http1-transport.ts";
import { createHttp2Transport } from "./http2-transport.ts";
import { createPreviewer, type PreviewOptions } from "./serde-previews.ts";
import { type RawEndpoint, serveRaw } from "./testing/raw-endpoint.ts";

const text = new TextDecoder();

const shown: Serde<Uint8Array> = {
  ...serde.binary,
  preview: {
    toJsonString: (value) => JSON.stringify([...value]),
    fromJsonString: (json) => new Uint8Array(JSON.parse(json) as number[]),
  },
};

const endpoint = bindEndpoint({
  services: [
    service({
      name: "Shop",
      handlers: {
        weigh: handlers.handler({ input: shown }, async (_ctx: Context, _load: Uint8Array) => 1),
      },
    }),
  ],
});

const http1 = createHttp1Transport({ clock: realClock });
const http2 = createHttp2Transport({ clock: realClock });
const REQUEST: PreviewRequest = {
  service: "Shop",
  operation: "decode",
  serde: "weigh/input",
  body: new Uint8Array([1, 255]),
};

function ask(
  place: DeploymentPlace,
  request: Partial<PreviewRequest> = {},
  options: Partial<PreviewOptions> = {},
): Promise<PreviewAnswer> {
  const parts = { clock: realClock, endpoint, http1, http2, clusterName: "here", signer: undefined };
  return createPreviewer({ ...parts, ...options })({ ...DEPLOYMENT, place }, { ...REQUEST, ...request });
}

const running: RawEndpoint[] = [];

async function serving(answer: (stream: ServerHttp2Stream) => void): Promise<DeploymentPlace> {
  const raw = await serveRaw(answer);
  running.push(raw);
  return { type: "http", uri: raw.uri, useHttp11: false, additionalHeaders: {} };
}

afterAll(async () => {
  http1.close();
  http2.close();
  await Promise.all(running.map((raw) => raw.close()));
});

test("a service of this process shows a value, and reads it back", async () => {
  const decoded = await ask({ type: "inProcess" });
  expect([decoded.status, decoded.contentType, text.decode(decoded.body)]).toEqual([
    200,
    "application/json",
    "[1,255]",
  ]);
  const encoded = await ask({ type: "inProcess" }, { operation: "encode", body: decoded.body });
  expect([...encoded.body]).toEqual([1, 255]);
});

test.each([
  ["an unknown service", { service: "Nobody" }],
  ["a serde without a preview", { serde: "weigh/output" }],
])("%s of this process is not found", async (_name, request) => {
  expect((await ask({ type: "inProcess" }, request)).status).toBe(404);
});

test("an endpoint is asked at its address, and its answer is passed on as it is", async () => {
  const raw = await serveRaw((stream, headers) => {
    stream.respond({ ":status": 418, "content-type": "text/odd" });
    stream.write(`${headers[":method"]} ${headers[":path"]} ${headers["x-restate-serdes-protocol"]} `);
    stream.write(`${headers["x-own"]} ${headers["x-restate-cluster-name"]} `);
    stream.pipe(stream);
  });
  running.push(raw);
  const answer = await ask(
    { type: "http", uri: `${raw.uri}mounted/`, useHttp11: false, additionalHeaders: { "x-own": "yes" } },
    { serde: "a b/input", body: new TextEncoder().encode("body") },
  );
  expect([answer.status, answer.contentType, text.decode(answer.body)]).toEqual([
    418,
    "text/odd",
    "POST /mounted/serdes/Shop/decode/a%20b/input v1 yes here body",
  ]);
});

test("an endpoint that is silent, or cannot be reached, counts as 502", async () => {
  const silent = await serving(() => {});
  const late = await ask(silent, {}, { timeoutMs: 20 });
  expect([late.status, text.decode(late.body)]).toEqual([502, expect.stringContaining("longer than 20 ms")]);
  const nowhere = {
    type: "http",
    uri: "http://127.0.0.1:1/",
    useHttp11: true,
    additionalHeaders: {},
  } as const;
  expect((await ask(nowhere)).status).toBe(502);
});

test("an answer may be as large as the limit, and no larger", async () => {
  const wordy = await serving((stream) => {
    stream.respond({ ":status": 200 });
    stream.end("12345");
  });
  expect(text.decode((await ask(wordy, {}, { bytesMax: 5 })).body)).toBe("12345");
  const refused = await ask(wordy, {}, { bytesMax: 4 });
  expect([refused.status, text.decode(refused.body)]).toEqual([
    502,
    expect.stringContaining("more than 4 bytes"),
  ]);
});
