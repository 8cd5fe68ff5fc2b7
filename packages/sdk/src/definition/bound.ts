import type { TerminalError } from "../errors.ts";
import type { Serde } from "../serde/serde.ts";
import type { HooksProvider } from "./hooks.ts";
import type { JournalValueCodec } from "./journal-value-codec.ts";
import type { LoggerTransport } from "./logger.ts";
import type { HandlerOptions, ServiceLevelOptions } from "./options.ts";

/**
 * Definitions as the runtime sees them: options of all levels merged, handlers
 * bound, nothing left to default. Made by `bindEndpoint` in `bind.ts`.
 */

export type ServiceKind = "service" | "object" | "workflow";

/** `service` handlers run freely; `exclusive` ones one at a time per key; `workflow` once per key. */
export type HandlerKind = "service" | "exclusive" | "shared" | "workflow";

export interface BoundHandler {
  readonly service: string;
  readonly serviceKind: ServiceKind;
  readonly name: string;
  readonly kind: HandlerKind;
  /** The author's function, `this` bound to the handlers object. */
  readonly invoke: (ctx: unknown, input: unknown) => Promise<unknown>;
  readonly input: Serde<unknown>;
  readonly output: Serde<unknown>;
  /** The default for state, runs, awakeables, signals, promises, attach and clients. */
  readonly serde: Serde<unknown>;
  /** Outermost first. */
  readonly hooks: readonly HooksProvider[];
  readonly asTerminalError: ((error: unknown) => TerminalError | undefined) | undefined;
  readonly explicitCancellation: boolean;
  readonly onJournalMismatchErrors: "retry" | "pause" | "fail";
  /** What the handler itself declares; the manifest is made from it. */
  readonly options: HandlerOptions;
}

export interface BoundService {
  readonly name: string;
  readonly kind: ServiceKind;
  readonly description: string | undefined;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  /** Service options over the endpoint's defaults, whole keys replaced. */
  readonly options: ServiceLevelOptions;
  readonly handlers: ReadonlyMap<string, BoundHandler>;
}

/** All that one endpoint serves, and what it was told beside. Made by `bindEndpoint` in `bind.ts`. */
export interface BoundEndpoint {
  readonly services: ReadonlyMap<string, BoundService>;
  /** Requests must be signed for one of these, if there are any. */
  readonly identityKeys: readonly string[];
  readonly logger: LoggerTransport | undefined;
  readonly journalValueCodecProvider: (() => Promise<JournalValueCodec>) | undefined;
}
