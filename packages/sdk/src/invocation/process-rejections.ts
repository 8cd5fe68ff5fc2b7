import { isDelivered } from "../journal/delivered-errors.ts";

/**
 * Unhandled rejections where they are events of a `process`: Node, and what follows it.
 *
 * A rejection that the journal delivers to a branch its author has not awaited
 * yet (a cancel, a failed call) is an unhandled rejection to Node, which ends the
 * process, and would on every replay. So while attempts run we listen, keep quiet
 * about the reasons that are ours, and treat all others as Node would have
 * without us.
 */

/** The part of `process` that is used here; the core knows no Node types. */
interface ProcessLike {
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
  listenerCount(event: string): number;
  emitWarning(message: string, type: string): void;
  exitCode?: unknown;
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

let guards = 0;

/** Rejections that were kept quiet; when they are handled after all, Node would warn. */
const quiet = new WeakSet<Promise<unknown>>();

/** Called when an attempt starts; the result is called when it has ended. Without a process, nothing happens. */
export function guardProcess(): () => void {
  const process = findProcess();
  if (process === undefined) return () => {};
  if (guards === 0) {
    process.on("unhandledRejection", onUnhandled);
    process.on("rejectionHandled", onHandled);
  }
  guards += 1;
  let released = false;
  return () => {
    if (released) return;
    released = true;
    // A rejection is reported after the microtasks that caused it: stay until they are through.
    later(() => {
      guards -= 1;
      if (guards > 0) return;
      process.off("unhandledRejection", onUnhandled);
      process.off("rejectionHandled", onHandled);
    });
  };
}

function findProcess(): ProcessLike | undefined {
  const process: unknown = Reflect.get(globalThis, "process");
  if (typeof process !== "object" || process === null) return undefined;
  const methods = ["on", "off", "listenerCount", "emitWarning"];
  const isWhole = methods.every((name) => typeof Reflect.get(process, name) === "function");
  return isWhole ? (process as ProcessLike) : undefined;
}

/** Taken when this is loaded: tests of authors may put their own in the place of the global one. */
const nextTurn: unknown = Reflect.get(globalThis, "setImmediate");

function later(task: () => void): void {
  if (typeof nextTurn === "function") nextTurn(task);
  else setTimeout(task, 0);
}

function onUnhandled(reason: unknown, promise: Promise<unknown>): void {
  if (isDelivered(reason)) {
    quiet.add(promise);
    return;
  }
  const process = findProcess();
  // Someone else listens: then Node would have left it to them.
  if (process === undefined || process.listenerCount("unhandledRejection") > 1) return;
  actAsNode(process, reason, promise);
}

function onHandled(promise: Promise<unknown>): void {
  const process = findProcess();
  if (quiet.has(promise) || process === undefined || process.listenerCount("rejectionHandled") > 1) return;
  process.emitWarning("Promise rejection was handled asynchronously", "PromiseRejectionHandledWarning");
}

/** What Node does when nobody listens, by its `--unhandled-rejections` mode. */
function actAsNode(process: ProcessLike, reason: unknown, promise: Promise<unknown>): void {
  switch (unhandledRejectionsMode(process)) {
    case "none":
    case "warn":
      // Node prints the warning of "warn" itself, listener or not.
      return;
    case "warn-with-error-code":
      process.emitWarning(
        `Unhandled promise rejection: ${String(reason)}`,
        "UnhandledPromiseRejectionWarning",
      );
      process.exitCode = 1;
      return;
    default:
      throw toUncaught(reason, promise);
  }
}

function toUncaught(reason: unknown, promise: Promise<unknown>): unknown {
  if (reason instanceof Error) return reason;
  const error = new Error(`Unhandled promise rejection, not an Error: ${String(reason)}`, { cause: reason });
  return Object.assign(error, { code: "ERR_UNHANDLED_REJECTION", promise });
}

const FLAG = "--unhandled-rejections";

function unhandledRejectionsMode(process: ProcessLike): string {
  const words = [...(process.execArgv ?? []), ...(process.env?.NODE_OPTIONS ?? "").split(/\s+/)];
  for (const [index, word] of words.entries()) {
    if (word.startsWith(`${FLAG}=`)) return word.slice(FLAG.length + 1);
    if (word === FLAG) return words[index + 1] ?? "throw";
  }
  return "throw";
}
