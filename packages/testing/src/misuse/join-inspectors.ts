import type { JournalInspector } from "@perdure/sdk/internal";

/** One inspector of two: both are told everything; what only one can decide, the first decides. */
export function joinInspectors(first: JournalInspector, second: JournalInspector): JournalInspector {
  return {
    issued: both(first.issued, second.issued),
    failed: both(first.failed, second.failed),
    rested: both(first.rested, second.rested),
    misused: both(first.misused, second.misused),
    awaited: both(first.awaited, second.awaited),
    tolerates: first.tolerates ?? second.tolerates,
    around: first.around ?? second.around,
    insideRun: first.insideRun ?? second.insideRun,
    ends: first.ends ?? second.ends,
    get holdsRuns() {
      return first.holdsRuns ?? second.holdsRuns;
    },
  };
}

type Observer<A extends unknown[]> = ((...args: A) => void) | undefined;

function both<A extends unknown[]>(first: Observer<A>, second: Observer<A>): Observer<A> {
  if (first === undefined || second === undefined) return first ?? second;
  return (...args) => {
    first(...args);
    second(...args);
  };
}
