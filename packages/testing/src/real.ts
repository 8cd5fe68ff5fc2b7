/**
 * What tests may replace by something of their runner's, as it was when this was loaded.
 */
const { setTimeout: startTimer, fetch } = globalThis;

/** `fetch`, whatever a test has put in its place. */
export const realFetch: typeof globalThis.fetch = fetch;

/** Milliseconds since the epoch, whatever a test says. */
export const wallNow: () => number = Date.now.bind(Date);

/** Resolves after so many real milliseconds. With `unref` the process does not stay for it. */
export function pause(ms: number, { unref = false }: { readonly unref?: boolean } = {}): Promise<void> {
  return new Promise((resolve) => {
    const timer = startTimer(resolve, ms);
    if (unref) timer.unref();
  });
}
