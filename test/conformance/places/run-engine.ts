import { createEngine } from "@perdure/engine";
import { announceReady, portFromEnvironment } from "../../support/ready.ts";
import { serveInspection } from "./inspection-server.ts";
import { serveProbe } from "./probe-server.ts";
import type { Application } from "./serve-application.ts";

/**
 * The process of an engine with its services: `run-engine.ts <settings as JSON>`. It
 * prints where its faces, and what the tests look into, are to be found.
 */

export interface EngineSettings {
  /** The folder of the engine. */
  readonly data: string;
  readonly inactivityTimeoutMs?: number;
  /** The module whose services run in this process. */
  readonly application: string;
}

const { data, inactivityTimeoutMs, application } = JSON.parse(process.argv[2] as string) as EngineSettings;
const { identityKeys, ...options } = ((await import(application)) as Application).endpointOptions;
const engine = await createEngine({
  ...options,
  data,
  defaults: { ...(inactivityTimeoutMs !== undefined && { inactivityTimeoutMs }) },
});
const port = portFromEnvironment();
await engine.listen({ port });
const admin = await engine.listenAdmin({ port: 0 });
console.log(`admin ${admin.port}`);
console.log(`inspection ${await serveInspection(engine.api)}`);
console.log(`probe ${await serveProbe()}`);
process.once("SIGTERM", () => void engine.close().then(() => process.exit(0)));
announceReady(port);
