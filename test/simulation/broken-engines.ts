import type { EngineEvent } from "../../packages/engine/src/state-machine/events.ts";
import type { StateMachine } from "../../packages/engine/src/state-machine/machine.ts";
import { complete } from "../../packages/engine/src/state-machine/notify.ts";
import type { Step } from "../../packages/engine/src/state-machine/step.ts";

/** A way in which the engine is wrong, put around it from outside, to show that the simulation finds it. */
export interface Breakage {
  readonly name: string;
  /** Effects do not wait for the writes of their step. */
  readonly effectsBeforeCommit?: boolean;
  /** Stands in for `machine.apply`. */
  readonly apply?: (machine: StateMachine, event: EngineEvent) => ReturnType<StateMachine["apply"]>;
  /** Changes what a restarted engine sets out to do. */
  readonly started?: (step: Step) => Step;
  /** Whether a stored write is read at a restart. */
  readonly loads?: (key: string) => boolean;
}

function join(step: Step, next: Step): Step {
  return { writes: [...step.writes, ...next.writes], effects: [...step.effects, ...next.effects] };
}

export const BREAKAGES: readonly Breakage[] = [
  { name: "effects are carried out before their writes are durable", effectsBeforeCommit: true },
  {
    name: "the inbox of an object is a stack",
    apply: (machine, event) => {
      const step = machine.apply(event);
      for (const inbox of machine.world.inboxes.values()) {
        const last = inbox.pop();
        if (last !== undefined) inbox.unshift(last);
      }
      return step;
    },
  },
  {
    name: "the lock of an object is free while its handler is suspended",
    apply: (machine, event) => {
      const step = machine.apply(event);
      const { locks, live } = machine.world;
      for (const [instance, id] of locks.entries())
        if (live.get(id)?.status === "suspended") locks.delete(instance);
      return step;
    },
  },
  {
    name: "messages of attempts that were broken off count",
    apply: (machine, event) => {
      if (event.type !== "attemptMessages") return machine.apply(event);
      const attempt = machine.world.live.get(event.invocationId)?.attempt ?? 0;
      return machine.apply(attempt === 0 ? event : { ...event, attempt });
    },
  },
  {
    name: "a completion may be stored twice",
    apply: (machine, event) => {
      if (event.type !== "timer" || event.timer.type !== "sleep") return machine.apply(event);
      const { invocationId, completionId } = event.timer;
      const invocation = machine.world.live.get(invocationId);
      const sleep = invocation?.expected.get(completionId);
      const step = machine.apply(event);
      if (invocation === undefined || sleep === undefined) return step;
      invocation.expected.set(completionId, sleep);
      return join(step, machine.apply(event));
    },
  },
  {
    name: "a sleep is over as soon as it has begun",
    apply: (machine, event) => {
      const step = machine.apply(event);
      const set = step.effects.find((effect) => effect.type === "setTimer" && effect.timer.type === "sleep");
      if (set?.type !== "setTimer" || set.timer.type !== "sleep") return step;
      const { world } = machine;
      const invocation = world.live.get(set.timer.invocationId);
      if (invocation !== undefined) complete(world, invocation, set.timer.completionId, { type: "void" });
      return join(step, world.takeStep());
    },
  },
  {
    name: "timers are forgotten in a restart",
    started: ({ writes, effects }) => ({
      writes,
      effects: effects.filter(({ type }) => type !== "setTimer"),
    }),
  },
  { name: "edits that wait for a lock are forgotten in a restart", loads: (key) => !key.startsWith("e/") },
];
