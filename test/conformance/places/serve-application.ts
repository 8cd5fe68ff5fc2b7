import type { EndpointOptions } from "@perdure/sdk";
import { announceReady, portFromEnvironment } from "../../support/ready.ts";
import { listen, type Transport } from "./listen.ts";
import { serveProbe } from "./probe-server.ts";

/**
 * The process of an application: `serve-application.ts <transport> <module>`,
 * the module exporting `endpointOptions`. A process of its own because a handler
 * that is cancelled may leave rejected branches behind, and what Node then does
 * must be what it does for users.
 */

/** What a module exports to be served. */
export interface Application {
  readonly endpointOptions: EndpointOptions;
}

const [transport, module] = process.argv.slice(2) as [Transport, string];
const { endpointOptions } = (await import(module)) as Application;
const port = portFromEnvironment();
console.log(`probe ${await serveProbe()}`);
await listen(transport, endpointOptions, port);
announceReady(port);
