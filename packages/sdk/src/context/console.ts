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
  return new AttemptLoggerContext(core, request);
}

/** A class for the reason that `AttemptRequest` is one. */
class AttemptLoggerContext implements LoggerContext {
  readonly invocationId: string;
  readonly serviceName: string;
  readonly handlerName: string;
  readonly key: string | undefined;
  readonly invocationTarget: string;
  readonly #request: () => Request;

  constructor(core: ContextCore, request: () => Request) {
    const { start } = core.journal;
    this.invocationId = start.debugId;
    this.serviceName = core.handler.service;
    this.handlerName = core.handler.name;
    this.key = isKeyed(core.handler) ? start.key : undefined;
    this.invocationTarget = targetOf(core);
    this.#request = request;
  }

  get request(): Request {
    return this.#request();
  }
}
