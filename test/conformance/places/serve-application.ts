import { createServer as createHttp1Server } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { type EndpointOptions, endpoint, serve } from "@perdure/sdk";
import { createEndpointHandler as createFetchHandler, type FetchHandler } from "@perdure/sdk/fetch";
import { announceReady, portFromEnvironment } from "../../support/ready.ts";
import { EXTRA_ARGUMENTS, type NodeListener, toNodeListener } from "./fetch-bridge.ts";
import { serveProbe } from "./probe-server.ts";

/**
 * The process of an application: `serve-application.ts <transport> <module>`,
 * the module exporting `endpointOptions`. A process of its own because a handler
 * that is cancelled may leave rejected branches behind, and what Node then does
 * must be what it does for users.
 */

/** `fetch-streaming`: bidirectional, over HTTP/2. */
export type Transport = "http2" | "http1" | "fetch" | "fetch-streaming";

/** What a module exports to be served. */
export interface Application {
  readonly endpointOptions: EndpointOptions;
}

async function listen(transport: Transport, options: EndpointOptions, port: number): Promise<void> {
  switch (transport) {
    case "http2":
      await serve({ ...options, port });
      return;
    case "http1":
      await new Promise<void>((resolve) =>
        createHttp1Server(build(options).http1Handler()).listen(port, "127.0.0.1", resolve),
      );
      return;
    case "fetch":
      await serveFetch(createHttp1Server, createFetchHandler(options), port);
      return;
    case "fetch-streaming":
      await serveFetch(createHttp2Server, createFetchHandler({ ...options, bidirectional: true }), port);
  }
}

async function serveFetch(
  createServer: (listener: NodeListener) => { listen(port: number, host: string, done: () => void): unknown },
  handler: FetchHandler,
  port: number,
): Promise<void> {
  const server = createServer(toNodeListener((request) => handler(request, ...EXTRA_ARGUMENTS)));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
}

/** The builder's way, so that it is used too. */
function build(options: EndpointOptions): ReturnType<typeof endpoint> {
  const builder = endpoint().withIdentityV1(...(options.identityKeys ?? []));
  for (const definition of options.services) builder.bind(definition);
  if (options.defaultServiceOptions) builder.defaultServiceOptions(options.defaultServiceOptions);
  if (options.logger) builder.setLogger(options.logger);
  if (options.journalValueCodecProvider) builder.journalValueCodecProvider(options.journalValueCodecProvider);
  return builder;
}

const [transport, module] = process.argv.slice(2) as [Transport, string];
const { endpointOptions } = (await import(module)) as Application;
const port = portFromEnvironment();
console.log(`probe ${await serveProbe()}`);
await listen(transport, endpointOptions, port);
announceReady(port);
