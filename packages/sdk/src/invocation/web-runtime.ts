import { isDelivered } from "../journal/delivered-errors.ts";
import { guardProcess } from "./process-rejections.ts";
import { createBatcher, type Macrotask, type Runtime } from "./runtime.ts";

/** Taken when this is loaded: tests of authors may put their own in the place of the global ones. */
const { setTimeout: setTimer, clearTimeout: clearTimer } = globalThis;
const nextTurn: unknown = Reflect.get(globalThis, "setImmediate");

/**
 * The runtime by standard web APIs: quiescence is the next macrotask.
 */
export function createWebRuntime(): Runtime {
  const quiesce = createBatcher(findMacrotask());
  return {
    quiesce: (step) => quiesce(step),
    startTimer,
    now: Date.now,
    guardRejections,
  };
}

/** `setImmediate` where there is one; else a message to ourselves, which no timer clamping delays. */
function findMacrotask(): Macrotask {
  if (typeof nextTurn === "function") return (task) => void nextTurn(task);
  if (typeof MessageChannel === "undefined") return (task) => void setTimer(task, 0);
  let channel: MessageChannel | undefined;
  let waiting: (() => void)[] = [];
  return (task) => {
    if (channel === undefined) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const due = waiting;
        waiting = [];
        for (const next of due) next();
      };
    }
    waiting.push(task);
    channel.port2.postMessage(undefined);
  };
}

export function startTimer(delayMs: number, fire: () => void): () => void {
  const timer: unknown = setTimer(fire, delayMs);
  if (typeof timer === "object" && timer !== null) {
    const unref: unknown = Reflect.get(timer, "unref");
    if (typeof unref === "function") unref.call(timer);
  }
  return () => clearTimer(timer as ReturnType<typeof setTimeout>);
}

/** By events where the runtime has them, and by the process where there is one: a fetch handler may run on Node. */
function guardRejections(): () => void {
  const releases = [guardEvents(), guardProcess()];
  return () => {
    for (const release of releases) release();
  };
}

let guards = 0;

function guardEvents(): () => void {
  if (typeof globalThis.addEventListener !== "function") return () => {};
  if (guards === 0) globalThis.addEventListener("unhandledrejection", keepQuiet);
  guards += 1;
  let released = false;
  return () => {
    if (released) return;
    released = true;
    guards -= 1;
    if (guards === 0) globalThis.removeEventListener("unhandledrejection", keepQuiet);
  };
}

function keepQuiet(event: PromiseRejectionEvent): void {
  if (isDelivered(event.reason)) event.preventDefault();
}
