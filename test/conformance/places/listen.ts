import { createServer as createHttp1Server } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { type EndpointOptions, endpoint, serve } from "@perdure/sdk";
import { createEndpointHandler as createFetchHandler, type FetchHandler } from "@perdure/sdk/fetch";
import { EXTRA_ARGUMENTS, type NodeListener, toNodeListener } from "./fetch-bridge.ts";

/** `fetch-streaming`: bidirectional, over HTTP/2. */
export type Transport = "http2" | "http1" | "fetch" | "fetch-streaming";

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves an application on loopback, in one of the ways that users have. */
export async function listen(
  transport: Transport,
  options: EndpointOptions,
  port: number,
): Promise<Listening> {
  switch (transport) {
    case "http2": {
      const running = await serve({ ...options, port });
      return { port: running.port, close: () => running.close({ graceMs: 0 }) };
    }
    case "http1":
      return await opened(createHttp1Server(build(options).http1Handler()), port);
    case "fetch":
      return await opened(createHttp1Server(bridge(createFetchHandler(options))), port);
    case "fetch-streaming":
      return await opened(
        createHttp2Server(bridge(createFetchHandler({ ...options, bidirectional: true }))),
        port,
      );
  }
}

/** What Node's servers have in common. */
interface Listener {
  listen(port: number, host: string, done: () => void): unknown;
  address(): string | AddressInfo | null;
  close(): unknown;
}

async function opened(server: Listener, port: number): Promise<Listening> {
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    // What is open still ends with its process.
    close: async () => void server.close(),
  };
}

function bridge(handler: FetchHandler): NodeListener {
  return toNodeListener((request) => handler(request, ...EXTRA_ARGUMENTS));
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
