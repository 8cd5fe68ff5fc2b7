/**
 * Which errors were handed to handler code by the journal.
 *
 * A rejection may reach a branch that its author has not awaited yet; the
 * runtime then reports an unhandled rejection, which ends a Node process. The
 * endpoints ask here whether a reason is ours, and only then keep it quiet.
 */

const delivered = new WeakSet<object>();

/** How far a chain of causes is followed. */
const CAUSE_DEPTH_MAX = 16;

export function markDelivered<E extends object>(error: E): E {
  delivered.add(error);
  return error;
}

/** Whether `reason` is, was caused by, or gathers only errors that the journal delivered. */
export function isDelivered(reason: unknown, depth = 0): boolean {
  if (typeof reason !== "object" || reason === null || depth > CAUSE_DEPTH_MAX) return false;
  if (delivered.has(reason)) return true;
  if (reason instanceof AggregateError && reason.errors.length > 0) {
    return reason.errors.every((error) => isDelivered(error, depth + 1));
  }
  return isDelivered((reason as { cause?: unknown }).cause, depth + 1);
}
