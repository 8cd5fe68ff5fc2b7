import {
  type BoundEndpoint,
  type BoundHandler,
  type JournalInspector,
  nodeRuntime,
  RequestHandler,
  type Rest,
  serveHandler,
} from "@perdure/sdk/internal";
import { mapHandlers } from "../engine/runs.ts";
import { joinInspectors } from "../misuse/join-inspectors.ts";
import type { MisuseGuard } from "../misuse/misuse-guard.ts";

/** The handlers of a test, behind a port, and what their attempts are doing. */
export interface ServedEndpoint {
  readonly url: string;
  /** What the last attempt of an invocation is doing; `undefined` when its code is under way, or nobody knows. */
  restOf(invocationId: string): Rest | undefined;
  close(): Promise<void>;
}

interface ServedAttempt {
  /** Known as soon as the handler is called. */
  invocationId: string;
  readonly target: { readonly service: string; readonly handler: string };
}

export async function serveEndpoint(
  bound: BoundEndpoint,
  guard: MisuseGuard | undefined,
): Promise<ServedEndpoint> {
  const rests = new Map<string, Rest | undefined>();
  /** Whose handler is being called right now. */
  let starting: ServedAttempt | undefined;

  const endpoint = mapHandlers(guard?.toEndpoint(bound) ?? bound, (handler) => ({
    ...handler,
    invoke: (ctx, input) => {
      const { id } = (ctx as { request(): { readonly id: string } }).request();
      if (starting !== undefined) starting.invocationId = id;
      rests.set(id, undefined);
      return handler.invoke(ctx, input);
    },
  }));

  const inspect = ({ service, name }: BoundHandler): JournalInspector => {
    const attempt: ServedAttempt = { invocationId: "", target: { service, handler: name } };
    const guarding = guard?.inspect(attempt);
    const watching: JournalInspector = {
      around: (place, action) => {
        const act = (): ReturnType<typeof action> => guarding?.around?.(place, action) ?? action();
        if (place.type !== "handler") return act();
        starting = attempt;
        try {
          return act();
        } finally {
          starting = undefined;
        }
      },
      rested: (rest) => void rests.set(attempt.invocationId, rest),
      ends: (outcome) => {
        rests.delete(attempt.invocationId);
        return guarding?.ends?.(outcome) ?? outcome;
      },
    };
    return guarding === undefined ? watching : joinInspectors(watching, guarding);
  };

  const runtime = { ...nodeRuntime, ...guard?.toRuntime(nodeRuntime) };
  const handler = new RequestHandler(withoutNotices(endpoint), { runtime, inspect });
  const serving = await serveHandler(handler, { port: 0 });
  return {
    url: serving.url,
    restOf: (invocationId) => rests.get(invocationId),
    close: () => serving.close({ graceMs: 0 }),
  };
}

/** Nobody has to know at which port a test listens. */
function withoutNotices(endpoint: BoundEndpoint): BoundEndpoint {
  const { logger } = endpoint;
  if (logger === undefined) return endpoint;
  return {
    ...endpoint,
    logger: (params, ...message) => {
      if (params.source !== "SYSTEM" || params.level !== "info") logger(params, ...message);
    },
  };
}
