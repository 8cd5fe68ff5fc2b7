import { Random } from "../../determinism/random.ts";
import { delay } from "../../support/eventually.ts";
import { connectRetrying, sendPlain } from "./drive.ts";
import { type DrivenJob, resultsOf, startJobs, waitForProgress } from "./load.ts";
import type { Outcome } from "./verify.ts";

/** Work under which something is killed again and again. */
export interface Rounds {
  /** It fixes all decisions: the jobs, and when what is killed. */
  readonly seed: number;
  /** Each is: new jobs, a while, a kill, a pause, a restart. */
  readonly rounds: number;
  readonly ingressUrl: string;
  readonly ledger: string;
  /** Kills something by chance, has it stay away for `pauseMs`, starts it again, and says what it was. */
  crash(random: Random, pauseMs: number): Promise<keyof Outcome["killed"]>;
  /** Throws if it is a fault that nothing at all happened for so long. */
  onStandstill?(round: number): Promise<void>;
  /** So often all comes to rest, or the work would grow with the rounds until nothing new is reached. */
  readonly roundsUntilRest?: number;
}

const PLAIN_SENDS_PER_ROUND_MAX = 3;
const KILL_DELAY_MAX_MS = 250;
const PAUSE_MAX_MS = 200;

/** Kills under load, by the seed, and resolves when all jobs have a result. */
export async function runRounds(work: Rounds): Promise<Omit<Outcome, "stored" | "ledger">> {
  const { ledger, ingressUrl, roundsUntilRest = Number.POSITIVE_INFINITY } = work;
  const random = new Random(work.seed);
  const ingress = connectRetrying(ingressUrl);
  const jobs: Promise<DrivenJob>[] = [];
  const plain: Promise<boolean>[] = [];
  const killed = { endpoints: 0, servers: 0, polite: 0 };
  for (let round = 0; round < work.rounds; round++) {
    startJobs(random, ingress, jobs);
    // Mostly in the middle of work, at times before a new process has come to anything.
    if (random.chance(0.85) && !(await waitForProgress(ledger))) await work.onStandstill?.(round);
    for (let left = random.below(PLAIN_SENDS_PER_ROUND_MAX + 1); left > 0; left--) {
      plain.push(sendPlain(ingressUrl, plain.length));
    }
    if (random.chance(0.5)) await Promise.all(plain);
    await delay(random.below(KILL_DELAY_MAX_MS));
    if ((round + 1) % roundsUntilRest === 0) await resultsOf(jobs, ledger);
    killed[await work.crash(random, random.chance(0.5) ? 0 : random.below(PAUSE_MAX_MS))]++;
  }
  const sent = await Promise.all(plain);
  return {
    jobs: await resultsOf(jobs, ledger),
    plainSends: { sent: sent.length, acknowledged: sent.flatMap((ok, n) => (ok ? [n] : [])) },
    killed,
  };
}
