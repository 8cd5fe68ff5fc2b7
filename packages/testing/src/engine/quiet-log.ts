import type { LoggerTransport } from "@perdure/sdk";

/**
 * The console for what handlers say by `ctx.console`, from `info` on, and for warnings about
 * them. Failed attempts are left out: tests provoke them, and what matters of them is in the
 * errors that a test engine throws.
 */
export const quietLog: LoggerTransport = ({ source, level, replaying, context }, ...message) => {
  if (replaying || level === "trace" || level === "debug") return;
  if (source === "JOURNAL" && message[0] === FAILED_ATTEMPT) return;
  console[level](`[${context?.invocationTarget ?? "perdure"}]`, ...message);
};

/** How the SDK begins what it says about a failed attempt. */
const FAILED_ATTEMPT = "The attempt failed and will be retried:";
