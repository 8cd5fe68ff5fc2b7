import { AsyncResource } from "node:async_hooks";
import { createBatcher, type Runtime } from "../invocation/runtime.ts";

/**
 * Quiescence on Node, exactly: microtasks and ticks have drained.
 *
 * A tick that is queued from a microtask runs when the microtasks are empty, but
 * perhaps before other ticks, whose callbacks may queue microtasks again. Node
 * numbers ticks, timers and I/O from one counter. So a number is taken when the
 * tick is queued and again when it runs: if only the tick itself lies between
 * them, nobody queued anything meanwhile and the drain is over. Otherwise
 * `setImmediate` waits for all of them, which is as right and only slower.
 */
export const quiesce: Runtime["quiesce"] = (step, { yieldTurn }) => {
  if (yieldTurn) laterBatch(step);
  else batch(step);
};

/** Taken when this is loaded: tests of authors may put their own in the place of the global ones. */
const { setImmediate: nextTurn } = globalThis;
const nextTick = process.nextTick.bind(process);

const resolved = Promise.resolve();

/** Numbers in between when nobody else queued anything: the tick's own. */
const OWN_NUMBERS = 2;

let runDue: () => void = () => {};
let numberThen = 0;

/** One batch is under way at a time: the next one begins when this one runs. */
const batch = createBatcher((runAll) => {
  runDue = runAll;
  numberThen = takeAsyncNumber();
  resolved.then(queueLook);
});

function queueLook(): void {
  nextTick(look);
}

function look(): void {
  if (takeAsyncNumber() === numberThen + OWN_NUMBERS) runDue();
  else nextTurn(runDue);
}

const laterBatch = createBatcher((runAll) => void nextTurn(runAll));

function takeAsyncNumber(): number {
  return new AsyncResource("perdure", MANUAL_DESTROY).asyncId();
}

const MANUAL_DESTROY = { requireManualDestroy: true };
