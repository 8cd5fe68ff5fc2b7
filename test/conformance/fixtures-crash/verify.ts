import { expect } from "vitest";
import { PLAIN_LOG } from "./drive.ts";
import { FAILED_AS_PLANNED, FLAKY_STEP } from "./effect.ts";
import type { Stored } from "./journaled.ts";
import type { LedgerEntry } from "./ledger.ts";
import { countsOf, effectsOf, invocationsOf, type Job } from "./plan.ts";
import type { LogLine } from "./services.ts";

/** All that is known when everything has come to an end. */
export interface Outcome {
  /** Each job with the nonces in the result that its clients got. */
  readonly jobs: readonly { readonly job: Job; readonly nonces: readonly string[] }[];
  readonly plainSends: { readonly acknowledged: readonly number[]; readonly sent: number };
  readonly ledger: readonly LedgerEntry[];
  readonly stored: Stored;
  /** How many processes were killed, and how many endpoints ended as they were asked to. */
  readonly killed: { readonly endpoints: number; readonly servers: number; readonly polite: number };
}

export interface EffectCounts {
  readonly effects: number;
  /** Executions beyond the first of each: those that a kill had cut off. */
  readonly repeated: number;
  /** As well, of those that fail at times. */
  readonly repeatedFlaky: number;
}

type Start = Extract<LedgerEntry, { event: "start" }>;

/** Throws what is wrong: something lost, done twice, out of order, or not as the journal says. */
export function verify(outcome: Outcome): EffectCounts {
  expect(outcome.stored.failures).toEqual([]);
  verifyInvocations(outcome);
  verifyCounters(outcome);
  verifyLogs(outcome);
  return verifyEffects(outcome);
}

function verifyInvocations({ jobs, stored }: Outcome): void {
  const expected = new Map<string, number>();
  for (const { job } of jobs) {
    for (const [target, count] of Object.entries(invocationsOf(job))) {
      expected.set(target, (expected.get(target) ?? 0) + count);
    }
  }
  const plain = linesOf(stored, PLAIN_LOG).length;
  if (plain > 0) expected.set("Log/append", (expected.get("Log/append") ?? 0) + plain);
  expect(sorted(stored.invocations)).toEqual(sorted(expected));
}

function verifyCounters({ jobs, stored }: Outcome): void {
  const expected = new Map<string, number>();
  for (const { job } of jobs) {
    const count = countsOf(job);
    if (count) expected.set(count.counter, (expected.get(count.counter) ?? 0) + count.amount);
  }
  for (const [counter, total] of expected) {
    expect(stored.state.get(`Counter/${counter}/total`), counter).toBe(total);
  }
  for (const { job } of jobs) {
    if (job.type === "approval") expect(stored.state.get(`Approval/${job.id}/phase`)).toBe("done");
  }
}

function verifyLogs({ jobs, stored, plainSends }: Outcome): void {
  for (const { job } of jobs) {
    if (job.type !== "produce") continue;
    const lines = linesOf(stored, job.input.log).filter(({ from }) => from === job.id);
    const expected = Array.from({ length: job.input.count }, (_, n) => n);
    expect(
      lines.map(({ n }) => n),
      `what ${job.id} sent, in order`,
    ).toEqual(expected);
  }
  const arrived = linesOf(stored, PLAIN_LOG).map(({ n }) => n);
  expect(new Set(arrived).size, "messages without a key arrive at most once").toBe(arrived.length);
  const lost = plainSends.acknowledged.filter((n) => !arrived.includes(n));
  expect(lost, "acknowledged messages that did not arrive").toEqual([]);
}

/**
 * The journal holds the result of each side effect's last execution, so none ran
 * again after its result was stored. All before the last one were cut off: by the
 * end of their process, or by the end of the server that their result was sent to. An endpoint that was asked to
 * end lets its side effects come to an end first, so none of them ran twice.
 */
function verifyEffects({ jobs, ledger, stored, killed }: Outcome): EffectCounts {
  expect(ledger.flatMap(toComplaint)).toEqual([]);
  const starts = ledger.filter((entry): entry is Start => entry.event === "start");
  const executions = groupByStep(starts);
  const last = new Map([...executions].map(([step, all]) => [step, all.at(-1)?.nonce]));

  for (const [step, all] of executions) {
    expect(stored.runs.get(step), `${step} as journaled, after ${all.length} executions`).toBe(
      last.get(step),
    );
    if (isFlaky(step)) continue;
    if (killed.servers === 0) {
      expect(new Set(all.map(({ process }) => process)).size, `processes that ran ${step}`).toBe(all.length);
    }
    expect(all.length, `executions of ${step}`).toBeLessThanOrEqual(1 + killed.endpoints + killed.servers);
  }
  const wanted = jobs.reduce((sum, { job }) => sum + effectsOf(job), 0);
  expect(executions.size, "side effects in the ledger").toBe(wanted);
  const answered = jobs.flatMap(({ nonces }) => nonces);
  expect([...answered].sort(), "what clients got").toEqual([...last.values()].sort());
  const repeated = { steady: 0, flaky: 0 };
  for (const [step, all] of executions) repeated[isFlaky(step) ? "flaky" : "steady"] += all.length - 1;
  return { effects: executions.size, repeated: repeated.steady, repeatedFlaky: repeated.flaky };
}

function isFlaky(step: string): boolean {
  return step.includes(` ${FLAKY_STEP}`);
}

function groupByStep(starts: readonly Start[]): Map<string, Start[]> {
  const groups = new Map<string, Start[]>();
  for (const start of starts) {
    const step = `${start.invocation} ${start.step}`;
    const group = groups.get(step);
    if (group === undefined) groups.set(step, [start]);
    else group.push(start);
  }
  return groups;
}

function toComplaint(entry: LedgerEntry): string[] {
  if (entry.event !== "complaint" || entry.message.includes(FAILED_AS_PLANNED)) return [];
  return [`${entry.level}: ${entry.message}`];
}

function linesOf(stored: Stored, log: string): readonly LogLine[] {
  return (stored.state.get(`Log/${log}/lines`) as readonly LogLine[] | undefined) ?? [];
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a], [b]) => a.localeCompare(b));
}
