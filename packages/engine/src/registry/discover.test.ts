import { generateKeyPairSync } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { createServer as createServer2 } from "node:http2";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { serve, service } from "@perdure/sdk";
import { afterEach, describe, expect, test } from "vitest";
import { realClock } from "../clock/real-clock.ts";
import { createRequestSigner } from "../invoker/request-signer.ts";
import { DISCOVERY_ATTEMPTS_MAX, type DiscoverOptions, discover } from "./discover.ts";
import { MANIFEST_BYTES_MAX } from "./discovery-request.ts";
import { GREETER, manifestOf } from "./testing/manifests.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const V4 = "application/vnd.restate.endpointmanifest.v4+json";

const greeter = service({ name: "greeter", handlers: { greet: async () => "Hello" } });

function ask(uri: string, options: Partial<DiscoverOptions> = {}) {
  return discover({
    uri,
    useHttp11: false,
    additionalHeaders: {},
    clusterName: "test",
    firstRetryMs: 1,
    ...options,
  });
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** An HTTP/1.1 server, as its answers are the easiest to get wrong. */
function answering(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  cleanups.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return listen(server);
}

const askHttp1 = (uri: string, options: Partial<DiscoverOptions> = {}) =>
  ask(uri, { useHttp11: true, ...options });

describe("an endpoint of our SDK", () => {
  test.each([
    [false, "BIDI_STREAM"],
    [true, "REQUEST_RESPONSE"],
  ])("over HTTP/1.1 %s: %s", async (useHttp11, protocolMode) => {
    const endpoint = await serve({ services: [greeter], port: 0, logger: () => {} });
    cleanups.push(() => endpoint.close());
    expect(await ask(`${endpoint.url}/`, { useHttp11 })).toMatchObject({
      manifest: {
        protocolMode,
        minProtocolVersion: 5,
        maxProtocolVersion: 7,
        services: [{ name: "greeter" }],
      },
      sdkVersion: expect.stringContaining("/"),
      useHttp11,
    });
  });

  test("that wants signed requests", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const signer = await createRequestSigner(
      privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
      realClock,
    );
    const identityKeys = [signer.publicKey];
    const endpoint = await serve({ services: [greeter], port: 0, identityKeys, logger: () => {} });
    cleanups.push(() => endpoint.close());
    const uri = `${endpoint.url}/mounted`;
    expect((await ask(uri, { signer })).manifest.services).toHaveLength(1);
    await expect(ask(uri)).rejects.toMatchObject({
      status: 500,
      restateCode: "META0003",
      message: expect.stringContaining("401"),
    });
  });
});

describe("the request", () => {
  test("accepts all versions, names the cluster and has the deployment's headers", async () => {
    let seen: unknown;
    const uri = await answering((request, response) => {
      const { accept, "x-restate-cluster-name": cluster, "x-key": key } = request.headers;
      seen = [request.method, request.url, accept, cluster, key];
      response.writeHead(200, { "content-type": V4, "x-restate-server": "other/1.0" });
      response.end(JSON.stringify(manifestOf(GREETER)));
    });
    const found = await askHttp1(`${uri}a`, { additionalHeaders: { "x-key": "secret" } });
    expect(found).toEqual({ manifest: manifestOf(GREETER), sdkVersion: "other/1.0", useHttp11: true });
    const accept = [1, 2, 3, 4].map((version) => V4.replace("v4", `v${version}`)).join(", ");
    expect(seen).toEqual(["GET", "/a/discover", accept, "test", "secret"]);
  });

  test.each([408, 429, 500, 502, 503, 504])(
    "is repeated after status %s, and not for ever",
    async (status) => {
      let requests = 0;
      const uri = await answering((_request, response) => {
        requests += 1;
        response.writeHead(status);
        response.end('{"message":"later"}');
      });
      await expect(askHttp1(uri)).rejects.toMatchObject({
        restateCode: "META0003",
        message: expect.stringMatching(`status ${status}.*later`),
      });
      expect(requests).toBe(DISCOVERY_ATTEMPTS_MAX);
    },
  );

  test("may succeed at last", async () => {
    let requests = 0;
    const uri = await answering((_request, response) => {
      requests += 1;
      if (requests < 3) response.writeHead(503).end();
      else response.writeHead(200, { "content-type": V4 }).end(JSON.stringify(manifestOf(GREETER)));
    });
    expect((await askHttp1(uri)).sdkVersion).toBeUndefined();
  });
});

describe("what is refused", () => {
  test.each([400, 401, 404, 415, 301])("status %s, at once", async (status) => {
    let requests = 0;
    const uri = await answering((_request, response) => {
      requests += 1;
      response.writeHead(status).end();
    });
    await expect(askHttp1(uri)).rejects.toMatchObject({ restateCode: "META0003" });
    expect(requests).toBe(1);
  });

  test.each([`${V4}; charset=utf-8`, "application/json", V4.replace("v4", "v5"), undefined])(
    "the content type %s",
    async (contentType) => {
      const uri = await answering((_request, response) => {
        if (contentType !== undefined) response.setHeader("content-type", contentType);
        response.end(JSON.stringify(manifestOf(GREETER)));
      });
      await expect(askHttp1(uri)).rejects.toMatchObject({
        status: 500,
        restateCode: "META0013",
        message: expect.stringContaining("content type"),
      });
    },
  );

  test("a field that the answered version does not have", async () => {
    const uri = await answering((_request, response) => {
      response.setHeader("content-type", V4.replace("v4", "v1"));
      response.end(JSON.stringify(manifestOf({ ...GREETER, documentation: "text" })));
    });
    await expect(askHttp1(uri)).rejects.toMatchObject({ restateCode: "META0013" });
  });

  test("more bytes than a manifest may have", async () => {
    const uri = await answering((_request, response) => {
      response.setHeader("content-type", V4);
      response.on("error", () => {});
      response.end(Buffer.alloc(MANIFEST_BYTES_MAX + 1, " "));
    });
    await expect(askHttp1(uri)).rejects.toMatchObject({
      restateCode: "META0003",
      message: expect.stringContaining(String(MANIFEST_BYTES_MAX)),
    });
  });

  test("streams over HTTP/1.0", async () => {
    const body = JSON.stringify(manifestOf(GREETER));
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(`HTTP/1.0 200 OK\r\ncontent-type: ${V4}\r\n\r\n${body}`));
    });
    cleanups.push(() => server.close());
    await expect(askHttp1(await listen(server))).rejects.toMatchObject({ restateCode: "META0015" });
  });

  test("an HTTP/1.1 server that is asked over HTTP/2, with a hint", async () => {
    const uri = await answering((_request, response) => void response.end());
    await expect(ask(uri)).rejects.toMatchObject({
      restateCode: "META0014",
      message: expect.stringContaining("use_http_11"),
    });
  });

  test("an HTTP/2 server that is asked over HTTP/1.1", async () => {
    const server = createServer2();
    server.on("sessionError", () => {});
    cleanups.push(() => server.close());
    await expect(askHttp1(await listen(server))).rejects.toMatchObject({ status: 500 });
  });

  test.each([true, false])("nobody there, over HTTP/1.1 %s", async (useHttp11) => {
    await expect(ask("http://127.0.0.1:1/", { useHttp11 })).rejects.toMatchObject({
      status: 500,
      restateCode: "META0003",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test.each([true, false])("somebody who never answers, over HTTP/1.1 %s", async (useHttp11) => {
    const server = createTcpServer((socket) => socket.on("error", () => {}));
    cleanups.push(() => server.close());
    await expect(ask(await listen(server), { useHttp11, timeoutMs: 50 })).rejects.toMatchObject({
      restateCode: "META0003",
    });
  });
});
