import type { AdminClient } from "../../support/admin.ts";
import type { ProbeClient } from "./probe-client.ts";

/**
 * A way to run an application: which engine drives it, and over which transport.
 * The suite knows nothing else of where it runs, so that every place runs the
 * same cases.
 */
export interface Place {
  readonly name: string;
  /** Whether an await that cannot go on at once ends the attempt, so that all of the code is replayed. */
  readonly suspendsAtAwaits: boolean;
  /** Whether requests and responses flow at the same time; only then are inactivity timeouts applied. */
  readonly bidirectional: boolean;
  /** Whether the endpoint can be asked by plain HTTP/1 requests. */
  readonly endpointSpeaksHttp1: boolean;
  /** What handlers find in `ctx.request().extraArgs`. */
  readonly extraArgs: readonly unknown[];
  /** Which version of the service protocol the two agree on. */
  readonly protocolVersion: 6 | 7;
  /** Whether exclusive handlers that wait for each other in a circle are told so, instead of waiting for ever. */
  readonly reportsDeadlocks: boolean;
  /** Starts engine and application, registered with each other. */
  start(application: URL): Promise<RunningPlace>;
}

export interface RunningPlace {
  /** No slash at the end. */
  readonly ingressUrl: string;
  readonly adminUrl: string;
  readonly admin: AdminClient;
  readonly probe: ProbeClient;
  /** Where the application's endpoint listens; absent where there is none. */
  readonly endpointUrl?: string;
  /** Stops everything. Throws what the application printed if its process has ended before. */
  stop(): Promise<void>;
}
