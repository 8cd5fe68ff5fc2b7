import type { EngineDefaults } from "@perdure/engine";
import type { AnyDefinition, Duration, EndpointOptions } from "@perdure/sdk";
import type { MisuseOptions } from "../misuse/misuse.ts";
import type { RunReplacement } from "./runs.ts";
import type { TestPlace } from "./where.ts";

/** What a test engine can be told. Only `services` is needed. */
export interface TestEngineOptions extends Omit<EndpointOptions, "identityKeys"> {
  /**
   * What runs the handlers. `engine`: the one of this package. `restate-server`: the real one
   * of the npm package `@restatedev/restate-server`, with this process as its endpoint. There
   * the time is the real one, and what is said here about time, chance and `failuresMax` does
   * not count. When absent the environment's `PERDURE_TEST_ON`, else `engine`.
   */
  readonly on?: TestPlace | undefined;
  /** Other implementations of services, by their names. See {@link replacement}. */
  readonly replace?: readonly AnyDefinition[] | undefined;
  /** What stands for the closures of `ctx.run`, by the names of the runs. */
  readonly runs?: Readonly<Record<string, RunReplacement>> | undefined;
  /**
   * `auto`, the default: while a client waits for a result, the time moves on to the next
   * sleep, delayed start or retry as soon as each handler waits for something durable.
   * `manual`: it moves only by {@link TestClock}.
   */
  readonly time?: "auto" | "manual" | undefined;
  /** When the engine's time begins; the first of January 2026 in UTC when absent, so that tests repeat. */
  readonly now?: Date | number | undefined;
  /** Decides ids and the jitter of retries: the same seed gives the same ones. 1 when absent. */
  readonly seed?: number | undefined;
  /** An invocation that fails so often in a row is paused. {@link FAILURES_MAX} when absent. */
  readonly failuresMax?: number | undefined;
  /** How far the time moves by itself for one call that waits. {@link HORIZON_DAYS} when absent. */
  readonly horizon?: Duration | number | undefined;
  /**
   * How long handlers may take to come to rest, in real milliseconds, when `clock` waits for
   * that. {@link PATIENCE_MS} when absent, on a real server {@link SERVER_PATIENCE_MS}.
   */
  readonly patienceMs?: number | undefined;
  /**
   * Misuse is an error: it fails the invocation, and `close()` rejects with what nobody has
   * read by `misuses()`. False when absent: then it is listed, and told by `console.warn`.
   */
  readonly strict?: boolean | undefined;
  /** What is made of misuse. `off`: nobody looks for it, and the globals of the process are left alone. */
  readonly misuse?: MisuseOptions | "off" | undefined;
  /** What holds where a service says nothing of its own. */
  readonly defaults?: Partial<EngineDefaults> | undefined;
}

/** Failures in a row of one invocation, after which it is paused. */
export const FAILURES_MAX = 50;

/** How far the time moves by itself, unless told otherwise: a hundred years. */
export const HORIZON_DAYS = 36_525;

/** How long handlers may take to come to rest, in real milliseconds, unless told otherwise. */
export const PATIENCE_MS = 2000;

/** The same on a real server, where sleeps take their time. */
export const SERVER_PATIENCE_MS = 10_000;

/** When time begins, unless told otherwise. */
export const START_MS: number = Date.UTC(2026, 0, 1);

/** The seed, unless told otherwise. */
export const SEED = 1;
