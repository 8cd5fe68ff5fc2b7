import { type LoggerContext, LogSource, RestateLogLevel } from "../definition/logger.ts";
import type { Request } from "../definition/request.ts";
import { type ContextCore, isKeyed, targetOf } from "./core.ts";

/** The methods that are log messages, and how loud each is. */
const LEVELS: ReadonlyMap<string | symbol, RestateLogLevel> = new Map([
  ["trace", RestateLogLevel.TRACE],
  ["debug", RestateLogLevel.DEBUG],
  ["info", RestateLogLevel.INFO],
  ["log", RestateLogLevel.INFO],
  ["warn", RestateLogLevel.WARN],
  ["error", RestateLogLevel.ERROR],
]);

/**
 * `ctx.console`. Log messages go to the endpoint's logger, marked as replayed
 * where they are; it is the logger that drops those. The host console's other
 * methods (`table`, `time` and so on) are passed on, except in a replay.
 */
export function createConsole(
  core: ContextCore,
  request: () => Request,
  host: Console = globalThis.console,
): Console {
  let context: LoggerContext | undefined;
  const log = (level: RestateLogLevel, message: readonly unknown[]): void => {
    context ??= createLoggerContext(core, request);
    const metadata = { source: LogSource.USER, level, replaying: core.journal.replaying, context };
    core.logger(metadata, ...message);
  };
  return new Proxy(host, {
    get: (_target, property) => {
      const level = LEVELS.get(property);
      if (level !== undefined) return (...message: unknown[]) => log(level, message);
      const value: unknown = Reflect.get(host, property);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        return core.journal.replaying ? undefined : Reflect.apply(value, host, args);
      };
    },
  });
}

/** Which invocation a message belongs to; the request is made only if the logger looks at it. */
export function createLoggerContext(core: ContextCore, request: () => Request): LoggerContext {
  const { start } = core.journal;
  return {
    invocationId: start.debugId,
    serviceName: core.handler.service,
    handlerName: core.handler.name,
    key: isKeyed(core.handler) ? start.key : undefined,
    invocationTarget: targetOf(core),
    get request() {
      return request();
    },
  };
}
