import type { Request } from "./request.ts";

/** How loud a log message is. */
export const RestateLogLevel = {
  TRACE: "trace",
  DEBUG: "debug",
  INFO: "info",
  WARN: "warn",
  ERROR: "error",
} as const;
export type RestateLogLevel = (typeof RestateLogLevel)[keyof typeof RestateLogLevel];

/** Who speaks: the SDK itself, its journal, or a handler through `ctx.console`. */
export const LogSource = {
  SYSTEM: "SYSTEM",
  JOURNAL: "JOURNAL",
  USER: "USER",
} as const;
export type LogSource = (typeof LogSource)[keyof typeof LogSource];

/** The invocation a log message belongs to. */
export interface LoggerContext {
  readonly invocationId: string;
  readonly serviceName: string;
  readonly handlerName: string;
  /** Of an object or a workflow. */
  readonly key?: string | undefined;
  readonly request?: Request | undefined;
  readonly additionalContext?: Readonly<Record<string, string>> | undefined;
  /** `service/handler` or `service/key/handler`. */
  readonly invocationTarget: string;
}

export interface LogMetadata {
  readonly source: LogSource;
  readonly level: RestateLogLevel;
  /** The message was logged before, in an earlier attempt: a transport usually drops it. */
  readonly replaying: boolean;
  readonly context?: LoggerContext | undefined;
}

/** Where log messages go. It gets every message, of each level, also those of a replay. */
export type LoggerTransport = (
  metadata: LogMetadata,
  message?: unknown,
  ...optionalParams: unknown[]
) => void;
