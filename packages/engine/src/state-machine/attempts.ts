import {
  type AwaitTree,
  type ErrorMessage,
  isCommand,
  type Message,
  type Outcome,
  type ProposeRunCompletionMessage,
} from "@perdure/sdk/internal";
import { applyCommand, type CommandContext } from "./commands.ts";
import { setPaused } from "./control.ts";
import { end } from "./end.ts";
import type { AttemptFailedEvent } from "./events.ts";
import { handlerOf } from "./handler-of.ts";
import { complete, wakeIfPossible } from "./notify.ts";
import type { LiveInvocation } from "./records.ts";
import { PROTOCOL_VIOLATION, Rejected } from "./reject.ts";
import { waitToRetry } from "./start-attempt.ts";
import type { World } from "./world.ts";

/**
 * What an attempt says, and how attempts end. Protocol sections 5.3 to 5.5.
 *
 * 1. Messages of an attempt that has no say any more are ignored.
 * 2. Nothing that an attempt sends can do worse than fail this attempt.
 */
export interface AttemptInput {
  readonly messages: readonly Message[];
  readonly entropy: () => Uint8Array;
  readonly jitter: number;
}

export function applyMessages(world: World, invocation: LiveInvocation, input: AttemptInput): void {
  const context: CommandContext = { world, invocation, entropy: input.entropy };
  const { attempt } = invocation;
  for (const message of input.messages) {
    // It may have ended by its own doing: it cancelled or killed itself.
    if (invocation.attempt !== attempt || world.live.get(invocation.id) !== invocation) return;
    try {
      applyMessage(context, message, input.jitter);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      const { id: invocationId } = invocation;
      world.step.effect({ type: "abortAttempt", invocationId, attempt, reason: error.message });
      failAttempt(world, invocation, {
        failure: { code: 500, message: error.message, restateCode: error.restateCode },
        nextRetryDelayMs: undefined,
        countsForHandler: true,
        jitter: input.jitter,
      });
      return;
    }
  }
}

function applyMessage(context: CommandContext, message: Message, jitter: number): void {
  const { world, invocation } = context;
  if (isCommand(message)) {
    pin(world, invocation);
    applyCommand(context, message);
    progressed(world, invocation);
    return;
  }
  switch (message.type) {
    case "ProposeRunCompletion":
      pin(world, invocation);
      acceptRun(world, invocation, message);
      break;
    case "AwaitingOn":
      invocation.reportedAwait = message.awaitingOn;
      world.suspects.add(invocation);
      break;
    case "Suspension":
      suspend(world, invocation, message.awaitingOn);
      break;
    case "End":
      finish(world, invocation);
      break;
    case "Error":
      failByHandler(world, invocation, message, jitter);
      break;
    default:
      throw new Rejected(`The attempt sent ${message.type}, which only the engine may send.`, {
        restateCode: PROTOCOL_VIOLATION,
      });
  }
}

/** From its first stored entry on an invocation stays on its deployment and version. */
function pin(world: World, invocation: LiveInvocation): void {
  if (invocation.deploymentId !== undefined) return;
  const deploymentId = world.directory.service(invocation.target.service)?.deploymentId;
  const running = world.running.get(invocation.id);
  invocation.deploymentId = running?.deploymentId ?? deploymentId;
  invocation.protocolVersion = running?.protocolVersion;
  world.touch(invocation);
}

function progressed(world: World, invocation: LiveInvocation): void {
  if (invocation.retryCount === 0) return;
  invocation.retryCount = 0;
  world.touch(invocation);
}

/** The first proposal of an id counts. In v7 the ack stands for the notification. */
function acceptRun(world: World, invocation: LiveInvocation, message: ProposeRunCompletionMessage): void {
  const { completionId, result } = message;
  if (invocation.completed.has(completionId)) return;
  if (invocation.expected.get(completionId)?.type !== "Run") {
    throw new Rejected(`The attempt proposed a result for run ${completionId}, which there is not.`, {
      restateCode: PROTOCOL_VIOLATION,
    });
  }
  const version = world.running.get(invocation.id)?.protocolVersion ?? 0;
  if (version < 7) {
    complete(world, invocation, completionId, result);
    return;
  }
  const { id: invocationId, attempt } = invocation;
  world.append(invocation, { type: "Completion", kind: "Run", completionId, result });
  world.step.effect({
    type: "feed",
    invocationId,
    attempt,
    message: { type: "ProposeRunCompletionAck", completionId },
  });
}

function suspend(world: World, invocation: LiveInvocation, awaitingOn: AwaitTree): void {
  if (isEmpty(awaitingOn)) {
    throw new Rejected("The attempt suspended without saying on what.", { restateCode: PROTOCOL_VIOLATION });
  }
  const { id: invocationId, attempt } = invocation;
  invocation.signalsFrom = invocation.knownEntries;
  world.step.effect({ type: "finishAttempt", invocationId, attempt });
  invocation.attempt = 0;
  if (invocation.pauseRequested) {
    setPaused(world, invocation);
    return;
  }
  invocation.status = "suspended";
  invocation.awaitingOn = awaitingOn;
  world.touch(invocation);
  wakeIfPossible(world, invocation);
}

function isEmpty({ completions, signals, namedSignals, nested }: AwaitTree): boolean {
  return completions.length + signals.length + namedSignals.length === 0 && nested.every(isEmpty);
}

function finish(world: World, invocation: LiveInvocation): void {
  const result = lastOutput(invocation);
  if (result === undefined) {
    throw new Rejected("The attempt ended without an Output.", { restateCode: PROTOCOL_VIOLATION });
  }
  end(world, invocation, result);
}

function lastOutput({ journal }: LiveInvocation): Outcome | undefined {
  for (let index = journal.length - 1; index > 0; index -= 1) {
    const message = journal[index]?.message;
    if (message?.type === "Output") return message.result;
  }
  return undefined;
}

function failByHandler(world: World, invocation: LiveInvocation, error: ErrorMessage, jitter: number): void {
  const { id: invocationId, attempt } = invocation;
  world.step.effect({ type: "finishAttempt", invocationId, attempt });
  failAttempt(world, invocation, {
    failure: {
      code: error.code,
      message: error.message,
      stacktrace: error.stacktrace === "" ? undefined : error.stacktrace,
      restateCode: error.code === 570 ? "RT0016" : error.code === 571 ? PROTOCOL_VIOLATION : "RT0007",
      relatedCommandIndex: error.relatedCommandIndex,
      relatedCommandName: error.relatedCommandName,
      relatedCommandType: error.relatedCommandType,
    },
    nextRetryDelayMs: error.nextRetryDelayMs,
    countsForHandler: true,
    jitter,
    behavior: error.behavior,
  });
}

type Failed = Pick<AttemptFailedEvent, "failure" | "nextRetryDelayMs" | "countsForHandler" | "jitter"> & {
  readonly behavior?: ErrorMessage["behavior"];
};

/** Up to this part of the delay is added to it, at random. */
const JITTER = 0.3;

/** Retry, pause, or give up. Protocol section 5.5. */
export function failAttempt(world: World, invocation: LiveInvocation, failed: Failed): void {
  invocation.attempt = 0;
  invocation.lastFailure = { ...failed.failure, atMs: world.nowMs };
  if (failed.countsForHandler) invocation.retryCount += 1;
  world.touch(invocation);
  if (invocation.pauseRequested || failed.behavior === "pause") {
    setPaused(world, invocation);
    return;
  }
  if (failed.behavior === "fail") {
    giveUp(world, invocation);
    return;
  }
  if (failed.nextRetryDelayMs !== undefined) {
    waitToRetry(world, invocation, failed.nextRetryDelayMs);
    return;
  }
  invocation.policyFailures += 1;
  const policy = handlerOf(world, invocation)?.options.retryPolicy;
  if (policy === undefined) {
    waitToRetry(world, invocation, 1000);
    return;
  }
  if (policy.maxAttempts !== undefined && invocation.policyFailures >= policy.maxAttempts) {
    if (policy.onMaxAttempts === "kill") giveUp(world, invocation);
    else setPaused(world, invocation);
    return;
  }
  const backoff = policy.initialIntervalMs * policy.factor ** (invocation.policyFailures - 1);
  const delayMs = Math.min(policy.maxIntervalMs, backoff);
  waitToRetry(world, invocation, Math.round(delayMs * (1 + JITTER * failed.jitter)));
}

function giveUp(world: World, invocation: LiveInvocation): void {
  const { code, message, stacktrace } = invocation.lastFailure ?? { code: 500, message: "killed" };
  end(world, invocation, { type: "failure", failure: { code, message } }, { stacktrace });
}
