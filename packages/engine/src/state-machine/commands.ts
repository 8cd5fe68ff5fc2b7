import { CANCEL_SIGNAL, type Command, type NotificationResult } from "@perdure/sdk/internal";
import { attach, type CallContext, callOut } from "./calls.ts";
import { awakeableOf, checkCommand } from "./command-checks.ts";
import { cancel } from "./control.ts";
import { complete, VOID } from "./notify.ts";
import { completePromise } from "./promises.ts";
import { deliverSignal } from "./signals.ts";
import type { World } from "./world.ts";

/**
 * What the commands of an attempt do. Protocol section 5.3.
 *
 * 1. A command is checked before anything is stored of it.
 * 2. It is stored together with its effect and with its completion, if that is
 *    known at once: a call is in the caller's journal exactly if the callee exists.
 */
export type CommandContext = CallContext;

export function applyCommand(context: CommandContext, command: Command): void {
  const { world, invocation } = context;
  checkCommand(context, command);
  world.append(invocation, command);
  carryOut(context, command);
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

function toState(value: Uint8Array | undefined): NotificationResult {
  return value === undefined ? VOID : { type: "success", value };
}

function sendSignal(world: World, command: Extract<Command, { type: "SendSignal" }>): void {
  const target = world.live.get(command.targetInvocationId);
  if (target === undefined) return;
  if (command.signal === CANCEL_SIGNAL) cancel(world, target);
  else deliverSignal(world, { invocationId: target.id, signal: command.signal }, command.result);
}
