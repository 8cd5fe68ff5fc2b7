import {
  type CompletedInvocation,
  describeTarget,
  type EngineApi,
  type LiveInvocation,
  type LiveStatus,
} from "@perdure/engine/internal";

/** An invocation that the engine knows: one that has not ended, or whose result is still kept. */
export interface TestInvocation {
  readonly invocationId: string;
  /** `service/handler` or `service/key/handler`. */
  readonly target: string;
  readonly service: string;
  readonly handler: string;
  /** Of an object or a workflow. */
  readonly key: string | undefined;
  readonly status: LiveStatus | "succeeded" | "failed";
  /** The invocation that made it; `undefined` for one of a client. */
  readonly calledBy: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly createdAtMs: number;
  readonly completedAtMs: number | undefined;
  /** How often it failed since it last got on. */
  readonly failuresInARow: number;
  /** The message of its last failed attempt, or of the failure that it ended with. */
  readonly failure: string | undefined;
}

/** Which invocations are wanted. What is left out does not matter. */
export type InvocationFilter = Partial<Pick<TestInvocation, "service" | "handler" | "key" | "status">>;

export interface ListOptions {
  readonly filter: InvocationFilter;
  /** Which of two that were made at the same time ran first. */
  readonly orderOf: (invocationId: string) => number;
}

export async function listInvocations(
  api: EngineApi,
  { filter, orderOf }: ListOptions,
): Promise<readonly TestInvocation[]> {
  const completed = [...api.completedInvocations()].map((one) => toCompleted(api, one));
  const all = [...(await Promise.all(completed)), ...Array.from(api.liveInvocations(), toLive)];
  return all
    .filter((one) => matches(one, filter))
    .sort(
      (a, b) => a.createdAtMs - b.createdAtMs || compare(orderOf(a.invocationId), orderOf(b.invocationId)),
    );
}

export function matches(one: TestInvocation, filter: InvocationFilter): boolean {
  return Object.entries(filter).every(
    ([name, wanted]) => wanted === undefined || one[name as keyof InvocationFilter] === wanted,
  );
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

type Facts = Pick<LiveInvocation, "id" | "target" | "invokedBy" | "idempotencyKey" | "createdAtMs">;

function toFacts({ id, target, invokedBy, idempotencyKey, createdAtMs }: Facts) {
  const { service, handler, key } = target;
  return {
    invocationId: id,
    target: describeTarget(target),
    service,
    handler,
    key,
    calledBy: invokedBy.type === "service" ? invokedBy.id : undefined,
    idempotencyKey,
    createdAtMs,
  };
}

function toLive(live: LiveInvocation): TestInvocation {
  return {
    ...toFacts(live),
    status: live.status,
    completedAtMs: undefined,
    failuresInARow: Math.max(live.retryCount, live.policyFailures),
    failure: live.lastFailure?.message,
  };
}

async function toCompleted(api: EngineApi, completed: CompletedInvocation): Promise<TestInvocation> {
  const result = completed.succeeded ? undefined : (await api.archive(completed.id))?.result;
  return {
    ...toFacts(completed),
    status: completed.succeeded ? "succeeded" : "failed",
    completedAtMs: completed.completedAtMs,
    failuresInARow: 0,
    failure: result?.type === "failure" ? result.failure.message : undefined,
  };
}
