import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { fileURLToPath } from "node:url";
import { type Context, createEndpointHandler, serve, service } from "@perdure/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Child, startChild } from "../support/child.ts";

/** The ways to endpoints elsewhere that are not clear text over HTTP/2, nor turn by turn over HTTP/1.1. */

const tls = (name: string): URL => new URL(`./fixtures/tls/${name}`, import.meta.url);
const [key, cert] = [readFileSync(tls("key.pem")), readFileSync(tls("cert.pem"))];

const walker = service({
  name: "Walker",
  handlers: {
    /** Waits three times: for a step, for time and for another handler. */
    walk: async (ctx: Context, name: string): Promise<string> => {
      const shoes = await ctx.run("shoes", () => "boots");
      await ctx.sleep(20);
      return `${await ctx.serviceClient(walker).greet(name)} in ${shoes}`;
    },
    greet: async (_ctx: Context, name: string): Promise<string> => `Hello ${name}`,
  },
});

const options = { services: [walker], logger: () => {} };
const servers: Server[] = [];
let trusting: Child;
let wary: Child;

beforeAll(async () => {
  const engine = new URL("./fixtures/admin-engine.ts", import.meta.url);
  [trusting, wary] = await Promise.all([
    startChild(engine, { env: { NODE_EXTRA_CA_CERTS: fileURLToPath(tls("cert.pem")) } }),
    startChild(engine),
  ]);
});

afterAll(async () => {
  await Promise.all([trusting?.stop(), wary?.stop()]);
  for (const server of servers) server.close();
});

async function listen(server: Server): Promise<string> {
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

async function register(engine: Child, body: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${engine.url}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...body, force: true }),
  });
  return { status: response.status, body: (await response.json()) as unknown };
}

async function wayOf(engine: Child, { body }: { body: unknown }): Promise<string> {
  const response = await fetch(`${engine.url}/deployments/${(body as { id: string }).id}`);
  const told = (await response.json()) as { http_version: string; protocol_type: string };
  return `${told.http_version} ${told.protocol_type}`;
}

async function walk(engine: Child): Promise<unknown> {
  const version = (await (await fetch(`${engine.url}/version`)).json()) as { ingress_endpoint: string };
  const response = await fetch(`${version.ingress_endpoint}Walker/walk`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '"Ada"',
  });
  return response.json();
}

describe("TLS", () => {
  it("HTTP/2, as ALPN says", async () => {
    const uri = await listen(createSecureServer({ key, cert }, createEndpointHandler(options)));
    const registered = await register(trusting, { uri });
    expect(registered.status).toBe(201);
    expect(await wayOf(trusting, registered)).toBe("HTTP/2.0 BidiStream");
    expect(await walk(trusting)).toBe("Hello Ada in boots");
  });

  it.each([undefined, true])("HTTP/1.1, where that is all there is (use_http_11: %s)", async (asked) => {
    const uri = await listen(createHttpsServer({ key, cert }, createEndpointHandler(options)));
    const registered = await register(trusting, { uri, use_http_11: asked });
    expect(registered.status).toBe(201);
    expect(await wayOf(trusting, registered)).toBe("HTTP/1.1 RequestResponse");
    expect(await walk(trusting)).toBe("Hello Ada in boots");
  });

  it("a certificate that nobody vouches for is told as what it is", async () => {
    const uri = await listen(createSecureServer({ key, cert }, createEndpointHandler(options)));
    expect(await register(wary, { uri })).toMatchObject({
      status: 500,
      body: { message: expect.stringMatching(/certificate/), restate_code: "META0003" },
    });
  });

  it("an endpoint without TLS is told as what it is", async () => {
    const endpoint = await serve({ ...options, port: 0 });
    const { status, body } = await register(trusting, { uri: `https://localhost:${endpoint.port}` });
    await endpoint.close();
    expect([status, body]).toMatchObject([500, { restate_code: "META0003" }]);
  });
});

it("HTTP/1.1 in both directions at once", async () => {
  const endpoint = await serve({ ...options, port: 0, bidirectional: true });
  const registered = await register(wary, { uri: endpoint.url, use_http_11: true });
  expect(registered.status).toBe(201);
  expect(await wayOf(wary, registered)).toBe("HTTP/1.1 BidiStream");
  expect(await walk(wary)).toBe("Hello Ada in boots");
  await endpoint.close({ graceMs: 0 });
});
