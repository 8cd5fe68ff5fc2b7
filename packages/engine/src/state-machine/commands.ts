import {
  CANCEL_SIGNAL,
  type Command,
  type CompletePromiseCommand,
  decodeAwakeableId,
  encodeInvocationId,
  type InvocationTarget,
  isInvocationId,
  type NotificationResult,
  type Outcome,
} from "@perdure/sdk/internal";
import { cancel } from "./control.ts";
import { ALREADY_INVOKED, type Invoked, invoke } from "./invoke.ts";
import { complete, notify } from "./lifecycle.ts";
import { describeTarget, type LiveInvocation, type Target } from "./records.ts";
import {
  CALLEE_NOT_FOUND,
  PRECONDITION_FAILED,
  PROTOCOL_VIOLATION,
  Rejected,
  SCOPE_UNSUPPORTED,
} from "./reject.ts";
import { idOfTarget } from "./target-id.ts";
import type { World } from "./world.ts";

/**
 * What the commands of an attempt do. Protocol section 5.3.
 *
 * 1. A command is checked before anything is stored of it.
 * 2. It is stored together with its effect and with its completion, if that is
 *    known at once: a call is in the caller's journal exactly if the callee exists.
 */
export interface CommandContext {
  readonly world: World;
  readonly invocation: LiveInvocation;
  /** 16 random bytes for the id of a callee. */
  readonly entropy: () => Uint8Array;
}

export function applyCommand(context: CommandContext, command: Command): void {
  const { world, invocation } = context;
  check(context, command);
  world.append(invocation, command);
  carryOut(context, command);
}

function check(context: CommandContext, command: Command): void {
  switch (command.type) {
    case "Input":
      throw new Rejected("The attempt sent an Input command.", { restateCode: PROTOCOL_VIOLATION, command });
    case "SetState":
    case "ClearState":
    case "ClearAllState":
      requireStateWrites(context, command);
      break;
    case "GetLazyState":
    case "GetLazyStateKeys":
    case "GetEagerState":
    case "GetEagerStateKeys":
      requireKey(context, command);
      break;
    case "GetPromise":
    case "PeekPromise":
    case "CompletePromise":
      requireWorkflow(context, command);
      break;
    case "Call":
    case "OneWayCall":
      calleeOf(context.world, command);
      break;
    case "SendSignal":
      if (!isInvocationId(command.targetInvocationId)) throw badId(command, command.targetInvocationId);
      break;
    case "CompleteAwakeable":
      awakeableOf(command, command.awakeableId);
      break;
    case "AttachInvocation":
    case "GetInvocationOutput":
      targetIdOf(context.world, command, command.target);
      break;
    default:
      break;
  }
}

function carryOut(context: CommandContext, command: Command): void {
  const { world, invocation } = context;
  const { target } = invocation;
  const key = target.key ?? "";
  switch (command.type) {
    case "SetState":
      world.setState(target.service, key, command.key, command.value);
      break;
    case "ClearState":
      world.setState(target.service, key, command.key, undefined);
      break;
    case "ClearAllState":
      world.clearState(target.service, key);
      break;
    case "GetLazyState":
      complete(
        world,
        invocation,
        command.completionId,
        toState(world.stateOf(target.service, key).get(command.key)),
      );
      break;
    case "GetLazyStateKeys": {
      const keys = [...world.stateOf(target.service, key).keys()].sort();
      complete(world, invocation, command.completionId, { type: "stateKeys", keys });
      break;
    }
    case "Sleep":
      world.step.effect({
        type: "setTimer",
        timer: { type: "sleep", invocationId: invocation.id, completionId: command.completionId },
        atMs: command.wakeUpTimeMs,
      });
      break;
    case "Call":
    case "OneWayCall":
      callOut(context, command);
      break;
    case "SendSignal":
      sendSignal(world, command);
      break;
    case "CompleteAwakeable":
      deliverSignal(world, awakeableOf(command, command.awakeableId), command.result);
      break;
    case "GetPromise": {
      const promise = world.promiseOf(target.service, key, command.key);
      if (promise.result !== undefined) complete(world, invocation, command.completionId, promise.result);
      else promise.waiting.push({ callerId: invocation.id, completionId: command.completionId });
      break;
    }
    case "PeekPromise":
      complete(
        world,
        invocation,
        command.completionId,
        world.promiseResult(target.service, key, command.key) ?? VOID,
      );
      break;
    case "CompletePromise":
      completePromise(context, command);
      break;
    case "AttachInvocation":
    case "GetInvocationOutput":
      attach(context, command);
      break;
    default:
      break;
  }
}

const VOID: NotificationResult = { type: "void" };

function toState(value: Uint8Array | undefined): NotificationResult {
  return value === undefined ? VOID : { type: "success", value };
}

type CallLike = Extract<Command, { type: "Call" | "OneWayCall" }>;

/** The callee's target; refuses what the server would, with its codes. */
function calleeOf(world: World, command: CallLike): Target {
  if (command.scope !== undefined || command.limitKey !== undefined) {
    throw new Rejected("This engine has no scopes and no limit keys. Call without them.", {
      restateCode: SCOPE_UNSUPPORTED,
      command,
    });
  }
  const service = world.directory.service(command.service);
  const handler = service?.handlers.get(command.handler);
  if (service === undefined || handler === undefined) {
    const what =
      service === undefined ? `service ${command.service}` : `handler ${command.service}/${command.handler}`;
    throw new Rejected(`The ${what} is not registered. Register a deployment that has it.`, {
      restateCode: CALLEE_NOT_FOUND,
      command,
    });
  }
  const isKeyed = service.kind !== "service";
  if (!isKeyed && command.key !== "") {
    throw precondition(command, `${command.service} is a service and takes no key.`);
  }
  if (command.idempotencyKey === "") throw precondition(command, "The idempotency key is empty.");
  return {
    service: command.service,
    handler: command.handler,
    key: isKeyed ? command.key : undefined,
    serviceKind: service.kind,
    handlerKind: handler.kind,
  };
}

function callOut(context: CommandContext, command: CallLike): void {
  const { world, invocation } = context;
  const target = calleeOf(world, command);
  const invoked = invoke(world, {
    target,
    parameter: command.parameter,
    headers: command.headers,
    idempotencyKey: command.idempotencyKey,
    executeAtMs: command.type === "OneWayCall" && command.invokeTimeMs > 0 ? command.invokeTimeMs : undefined,
    invokedBy: { type: "service", id: invocation.id, target: describeTarget(invocation.target) },
    entropy: context.entropy(),
  });
  notify(world, invocation, {
    type: "Completion",
    kind: "CallInvocationId",
    completionId: command.invocationIdCompletionId,
    result: { type: "invocationId", invocationId: invoked.id },
  });
  if (command.type === "Call") awaitCallee(context, { command, target, invoked });
}

function awaitCallee(
  { world, invocation }: CommandContext,
  call: { command: Extract<Command, { type: "Call" }>; target: Target; invoked: Invoked },
): void {
  const { completionId } = call.command;
  const { invoked } = call;
  if (call.target.handlerKind === "workflow" && invoked.type !== "created") {
    complete(world, invocation, completionId, ALREADY_INVOKED);
  } else if (invoked.type === "completed") {
    world.step.effect({
      type: "loadResult",
      invocationId: invoked.id,
      callerId: invocation.id,
      completionId,
    });
  } else {
    invoked.invocation.sinks.push({ callerId: invocation.id, completionId });
    world.touch(invoked.invocation);
  }
}

function sendSignal(world: World, command: Extract<Command, { type: "SendSignal" }>): void {
  const target = world.live.get(command.targetInvocationId);
  if (target === undefined) return;
  if (command.signal === CANCEL_SIGNAL) cancel(world, target);
  else deliverSignal(world, { invocationId: target.id, signal: command.signal }, command.result);
}

export interface SignalAddress {
  readonly invocationId: string;
  readonly signal: number | string;
}

/** Signals for what has ended, has not started, or never was, are dropped. Protocol section 5.3. */
export function deliverSignal(world: World, to: SignalAddress, result: NotificationResult): void {
  const target = world.live.get(to.invocationId);
  if (target === undefined || target.status === "scheduled" || target.status === "inboxed") return;
  notify(world, target, { type: "Signal", signal: to.signal, result });
}

function awakeableOf(command: Command, awakeableId: string): SignalAddress {
  try {
    return signalOfAwakeable(awakeableId);
  } catch {
    throw badId(command, awakeableId);
  }
}

/** Whom an awakeable's id means. Throws if it is none, or of a protocol that is gone. */
export function signalOfAwakeable(awakeableId: string): SignalAddress {
  const { invocationId, type, index } = decodeAwakeableId(awakeableId);
  if (type !== "signal")
    throw new Error(`${awakeableId} is of a protocol version that is not spoken any more.`);
  return { invocationId: encodeInvocationId(invocationId), signal: index };
}

const PROMISE_COMPLETED: Outcome = {
  type: "failure",
  failure: { code: 409, message: "promise was already completed" },
};

function completePromise({ world, invocation }: CommandContext, command: CompletePromiseCommand): void {
  const { service, key = "" } = invocation.target;
  const promise = world.promiseOf(service, key, command.key);
  if (promise.result !== undefined) {
    complete(world, invocation, command.completionId, PROMISE_COMPLETED);
    return;
  }
  promise.result = command.result;
  const waiting = promise.waiting.splice(0);
  world.writePromise(service, key, command.key);
  complete(world, invocation, command.completionId, VOID);
  for (const { callerId, completionId } of waiting) {
    const caller = world.live.get(callerId);
    if (caller !== undefined) complete(world, caller, completionId, command.result);
  }
}

type AttachLike = Extract<Command, { type: "AttachInvocation" | "GetInvocationOutput" }>;

const NOT_FOUND: Outcome = { type: "failure", failure: { code: 404, message: "not found" } };

function attach({ world, invocation }: CommandContext, command: AttachLike): void {
  const id = targetIdOf(world, command, command.target);
  const { completionId } = command;
  const live = world.live.get(id);
  if (live !== undefined) {
    if (command.type === "GetInvocationOutput") {
      complete(world, invocation, completionId, VOID);
    } else {
      live.sinks.push({ callerId: invocation.id, completionId });
      world.touch(live);
    }
  } else if (world.completed.has(id)) {
    world.step.effect({ type: "loadResult", invocationId: id, callerId: invocation.id, completionId });
  } else {
    complete(world, invocation, completionId, NOT_FOUND);
  }
}

/** The id that a target has, or would have. */
export function targetIdOf(world: World, command: Command, target: InvocationTarget): string {
  if (target.type === "invocation") {
    if (!isInvocationId(target.invocationId)) throw badId(command, target.invocationId);
    return target.invocationId;
  }
  const id = idOfTarget(world, target);
  if (id === undefined)
    throw precondition(command, "The target names no handler that has a retrievable result.");
  return id;
}

function requireKey({ invocation }: CommandContext, command: Command): void {
  if (invocation.target.key !== undefined) return;
  throw precondition(command, `${describeTarget(invocation.target)} has no key, and so no state.`);
}

function requireStateWrites(context: CommandContext, command: Command): void {
  requireKey(context, command);
  const { target } = context.invocation;
  if (target.handlerKind === "exclusive" || target.handlerKind === "workflow") return;
  throw precondition(command, `${describeTarget(target)} is a shared handler and must not change state.`);
}

function requireWorkflow({ invocation }: CommandContext, command: Command): void {
  if (invocation.target.serviceKind === "workflow") return;
  throw precondition(command, `${describeTarget(invocation.target)} is no workflow, and has no promises.`);
}

function precondition(command: Command, message: string): Rejected {
  return new Rejected(message, { restateCode: PRECONDITION_FAILED, command });
}

function badId(command: Command, id: string): Rejected {
  return new Rejected(`${JSON.stringify(id)} is not an id of the kind that ${command.type} needs.`, {
    restateCode: PROTOCOL_VIOLATION,
    command,
  });
}
