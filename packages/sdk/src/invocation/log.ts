import type { LoggerTransport, LogMetadata, RestateLogLevel } from "../definition/logger.ts";

const LEVELS: readonly RestateLogLevel[] = ["trace", "debug", "info", "warn", "error"];

/** The environment variable that sets the level of the default log. */
export const LOG_LEVEL_VARIABLE = "RESTATE_LOGGING";

let shared: LoggerTransport | undefined;

/** The console, from the level that `RESTATE_LOGGING` names (info), without what a replay repeats. */
export function createAttemptLog(): LoggerTransport {
  shared ??= createConsoleLog(levelFromEnvironment());
  return shared;
}

export function createConsoleLog(least: RestateLogLevel): LoggerTransport {
  const from = LEVELS.indexOf(least);
  return (metadata, message, ...rest) => {
    if (metadata.replaying || LEVELS.indexOf(metadata.level) < from) return;
    console[metadata.level === "trace" ? "debug" : metadata.level](prefixOf(metadata), message, ...rest);
  };
}

function prefixOf({ context, level }: LogMetadata): string {
  const about = context === undefined ? "" : `[${context.invocationTarget}][${context.invocationId}]`;
  return `[perdure][${new Date().toISOString()}]${about} ${level.toUpperCase()}:`;
}

function levelFromEnvironment(): RestateLogLevel {
  const text = readEnvironment(LOG_LEVEL_VARIABLE)?.toLowerCase();
  if (text === undefined || text === "") return "info";
  const level = LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  throw new TypeError(`${LOG_LEVEL_VARIABLE}=${text} is no log level. Use one of ${LEVELS.join(", ")}.`);
}

function readEnvironment(name: string): string | undefined {
  const process: unknown = Reflect.get(globalThis, "process");
  if (typeof process !== "object" || process === null) return undefined;
  const env: unknown = Reflect.get(process, "env");
  if (typeof env !== "object" || env === null) return undefined;
  const value: unknown = Reflect.get(env, name);
  return typeof value === "string" ? value : undefined;
}
