import { isDelivered } from "../journal/delivered-errors.ts";

/**
 * Unhandled rejections on Node.
 *
 * A rejection that the journal delivers to a branch its author has not awaited
 * yet (a cancel, a failed call) is an unhandled rejection to Node, which ends the
 * process, and would on every replay. So while attempts run we listen, keep quiet
 * about the reasons that are ours, and treat all others as Node would have
 * without us.
 */

let guards = 0;

/** Rejections that were kept quiet; when they are handled after all, Node would warn. */
const quiet = new WeakSet<Promise<unknown>>();

/** Called when an attempt starts; the result is called when it has ended. */
export function guardRejections(): () => void {
  if (guards === 0) {
    process.on("unhandledRejection", onUnhandled);
    process.on("rejectionHandled", onHandled);
  }
  guards += 1;
  let released = false;
  return () => {
    if (released) return;
    released = true;
    // Node reports a rejection after the microtasks that caused it: stay until they are through.
    setImmediate(() => {
      guards -= 1;
      if (guards > 0) return;
      process.off("unhandledRejection", onUnhandled);
      process.off("rejectionHandled", onHandled);
    });
  };
}

function onUnhandled(reason: unknown, promise: Promise<unknown>): void {
  if (isDelivered(reason)) {
    quiet.add(promise);
    return;
  }
  // Someone else listens: then Node would have left it to them.
  if (process.listenerCount("unhandledRejection") > 1) return;
  actAsNode(reason, promise);
}

function onHandled(promise: Promise<unknown>): void {
  if (quiet.has(promise) || process.listenerCount("rejectionHandled") > 1) return;
  process.emitWarning("Promise rejection was handled asynchronously", "PromiseRejectionHandledWarning");
}

/** What Node does when nobody listens, by its `--unhandled-rejections` mode. */
function actAsNode(reason: unknown, promise: Promise<unknown>): void {
  switch (unhandledRejectionsMode()) {
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

function unhandledRejectionsMode(): string {
  const words = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? "").split(/\s+/)];
  for (const [index, word] of words.entries()) {
    if (word.startsWith(`${FLAG}=`)) return word.slice(FLAG.length + 1);
    if (word === FLAG) return words[index + 1] ?? "throw";
  }
  return "throw";
}
