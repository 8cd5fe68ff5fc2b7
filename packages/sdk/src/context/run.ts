import type { BoundHandler } from "../definition/bound.ts";
import type { RunAction, RunOptions } from "../definition/context.ts";
import type { Duration } from "../definition/duration.ts";
import type { RestatePromise } from "../definition/promises.ts";
import type { RunRetryPolicy } from "../journal/run-retry.ts";
import type { ContextCore } from "./core.ts";
import { intercept } from "./interceptors.ts";
import { serdeOr, toBytes } from "./payload.ts";
import { checkDuration, misuse, show } from "./validation.ts";

const DEFAULT_INITIAL_INTERVAL_MS = 50;
const DEFAULT_MAX_INTERVAL_MS = 10_000;
const DEFAULT_FACTOR = 2;

export interface RunRequest<T> {
  readonly name: string;
  readonly action: RunAction<T>;
  readonly options?: RunOptions<T> | undefined;
}

/** Records the run; the journal decides when and whether its action starts. */
export function startRun<T>(core: ContextCore, request: RunRequest<T>): RestatePromise<T> {
  const { name, options } = request;
  const serde = serdeOr(core, options?.serde);
  const action = request.action as () => T | Promise<T>;
  return core.journal.run<T>({
    name,
    action: core.handler.hooks.length === 0 ? action : () => intercept(core.interceptors(), name, action),
    serialize: (value) => toBytes(serde, value),
    deserialize: (bytes) => serde.deserialize(bytes),
    retry: toRetryPolicy(core.handler, options),
    asTerminalError: core.handler.asTerminalError,
  });
}

/** The forms of `ctx.run`: `(action)`, `(name, action)`, `(name, action, options)`. */
export function toRunRequest<T>(args: readonly unknown[]): RunRequest<T> {
  const [first, second, third] = args;
  if (typeof first === "function") {
    if (second === undefined && third === undefined) return { name: "", action: first as RunAction<T> };
    throw new TypeError(
      `ctx.run(action) takes nothing else, but got ${show(second ?? third)} too. ` +
        "Options need a name: ctx.run(name, action, options).",
    );
  }
  if (typeof first !== "string") {
    throw new TypeError(`ctx.run takes a name or a function first, not ${show(first)}.`);
  }
  if (typeof second !== "function") {
    throw new TypeError(`ctx.run(${show(first)}, action) takes a function second, not ${show(second)}.`);
  }
  if (third !== undefined && (typeof third !== "object" || third === null)) {
    throw new TypeError(
      `ctx.run(${show(first)}, action, options) takes an object third, not ${show(third)}.`,
    );
  }
  return { name: first, action: second as RunAction<T>, options: third as RunOptions<T> | undefined };
}

/** `undefined` when no retry option is given: the invocation's own policy decides then. */
function toRetryPolicy<T>(
  handler: BoundHandler,
  options: RunOptions<T> | undefined,
): RunRetryPolicy | undefined {
  if (options === undefined) return undefined;
  const { maxRetryAttempts, maxRetryDuration, initialRetryInterval, maxRetryInterval, retryIntervalFactor } =
    options;
  const given = [
    maxRetryAttempts,
    maxRetryDuration,
    initialRetryInterval,
    maxRetryInterval,
    retryIntervalFactor,
  ];
  if (given.every((option) => option === undefined)) return undefined;
  checkAtLeast(handler, { option: "maxRetryAttempts", value: maxRetryAttempts, least: 0 });
  checkAtLeast(handler, { option: "retryIntervalFactor", value: retryIntervalFactor, least: 1 });
  const ms = (option: string, value: Duration | number | undefined): number | undefined =>
    value === undefined ? undefined : checkDuration(handler, `${option} of ctx.run`, value);
  return {
    maxAttempts: maxRetryAttempts,
    maxDurationMs: ms("maxRetryDuration", maxRetryDuration),
    initialIntervalMs: ms("initialRetryInterval", initialRetryInterval) ?? DEFAULT_INITIAL_INTERVAL_MS,
    maxIntervalMs: ms("maxRetryInterval", maxRetryInterval) ?? DEFAULT_MAX_INTERVAL_MS,
    factor: retryIntervalFactor ?? DEFAULT_FACTOR,
  };
}

function checkAtLeast(
  handler: BoundHandler,
  { option, value, least }: { readonly option: string; readonly value: unknown; readonly least: number },
): void {
  if (value === undefined || (typeof value === "number" && value >= least)) return;
  throw misuse(
    handler,
    `${option} of ctx.run must be a number of ${least} or more, not ${show(value)}`,
    "Leave the option out for the default.",
  );
}
