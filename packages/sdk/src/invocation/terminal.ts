import { CancelledError, TerminalError } from "../errors.ts";

/**
 * The terminal error that ends the invocation, if what was thrown is one.
 *
 * `asTerminalError` is asked for all others. A cancellation that met a native
 * `Promise.any` comes as an AggregateError around it; it is a cancellation all
 * the same, as otherwise the handler would be retried for ever.
 */
export function toTerminal(
  thrown: unknown,
  asTerminalError: ((error: unknown) => TerminalError | undefined) | undefined,
): TerminalError | undefined {
  if (thrown instanceof TerminalError) return thrown;
  const mapped = asTerminalError?.(thrown);
  if (mapped !== undefined) return mapped;
  if (!(thrown instanceof AggregateError)) return undefined;
  return thrown.errors.find((error): error is CancelledError => error instanceof CancelledError);
}
