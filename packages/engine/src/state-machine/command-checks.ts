import { type Command, type InvocationTarget, isInvocationId } from "@perdure/sdk/internal";
import { describeTarget, type LiveInvocation, type Target } from "./records.ts";
import {
  CALLEE_NOT_FOUND,
  PRECONDITION_FAILED,
  PROTOCOL_VIOLATION,
  Rejected,
  SCOPE_UNSUPPORTED,
} from "./reject.ts";
import { type SignalAddress, signalOfAwakeable } from "./signals.ts";
import { idOfTarget } from "./target-id.ts";
import type { World } from "./world.ts";

/** What is refused of a command before anything is stored of it. Protocol section 5.3. */

/** Whoever sends a command. */
interface Sender {
  readonly world: World;
  readonly invocation: LiveInvocation;
}

export function checkCommand(context: Sender, command: Command): void {
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

function requireKey({ invocation }: Sender, command: Command): void {
  if (invocation.target.key !== undefined) return;
  throw precondition(command, `${describeTarget(invocation.target)} has no key, and so no state.`);
}

function requireStateWrites(context: Sender, command: Command): void {
  requireKey(context, command);
  const { target } = context.invocation;
  if (target.handlerKind === "exclusive" || target.handlerKind === "workflow") return;
  throw precondition(command, `${describeTarget(target)} is a shared handler and must not change state.`);
}

function requireWorkflow({ invocation }: Sender, command: Command): void {
  if (invocation.target.serviceKind === "workflow") return;
  throw precondition(command, `${describeTarget(invocation.target)} is no workflow, and has no promises.`);
}

export function awakeableOf(command: Command, awakeableId: string): SignalAddress {
  try {
    return signalOfAwakeable(awakeableId);
  } catch {
    throw badId(command, awakeableId);
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

/** The callee's target; refuses what the server would, with its codes. */
export function calleeOf(world: World, command: CallLike): Target {
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

function precondition(command: Command, message: string): Rejected {
  return new Rejected(message, { restateCode: PRECONDITION_FAILED, command });
}

function badId(command: Command, id: string): Rejected {
  return new Rejected(`${JSON.stringify(id)} is not an id of the kind that ${command.type} needs.`, {
    restateCode: PROTOCOL_VIOLATION,
    command,
  });
}

export type CallLike = Extract<Command, { type: "Call" | "OneWayCall" }>;
