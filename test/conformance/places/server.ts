import type { AdminClient } from "../../support/admin.ts";

/** What drives endpoints that are registered with it. */
export interface RunningServer {
  /** No slash at the end. */
  readonly ingressUrl: string;
  readonly adminUrl: string;
  readonly admin: AdminClient;
  /** SIGKILL. What it stored stays. */
  kill(): Promise<void>;
  /** After a kill: starts it again with what it stored, under its addresses. */
  restart(): Promise<void>;
  /** Throws what it printed if it has ended before. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** In milliseconds; 0 suspends at every await. */
  readonly inactivityTimeout?: 0;
  /** A file with the private key by which it signs its requests. */
  readonly identityKeyFile?: string;
}

/** A kind of server; the same tests run on each. */
export interface ServerKind {
  readonly name: string;
  /** Whether exclusive handlers that wait for each other in a circle are told so, instead of waiting for ever. */
  readonly reportsDeadlocks: boolean;
  start(options?: ServerOptions): Promise<RunningServer>;
}
