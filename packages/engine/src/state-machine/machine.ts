import type { Outcome } from "@perdure/sdk/internal";
import type { ControlOutcome, RestartOutcome } from "../engine-api.ts";
import type { ServiceDirectory } from "../registry/service-info.ts";
import { applyMessages, failAttempt } from "./attempts.ts";
import { awaitedIdOf } from "./awaited.ts";
import { createLive, encodeJson } from "./codec.ts";
import { deliverSignal, signalOfAwakeable } from "./commands.ts";
import { cancel, kill, pause, resume } from "./control.ts";
import type {
  AttachEvent,
  ControlEvent,
  EditStateEvent,
  EngineEvent,
  InvokeEvent,
  RestartEvent,
  ResultLoadedEvent,
  TimerEvent,
  TimerKey,
} from "./events.ts";
import { toInvocationId, type Xxh3 } from "./ids.ts";
import { ALREADY_INVOKED, invoke } from "./invoke.ts";
import { instanceOf, stateEditKey } from "./keys.ts";
import { applyEdit, complete, enqueue, GONE, pushInbox, startAttempt } from "./lifecycle.ts";
import type { JournalEntry, LiveInvocation, Target } from "./records.ts";
import { Recovery } from "./recovery.ts";
import { purge, purgeJournal, sweep } from "./retention.ts";
import type { Step } from "./step.ts";
import { idOfTarget } from "./target-id.ts";
import { noteEntry, type QueuedEdit, World } from "./world.ts";

/**
 * The engine without the world: `(state, event) -> writes + effects`. No clock, no
 * I/O, no chance: all of that comes in with the events.
 *
 * 1. What an event changes in memory is what its writes say, so that reading the
 *    writes back gives the same state.
 * 2. Effects may be carried out only when the writes of their step are durable.
 */
export class StateMachine {
  readonly world: World;
  #recovery: Recovery | undefined;

  constructor(options: { readonly directory: ServiceDirectory; readonly xxh3: Xxh3 }) {
    this.world = new World(options);
    this.#recovery = new Recovery(this.world);
  }

  /** One stored write, before anything else happens. */
  load(key: string, value: Uint8Array): void {
    if (this.#recovery === undefined) throw new Error("The state machine runs already.");
    this.#recovery.load(key, value);
  }

  /** All that was stored has been loaded. */
  start(nowMs: number): Step {
    this.#recovery?.finish(nowMs);
    this.#recovery = undefined;
    return this.world.takeStep();
  }

  apply(event: EngineEvent): Step & { readonly outcome?: ControlOutcome | RestartOutcome } {
    const { world } = this;
    world.nowMs = event.nowMs;
    const outcome = this.#apply(event);
    const step = world.takeStep();
    return outcome === undefined ? step : { ...step, outcome };
  }

  #apply(event: EngineEvent): ControlOutcome | RestartOutcome | undefined {
    const { world } = this;
    switch (event.type) {
      case "invoke":
        applyInvoke(world, event);
        return undefined;
      case "attach":
        applyAttach(world, event);
        return undefined;
      case "detach":
        for (const invocation of world.live.values()) invocation.waiters.delete(event.waiterId);
        return undefined;
      case "attemptMessages": {
        const invocation = world.live.get(event.invocationId);
        if (invocation?.attempt === event.attempt) applyMessages(world, invocation, event);
        return undefined;
      }
      case "attemptFailed": {
        const invocation = world.live.get(event.invocationId);
        if (invocation?.attempt === event.attempt) failAttempt(world, invocation, event);
        return undefined;
      }
      case "timer":
        applyTimer(world, event);
        return undefined;
      case "completeAwakeable":
        deliverSignal(world, signalOfAwakeable(event.awakeableId), event.result);
        return undefined;
      case "control":
        return applyControl(world, event);
      case "restart":
        return applyRestart(world, event);
      case "editState":
        applyEditState(world, event);
        return undefined;
      case "resultLoaded":
        applyResultLoaded(world, event);
        return undefined;
      case "sweep":
        sweep(world);
        return undefined;
    }
  }

  /** The id of the invocation that such a target means. */
  idOf(target: Parameters<typeof idOfTarget>[1]): string | undefined {
    return idOfTarget(this.world, target);
  }
}

function applyInvoke(world: World, event: InvokeEvent): void {
  const service = world.directory.service(event.service);
  const handler = service?.handlers.get(event.handler);
  if (service === undefined || handler === undefined) {
    throw new Error(`${event.service}/${event.handler} is not registered; check it before invoking.`);
  }
  const target: Target = {
    service: event.service,
    handler: event.handler,
    key: service.kind === "service" ? undefined : (event.key ?? ""),
    serviceKind: service.kind,
    handlerKind: handler.kind,
  };
  const invoked = invoke(world, { ...event, target });
  const { waiterId } = event;
  if (waiterId === undefined) return;
  world.step.effect({
    type: "accepted",
    waiterId,
    invocationId: invoked.id,
    status: invoked.type === "created" ? "accepted" : "previouslyAccepted",
    executeAtMs: invoked.type === "completed" ? undefined : invoked.invocation.executeAtMs,
  });
  if (!event.awaitsResult) return;
  if (target.handlerKind === "workflow" && invoked.type !== "created") {
    answer(world, { waiterId, invocationId: invoked.id, result: ALREADY_INVOKED });
  } else if (invoked.type === "completed") {
    answer(world, { waiterId, invocationId: invoked.id, result: "fromArchive" });
  } else {
    invoked.invocation.waiters.add(waiterId);
  }
}

function answer(
  world: World,
  to: {
    readonly waiterId: number;
    readonly invocationId: string;
    readonly result: Outcome | "fromArchive" | "notFound";
  },
): void {
  const completed = world.completed.get(to.invocationId);
  const target = completed?.target ?? world.live.get(to.invocationId)?.target ?? NO_TARGET;
  world.step.effect({ type: "answer", ...to, target, expiresAtMs: completed?.expiresAtMs });
}

const NO_TARGET = { service: "", handler: "" };

function applyAttach(world: World, { invocationId, waiterId }: AttachEvent): void {
  const live = world.live.get(invocationId);
  if (live !== undefined) live.waiters.add(waiterId);
  else
    answer(world, {
      waiterId,
      invocationId,
      result: world.completed.has(invocationId) ? "fromArchive" : "notFound",
    });
}

function applyTimer(world: World, { timer }: TimerEvent): void {
  const invocation = world.live.get(timer.invocationId);
  const atMs = invocation === undefined ? undefined : dueAt(invocation, timer);
  if (invocation === undefined || atMs === undefined) return;
  if (atMs > world.nowMs) {
    // It was set for a former bearer of the id, or by a clock that has gone back since.
    world.step.effect({ type: "setTimer", timer, atMs });
    return;
  }
  switch (timer.type) {
    case "execute":
      enqueue(world, invocation);
      break;
    case "sleep":
      complete(world, invocation, timer.completionId, { type: "void" });
      break;
    case "retry":
      startAttempt(world, invocation);
      break;
  }
}

/** When what a timer is for is due; `undefined`: nothing waits for it any more. */
function dueAt(invocation: LiveInvocation, timer: TimerKey): number | undefined {
  const { status, attempt, executeAtMs, nextRetryAtMs } = invocation;
  switch (timer.type) {
    case "execute":
      return status === "scheduled" ? executeAtMs : undefined;
    case "sleep": {
      const command = invocation.expected.get(timer.completionId);
      return command?.type === "Sleep" ? command.wakeUpTimeMs : undefined;
    }
    case "retry":
      return status === "invoked" && attempt === 0 ? nextRetryAtMs : undefined;
  }
}

function applyControl(world: World, event: ControlEvent): ControlOutcome {
  const live = world.live.get(event.invocationId);
  if (live !== undefined) {
    switch (event.action) {
      case "cancel":
        return cancel(world, live);
      case "kill":
        return kill(world, live);
      case "pause":
        return pause(world, live);
      case "resume":
        return resume(world, live, event.deployment ?? "keep");
      case "purge":
      case "purgeJournal":
        return { type: "notCompleted" };
    }
  }
  const completed = world.completed.get(event.invocationId);
  if (completed === undefined) return { type: "notFound" };
  if (event.action === "purge") return purge(world, completed);
  if (event.action === "purgeJournal") {
    return event.archived === undefined ? { type: "notFound" } : purgeJournal(world, event.archived);
  }
  return { type: "alreadyCompleted" };
}

/** A new invocation with the input of another, and its entries up to `from`. */
function applyRestart(world: World, event: RestartEvent): RestartOutcome {
  const live = world.live.get(event.invocationId);
  if (live !== undefined) {
    const hasStarted = live.status !== "scheduled" && live.status !== "inboxed";
    return { type: hasStarted ? "stillRunning" : "notStarted" };
  }
  const { archived, deployment } = event;
  const facts = world.completed.get(event.invocationId);
  if (archived === undefined || facts === undefined) return { type: "notFound" };
  const { target } = facts;
  if (target.handlerKind === "workflow") {
    return { type: "unsupported", message: "A workflow's run cannot be restarted: it runs once per key." };
  }
  if (archived.journal.length === 0 || facts.journalExpiresAtMs <= world.nowMs) return { type: "noJournal" };
  const own = event.from > 1 ? archived.deploymentId : undefined;
  const deploymentId = deployment === undefined ? own : deploymentOf(world, { deployment, target, own });
  if (deployment !== undefined && deployment !== "keep" && deploymentId === undefined) {
    return { type: "unknownDeployment", deploymentId: deployment };
  }
  const kept = archived.journal.slice(0, Math.max(1, event.from));
  const id = toInvocationId({ target, idempotencyKey: undefined, entropy: event.entropy }, world.xxh3);
  const invocation = createLive({
    id,
    target,
    invokedBy: { type: "restart", from: event.invocationId },
    status: "invoked",
    createdAtMs: world.nowMs,
    deploymentId,
  });
  for (const entry of kept) noteEntry(invocation, entry);
  if (event.from > archived.journal.length || hasOpenCommands(invocation, kept))
    return { type: "openCommands" };
  invocation.commandCount = 0;
  invocation.expected.clear();
  invocation.completed.clear();
  world.live.set(id, invocation);
  for (const { message } of kept) world.append(invocation, message);
  world.touch(invocation);
  enqueue(world, invocation);
  return { type: "restarted", invocationId: id };
}

function deploymentOf(
  world: World,
  asked: { readonly deployment: string; readonly target: Target; readonly own: string | undefined },
): string | undefined {
  if (asked.deployment === "keep") return asked.own;
  if (asked.deployment === "latest") return world.directory.service(asked.target.service)?.deploymentId;
  return world.directory.deployment(asked.deployment)?.id;
}

/** Nobody would complete them: what they asked for was asked by the original. A run is done again. */
function hasOpenCommands({ expected, completed }: LiveInvocation, kept: readonly JournalEntry[]): boolean {
  for (const command of expected.values()) if (command.type !== "Run") return true;
  return kept.some(
    ({ message }) => message.type === "OneWayCall" && !completed.has(message.invocationIdCompletionId),
  );
}

function applyEditState(world: World, event: EditStateEvent): void {
  const { service, key, state, version } = event;
  const edit: QueuedEdit = { seq: world.takeSeq(), service, key, state, version };
  const instance = instanceOf(service, key);
  if (!world.locks.has(instance)) {
    applyEdit(world, edit);
    return;
  }
  world.step.write(stateEditKey(edit.seq), encodeJson({ ...edit, state: [...state] }));
  pushInbox(world, instance, { type: "edit", edit });
}

/** The caller may have ended meanwhile, and another one may have its id. */
function applyResultLoaded(world: World, event: ResultLoadedEvent): void {
  const { callerId, completionId, invocationId } = event;
  const caller = world.live.get(callerId);
  if (caller === undefined || awaitedIdOf(world, caller, completionId) !== invocationId) return;
  complete(world, caller, completionId, event.result ?? GONE);
}
