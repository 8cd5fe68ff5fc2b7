import { decodeInvocationId, type ProtocolVersion, toRandomSeed } from "@perdure/sdk/internal";
import { handlerOf } from "./handler-of.ts";
import { describeTarget, type LiveInvocation } from "./records.ts";
import type { World } from "./world.ts";

/** The server's documented code for what has no deployment. */
const NO_DEPLOYMENT = "RT0011";

/** How long the engine waits before it looks again for a deployment that is missing. */
const MISSING_DEPLOYMENT_RETRY_MS = 1000;

/** The newest protocol that we speak with an endpoint over HTTP, as the server does. */
const REMOTE_PROTOCOL_MAX = 6;

/** In process both sides are ours. */
const IN_PROCESS_PROTOCOL = 7;

export function startAttempt(world: World, invocation: LiveInvocation): void {
  const { target } = invocation;
  const deploymentId = invocation.deploymentId ?? world.directory.service(target.service)?.deploymentId;
  const deployment = deploymentId === undefined ? undefined : world.directory.deployment(deploymentId);
  if (deployment === undefined) {
    invocation.lastFailure = {
      code: 500,
      message: `No deployment runs ${describeTarget(target)}. Register one that has it.`,
      restateCode: NO_DEPLOYMENT,
      atMs: world.nowMs,
    };
    waitToRetry(world, invocation, MISSING_DEPLOYMENT_RETRY_MS);
    return;
  }
  const ours = deployment.place.type === "inProcess" ? IN_PROCESS_PROTOCOL : REMOTE_PROTOCOL_MAX;
  const newest = Math.min(deployment.maxProtocolVersion, ours);
  const protocolVersion = (invocation.protocolVersion ?? newest) as ProtocolVersion;
  invocation.attempt = world.nextAttempt;
  world.nextAttempt += 1;
  invocation.nextRetryAtMs = undefined;
  invocation.awaitingOn = undefined;
  invocation.reportedAwait = undefined;
  invocation.knownEntries = invocation.journal.length;
  world.running.set(invocation.id, { deploymentId: deployment.id, protocolVersion });
  world.touch(invocation);
  const state = eagerState(world, invocation);
  const id = decodeInvocationId(invocation.id);
  world.step.effect({
    type: "startAttempt",
    invocationId: invocation.id,
    attempt: invocation.attempt,
    target,
    deploymentId: deployment.id,
    protocolVersion,
    entries: invocation.journal.slice(),
    start: {
      type: "Start",
      id,
      debugId: invocation.id,
      knownEntries: invocation.journal.length,
      stateMap: state ?? [],
      partialState: state === undefined,
      key: target.key ?? "",
      retryCountSinceLastStoredEntry: invocation.retryCount,
      durationSinceLastStoredEntryMs: Math.max(0, world.nowMs - lastStoredAtMs(invocation)),
      randomSeed: toRandomSeed(id),
      ...(protocolVersion >= 7 && invocation.idempotencyKey !== undefined
        ? { idempotencyKey: invocation.idempotencyKey }
        : {}),
    },
  });
  // From version 7 on it says what it waits for.
  if (protocolVersion < 7 && invocation.expected.size > 0) world.suspects.add(invocation);
  if (invocation.pauseRequested) {
    const { id: invocationId, attempt } = invocation;
    world.step.effect({ type: "endInput", invocationId, attempt });
  }
}

function lastStoredAtMs({ journal, createdAtMs }: LiveInvocation): number {
  return journal.at(-1)?.appendedAtMs ?? createdAtMs;
}

function eagerState(
  world: World,
  invocation: LiveInvocation,
): { key: Uint8Array; value: Uint8Array }[] | undefined {
  const { target } = invocation;
  if (target.key === undefined || handlerOf(world, invocation)?.options.enableLazyState) return undefined;
  const encoder = new TextEncoder();
  return Array.from(world.stateOf(target.service, target.key), ([name, value]) => ({
    key: encoder.encode(name),
    value,
  }));
}

export function waitToRetry(world: World, invocation: LiveInvocation, delayMs: number): void {
  const atMs = world.nowMs + delayMs;
  invocation.attempt = 0;
  invocation.nextRetryAtMs = atMs;
  world.touch(invocation);
  world.step.effect({ type: "setTimer", timer: { type: "retry", invocationId: invocation.id }, atMs });
}
