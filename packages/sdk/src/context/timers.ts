import type { ContextDate } from "../definition/context.ts";
import type { Duration } from "../definition/duration.ts";
import type { RestatePromise } from "../definition/promises.ts";
import { jsonSerde } from "../serde/json.ts";
import type { ContextCore } from "./core.ts";
import { decodeVoid } from "./payload.ts";
import { startRun } from "./run.ts";
import { checkDisplayName, checkDuration } from "./validation.ts";

/** Journals when to wake up, as a point in time: a later attempt waits only for what is left. */
export function sleep(
  core: ContextCore,
  duration: Duration | number,
  name: string | undefined,
): RestatePromise<void> {
  const ms = checkDuration(core.handler, "ctx.sleep", duration);
  const displayName = checkDisplayName(core.handler, name);
  return core.journal.request(
    {
      type: "Sleep",
      name: displayName,
      wakeUpTimeMs: pointInTime(core, ms),
      completionId: core.journal.takeCompletionId(),
    },
    decodeVoid,
  );
}

/** Milliseconds since the epoch, whole, and never before `ms` have passed. */
export function pointInTime(core: ContextCore, ms: number): number {
  return Math.min(Math.ceil(core.now() + ms), Number.MAX_SAFE_INTEGER);
}

/** The time by unnamed runs. */
export class JournaledDate implements ContextDate {
  readonly #core: ContextCore;

  constructor(core: ContextCore) {
    this.#core = core;
  }

  now(): RestatePromise<number> {
    const action = (): number => this.#core.now();
    return startRun<number>(this.#core, { name: "", action, options: { serde: jsonSerde } });
  }

  toJSON(): RestatePromise<string> {
    const action = (): string => new Date(this.#core.now()).toJSON();
    return startRun<string>(this.#core, { name: "", action, options: { serde: jsonSerde } });
  }
}
