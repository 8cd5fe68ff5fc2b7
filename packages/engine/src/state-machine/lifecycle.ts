import { sha256 } from "@noble/hashes/sha2.js";
import {
  type CompletionKind,
  decodeInvocationId,
  type Notification,
  type NotificationResult,
  type Outcome,
  type ProtocolVersion,
} from "@perdure/sdk/internal";
import type { HandlerInfo } from "../registry/service-info.ts";
import { canProgress } from "./await-tree.ts";
import { awaitedIdOf } from "./awaited.ts";
import { instanceOf, invocationKey, journalKey, stateEditKey } from "./keys.ts";
import { describeTarget, type LiveInvocation, type Sink, type Target } from "./records.ts";
import { archive } from "./retention.ts";
import type { InboxItem, QueuedEdit, World } from "./world.ts";

/**
 * The life of an invocation: queued, started, woken, ended.
 *
 * 1. An exclusive handler runs only while it holds the lock of its instance, from
 *    its first attempt to its end, through suspension, backoff and pause.
 * 2. A notification is stored first; then the attempt that runs is fed, or the
 *    one that is suspended is woken if it can go on.
 * 3. Ending delivers the result to everyone who waits, in the same step.
 */

/** What holds for an invocation: by its own deployment, or by the latest while it has none. */
export function handlerOf(world: World, invocation: LiveInvocation): HandlerInfo | undefined {
  const { target, deploymentId } = invocation;
  const { directory } = world;
  const own =
    deploymentId === undefined
      ? undefined
      : directory.handlerAt(deploymentId, target.service, target.handler);
  return own ?? directory.service(target.service)?.handlers.get(target.handler);
}

export function isExclusive(target: Target): boolean {
  return target.handlerKind === "exclusive" && target.key !== undefined;
}

/** Starts it now, or puts it behind those that wait for its object. */
export function enqueue(world: World, invocation: LiveInvocation): void {
  const { target } = invocation;
  if (isExclusive(target)) {
    const instance = instanceOf(target.service, target.key ?? "");
    const inbox = world.inboxes.get(instance);
    if (world.locks.has(instance) || (inbox !== undefined && inbox.length > 0)) {
      invocation.status = "inboxed";
      invocation.inboxSeq = world.takeSeq();
      pushInbox(world, instance, { type: "invocation", id: invocation.id });
      world.touch(invocation);
      return;
    }
    world.locks.set(instance, invocation.id);
  }
  start(world, invocation);
}

export function pushInbox(world: World, instance: string, item: InboxItem): void {
  const inbox = world.inboxes.get(instance);
  if (inbox === undefined) world.inboxes.set(instance, [item]);
  else inbox.push(item);
}

/** First attempt of an invocation that holds what it needs. */
function start(world: World, invocation: LiveInvocation): void {
  invocation.status = "invoked";
  invocation.inboxSeq = undefined;
  invocation.startedAtMs = world.nowMs;
  world.touch(invocation);
  startAttempt(world, invocation);
}

/** The code and deployment problems that keep an attempt from being made at all. */
export const NO_DEPLOYMENT = "RT0011";
export const PINNED_VERSION_GONE = "RT0014";

/** How long the engine waits before it looks again for a deployment that is missing. */
const MISSING_DEPLOYMENT_RETRY_MS = 1000;

/** The newest protocol that we speak with an endpoint over HTTP, as the server does. */
export const REMOTE_PROTOCOL_MAX = 6;
/** In process both sides are ours. */
export const IN_PROCESS_PROTOCOL = 7;

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
      randomSeed: toSeed(id),
      ...(protocolVersion >= 7 && invocation.idempotencyKey !== undefined
        ? { idempotencyKey: invocation.idempotencyKey }
        : {}),
    },
  });
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

/** Any function of the id will do; it has to be the same in every attempt. */
function toSeed(id: Uint8Array): bigint {
  const { buffer, byteOffset } = sha256(id);
  return new DataView(buffer, byteOffset).getBigUint64(0);
}

export function waitToRetry(world: World, invocation: LiveInvocation, delayMs: number): void {
  const atMs = world.nowMs + delayMs;
  invocation.attempt = 0;
  invocation.nextRetryAtMs = atMs;
  world.touch(invocation);
  world.step.effect({ type: "setTimer", timer: { type: "retry", invocationId: invocation.id }, atMs });
}

/** What a completion of this id in the caller's journal is called. */
function kindOf(invocation: LiveInvocation, completionId: number): CompletionKind | undefined {
  // Every command that can be expected is named as the completion is.
  return invocation.expected.get(completionId)?.type as CompletionKind | undefined;
}

/** Completes a command of a live invocation. Ids that nothing expects, or that are complete, are ignored. */
export function complete(
  world: World,
  invocation: LiveInvocation,
  completionId: number,
  result: NotificationResult,
): void {
  const kind = kindOf(invocation, completionId);
  if (kind === undefined) return;
  notify(world, invocation, { type: "Completion", kind, completionId, result });
}

/** What a caller gets of a result that was forgotten while it was on the way. */
export const GONE: Outcome = { type: "failure", failure: { code: 410, message: "gone" } };

/** Rule 2. */
export function notify(world: World, invocation: LiveInvocation, notification: Notification): void {
  const { attempt } = invocation;
  world.append(invocation, notification);
  if (attempt !== 0) {
    world.step.effect({ type: "feed", invocationId: invocation.id, attempt, message: notification });
  } else if (invocation.status === "suspended") {
    wakeIfPossible(world, invocation);
  }
}

export function wakeIfPossible(world: World, invocation: LiveInvocation): void {
  const { awaitingOn } = invocation;
  if (awaitingOn !== undefined && !canProgress(awaitingOn, knownOf(invocation))) return;
  wake(world, invocation);
}

export function wake(world: World, invocation: LiveInvocation): void {
  invocation.status = "invoked";
  invocation.policyFailures = 0;
  invocation.retryCount = 0;
  startAttempt(world, invocation);
}

/** Signals that the suspended attempt had known are not news: it would have taken them. */
function knownOf(invocation: LiveInvocation): Parameters<typeof canProgress>[1] {
  return {
    completion: (id) => invocation.completed.get(id),
    signal: (wanted) => {
      for (let index = invocation.signalsFrom; index < invocation.journal.length; index += 1) {
        const message = invocation.journal[index]?.message;
        if (message?.type === "Signal" && message.signal === wanted) return message.result.type === "failure";
      }
      return undefined;
    },
  };
}

export interface EndOptions {
  /** Forgotten at once: it never ran. */
  readonly forget?: boolean;
  /** Of a retry policy that gave up. */
  readonly stacktrace?: string | undefined;
}

/** Rule 3. */
export function end(
  world: World,
  invocation: LiveInvocation,
  result: Outcome,
  options: EndOptions = {},
): void {
  if (!world.live.delete(invocation.id)) return;
  world.running.delete(invocation.id);
  clearTimers(world, invocation);
  leavePromises(world, invocation);
  leaveCallees(world, invocation);
  if (invocation.attempt !== 0) {
    const { id: invocationId, attempt } = invocation;
    world.step.effect({ type: "finishAttempt", invocationId, attempt });
    invocation.attempt = 0;
  }
  world.step.write(invocationKey(invocation.id), undefined);
  for (let index = 0; index < invocation.journal.length; index += 1) {
    world.step.write(journalKey(invocation.id, index), undefined);
  }
  if (options.forget !== true) {
    const { stacktrace } = options;
    archive(world, invocation, { result, stacktrace, handler: handlerOf(world, invocation) });
  }
  for (const waiterId of invocation.waiters) {
    world.step.effect({
      type: "answer",
      waiterId,
      invocationId: invocation.id,
      target: invocation.target,
      result,
      expiresAtMs: undefined,
      stacktrace: options.stacktrace,
    });
  }
  for (const sink of invocation.sinks) deliver(world, sink, result);
  release(world, invocation);
}

function deliver(world: World, sink: Sink, result: Outcome): void {
  const caller = world.live.get(sink.callerId);
  if (caller !== undefined) complete(world, caller, sink.completionId, result);
}

function clearTimers(world: World, invocation: LiveInvocation): void {
  const invocationId = invocation.id;
  if (invocation.status === "scheduled") {
    world.step.effect({ type: "clearTimer", timer: { type: "execute", invocationId } });
  }
  if (invocation.nextRetryAtMs !== undefined) {
    world.step.effect({ type: "clearTimer", timer: { type: "retry", invocationId } });
  }
  for (const [completionId, command] of invocation.expected) {
    if (command.type !== "Sleep") continue;
    world.step.effect({ type: "clearTimer", timer: { type: "sleep", invocationId, completionId } });
  }
}

function leavePromises(world: World, { id, target, expected }: LiveInvocation): void {
  const { service, key = "" } = target;
  for (const command of expected.values()) {
    if (command.type === "GetPromise") world.leavePromise({ service, key, name: command.key }, id);
  }
}

/** Its id may come back, with other commands under the same completion ids. */
function leaveCallees(world: World, invocation: LiveInvocation): void {
  for (const completionId of invocation.expected.keys()) {
    const awaited = awaitedIdOf(world, invocation, completionId);
    const callee = awaited === undefined ? undefined : world.live.get(awaited);
    if (callee === undefined) continue;
    callee.sinks = callee.sinks.filter(({ callerId }) => callerId !== invocation.id);
    world.touch(callee);
  }
}

/** Gives the lock to the next that waits for it, or takes it out of the inbox. */
function release(world: World, invocation: LiveInvocation): void {
  const { target } = invocation;
  if (!isExclusive(target)) return;
  const instance = instanceOf(target.service, target.key ?? "");
  if (world.locks.get(instance) !== invocation.id) {
    removeFromInbox(world, instance, invocation.id);
    return;
  }
  world.locks.delete(instance);
  takeNext(world, instance);
}

function removeFromInbox(world: World, instance: string, id: string): void {
  const inbox = world.inboxes.get(instance);
  if (inbox === undefined) return;
  const left = inbox.filter((item) => item.type !== "invocation" || item.id !== id);
  if (left.length === 0) world.inboxes.delete(instance);
  else world.inboxes.set(instance, left);
}

export function takeNext(world: World, instance: string): void {
  const inbox = world.inboxes.get(instance);
  if (inbox === undefined) return;
  for (let item = inbox.shift(); item !== undefined; item = inbox.shift()) {
    if (item.type === "edit") {
      applyEdit(world, item.edit);
      continue;
    }
    const next = world.live.get(item.id);
    if (next === undefined) continue;
    world.locks.set(instance, next.id);
    start(world, next);
    break;
  }
  if (inbox.length === 0) world.inboxes.delete(instance);
}

/** An edit that names another version than the state has is dropped, as on the server. */
export function applyEdit(world: World, edit: QueuedEdit): void {
  world.step.write(stateEditKey(edit.seq), undefined);
  if (edit.version !== undefined && edit.version !== versionOf(world.stateOf(edit.service, edit.key))) return;
  world.clearState(edit.service, edit.key);
  for (const [name, value] of edit.state) world.setState(edit.service, edit.key, name, value);
}

/** A hash of a whole state, by which an edit can tell whether it changed meanwhile. */
export function versionOf(state: ReadonlyMap<string, Uint8Array>): string {
  const hash = sha256.create();
  const encoder = new TextEncoder();
  for (const name of [...state.keys()].sort()) {
    hash.update(encoder.encode(JSON.stringify(name))).update(state.get(name) ?? new Uint8Array());
  }
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
