import type { LoggerTransport } from "@perdure/sdk";
import type { BoundEndpoint, JournalInspector, Runtime } from "@perdure/sdk/internal";
import { AttemptGuard } from "./attempt-guard.ts";
import { installGlobalGuards } from "./global-guards.ts";
import type { Misuse } from "./misuse.ts";
import { MisuseLog, type MisuseLogOptions } from "./misuse-log.ts";
import { outsideOfScopes } from "./scope.ts";

/** Which attempt is looked at. */
export interface GuardedAttempt {
  /** Known when the handler is called at the latest. */
  readonly invocationId: string;
  readonly target: { readonly service: string; readonly handler: string };
}

/** Finds misuse in the handlers of one engine. */
export interface MisuseGuard {
  /** Looks into one attempt. */
  inspect(attempt: GuardedAttempt): JournalInspector;
  /** The runtime of the attempts. What they do by themselves belongs to no handler. */
  toRuntime(runtime: Pick<Runtime, "quiesce">): Pick<Runtime, "quiesce">;
  /** The endpoint. What it logs belongs to no handler. */
  toEndpoint(endpoint: BoundEndpoint): BoundEndpoint;
  /** What was found so far. */
  misuses(): readonly Misuse[];
  /** Ends it. Throws a `MisuseError` when there is misuse that is an error, and that nobody has read. */
  close(): void;
}

/** Guards the functions of the runtime until it is closed; several engines may at the same time. */
export function createMisuseGuard(options: MisuseLogOptions = {}): MisuseGuard {
  const log = new MisuseLog(options);
  const release = installGlobalGuards();
  return {
    inspect: (attempt) => {
      const { service, handler } = attempt.target;
      return new AttemptGuard(log, {
        handler: `${service}/${handler}`,
        get invocationId() {
          return attempt.invocationId;
        },
      });
    },
    toRuntime: ({ quiesce }) => ({
      quiesce: (step, how) => outsideOfScopes(() => quiesce(() => outsideOfScopes(step), how)),
    }),
    toEndpoint: (endpoint) => {
      const { logger } = endpoint;
      if (logger === undefined) return endpoint;
      const outside: LoggerTransport = (...args) => outsideOfScopes(() => logger(...args));
      return { ...endpoint, logger: outside };
    },
    misuses: () => log.read(),
    close: () => {
      release();
      log.close();
    },
  };
}
