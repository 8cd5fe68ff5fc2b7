import type { DeploymentInfo } from "../registry/service-info.ts";
import { describeTarget } from "../state-machine/records.ts";
import { handlerMissing } from "./attempt-failures.ts";
import type { Invoker } from "./invoker.ts";

export interface DeploymentInvokerOptions {
  /** Absent in an engine that has no services of its own. */
  readonly inProcess?: Invoker | undefined;
  readonly http1: Invoker;
  readonly http2: Invoker;
}

/** Makes each attempt where its deployment is. */
export function createDeploymentInvoker(options: DeploymentInvokerOptions): Invoker {
  const all = [options.inProcess, options.http1, options.http2].filter((invoker) => invoker !== undefined);
  return {
    start: (request, events) => choose(request.deployment, options).start(request, events),
    async close() {
      await Promise.all(all.map((invoker) => invoker.close()));
    },
    get running() {
      return all.reduce((sum, invoker) => sum + invoker.running, 0);
    },
  };
}

function choose({ place }: DeploymentInfo, { inProcess, http1, http2 }: DeploymentInvokerOptions): Invoker {
  if (place.type === "http") return place.useHttp11 ? http1 : http2;
  return inProcess ?? NOWHERE;
}

/** For what was begun by an engine with services of its own, and is now run by one without. */
const NOWHERE: Invoker = {
  start(request, events) {
    let over = false;
    const end = (): void => {
      over = true;
    };
    queueMicrotask(() => {
      const { failure, options } = handlerMissing(describeTarget(request.target));
      if (!over) events.failed(failure, options);
    });
    return { feed: () => {}, endInput: () => {}, finish: end, abort: end };
  },
  close: async () => {},
  running: 0,
};
