import type { ControlOutcome, RestartOutcome } from "../engine-api.ts";
import { applyMessages, failAttempt } from "./attempts.ts";
import { awaitedIdOf } from "./awaited.ts";
import { applyAttach, applyInvoke } from "./clients.ts";
import { cancel, kill, pause, resume } from "./control.ts";
import { breakDeadlocks } from "./deadlock.ts";
import type { ControlEvent, EngineEvent, ResultLoadedEvent } from "./events.ts";
import { applyEditState } from "./inbox.ts";
import { complete, GONE } from "./notify.ts";
import { Recovery } from "./recovery.ts";
import { applyRestart } from "./restart.ts";
import { purge, purgeJournal, sweep } from "./retention.ts";
import { deliverSignal, signalOfAwakeable } from "./signals.ts";
import type { Step } from "./step.ts";
import { idOfTarget } from "./target-id.ts";
import { applyTimer } from "./timers.ts";
import { World, type WorldOptions } from "./world.ts";

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

  constructor(options: WorldOptions) {
    this.world = new World(options);
    this.#recovery = new Recovery(this.world);
  }

  /** One stored write, before anything else happens. Of archives (`isOfArchive`), later ones may follow, and deletions. */
  load(key: string, value: Uint8Array | undefined): void {
    if (this.#recovery === undefined) throw new Error("The state machine runs already.");
    this.#recovery.load(key, value);
  }

  /** All that was stored has been loaded. */
  start(nowMs: number): Step {
    this.#recovery?.finish(nowMs);
    this.#recovery = undefined;
    breakDeadlocks(this.world);
    return this.world.takeStep();
  }

  apply(event: EngineEvent): Step & { readonly outcome?: ControlOutcome | RestartOutcome } {
    const { world } = this;
    world.nowMs = event.nowMs;
    const outcome = this.#apply(event);
    breakDeadlocks(world);
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

/** The caller may have ended meanwhile, and another one may have its id. */
function applyResultLoaded(world: World, event: ResultLoadedEvent): void {
  const { callerId, completionId, invocationId } = event;
  const caller = world.live.get(callerId);
  if (caller === undefined || awaitedIdOf(world, caller, completionId) !== invocationId) return;
  complete(world, caller, completionId, event.result ?? GONE);
}
