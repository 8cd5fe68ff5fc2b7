import { type EffectCounts, type Outcome, verify } from "./verify.ts";

/** What a crash run came to, for the log. */
export interface CrashReport extends EffectCounts {
  readonly jobs: number;
  readonly invocations: number;
  readonly plainSends: string;
  readonly killed: Outcome["killed"];
  readonly seconds: number;
}

/** Throws what is wrong, as {@link verify} does. */
export function reportOn(outcome: Outcome, startedAtMs: number): CrashReport {
  const { jobs, plainSends, killed, stored } = outcome;
  return {
    ...verify(outcome),
    jobs: jobs.length,
    invocations: [...stored.invocations.values()].reduce((sum, count) => sum + count, 0),
    plainSends: `${plainSends.acknowledged.length} of ${plainSends.sent} acknowledged`,
    killed,
    seconds: Math.round((Date.now() - startedAtMs) / 100) / 10,
  };
}
