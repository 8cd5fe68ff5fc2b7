import { createServer as createHttp1, type Server } from "node:http";
import { connect, createServer as createHttp2 } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import type { Context } from "../definition/context.ts";
import { service } from "../definition/service.ts";
import { endpoint } from "./node-builder.ts";
import { createEndpointHandler, type NodeRequestListener } from "./node-handler.ts";
import { requestHttp1, requestHttp2 } from "./testing/adapters.ts";

const cases = service({
  name: "Cases",
  handlers: { greet: async (_ctx: Context, name: string) => `Hello ${name}` },
});
const accept = "application/vnd.restate.endpointmanifest.v4+json";

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0).reverse()) close();
});

async function listen(server: Pick<Server, "listen" | "address" | "close">): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function modes(listener: NodeRequestListener): Promise<unknown[]> {
  const http1 = requestHttp1(await listen(createHttp1(listener)), "/a/discover", {
    method: "GET",
    headers: { accept, connection: "close" },
  });
  http1.end();
  const session = connect(await listen(createHttp2(listener) as unknown as Server));
  opened.push(() => session.destroy());
  const http2 = requestHttp2(session, "/a/discover", { method: "GET", headers: { accept } });
  http2.end();
  const manifests = await Promise.all([http1.response.json(), http2.response.json()]);
  return manifests.map((manifest) => (manifest as { protocolMode: string }).protocolMode);
}

const services = [cases];

it.each<[string, () => NodeRequestListener, string[]]>([
  ["detects the mode", () => createEndpointHandler({ services }), ["REQUEST_RESPONSE", "BIDI_STREAM"]],
  [
    "can be bidirectional always",
    () => createEndpointHandler({ services, bidirectional: true }),
    ["BIDI_STREAM", "BIDI_STREAM"],
  ],
  [
    "can be bidirectional never",
    () => createEndpointHandler({ services, bidirectional: false }),
    ["REQUEST_RESPONSE", "REQUEST_RESPONSE"],
  ],
  ["can be built", () => endpoint().bind(cases).handler(), ["REQUEST_RESPONSE", "BIDI_STREAM"]],
  [
    "can be built with a mode",
    () => endpoint().bind(cases).handler({ bidirectional: true }),
    ["BIDI_STREAM", "BIDI_STREAM"],
  ],
])("a listener %s", async (_, create, expected) => {
  expect(await modes(create())).toEqual(expected);
});

it("the builder listens", async () => {
  const serving = await endpoint()
    .bind(cases)
    .setLogger(() => {})
    .listen(0);
  const request = requestHttp1(serving.url, "/health", { method: "GET" });
  request.end();
  expect((await request.response.head).status).toBe(200);
  await serving.close();
});
