import type { Random } from "../../determinism/random.ts";
import type {
  ApprovalInput,
  AskInput,
  ChainInput,
  FanInput,
  FlakyInput,
  ProducerInput,
  SagaInput,
} from "./services.ts";

/** What clients ask for, decided by a seed alone. `id` is the idempotency key. */
export type Job = JobWork & {
  readonly id: string;
  /** How many clients ask for it at once; they share one invocation. */
  readonly clients: number;
  /** After how long a client gives up an attempt and makes another one; absent for never. */
  readonly timeoutMs?: number;
};

type JobWork =
  | { readonly type: "chain"; readonly input: ChainInput }
  | { readonly type: "fan"; readonly input: FanInput }
  | { readonly type: "produce"; readonly input: ProducerInput }
  | { readonly type: "approval"; readonly input: ApprovalInput }
  | { readonly type: "ask"; readonly input: AskInput }
  | { readonly type: "saga"; readonly input: SagaInput }
  | { readonly type: "flaky"; readonly input: FlakyInput };

/** Few keys, so that handlers wait for each other. */
const COUNTERS = ["c0", "c1", "c2", "c3", "c4"] as const;
const LOGS = ["l0", "l1", "l2"] as const;

const TYPES = ["chain", "chain", "fan", "fan", "produce", "approval", "ask", "saga", "flaky"] as const;

export function planJob(random: Random, number: number): Job {
  const type = random.pick(TYPES) ?? "chain";
  const id = `${type}-${number}`;
  const clients = random.chance(0.3) ? 2 : 1;
  const timeout = random.chance(0.3) ? { timeoutMs: 100 + random.below(400) } : {};
  return { id, clients, ...timeout, ...planWork(random, type, id) };
}

function planWork(random: Random, type: JobWork["type"], id: string): JobWork {
  const counter = random.pick(COUNTERS) ?? "c0";
  const workMs = random.below(20);
  const several = <T>(countMax: number, make: () => T): T[] =>
    Array.from({ length: 1 + random.below(countMax) }, make);
  switch (type) {
    case "chain": {
      const links = several(4, () => ({ workMs: random.below(20), sleepMs: random.below(60) }));
      return { type, input: { counter, links } };
    }
    case "fan": {
      const branches = several(5, () => ({
        workMs: random.below(20),
        sleepMs: random.below(60),
        sleepFirst: random.chance(0.5),
      }));
      return { type, input: { counter, branches } };
    }
    case "produce":
      return {
        type,
        input: { log: random.pick(LOGS) ?? "l0", from: id, count: 2 + random.below(8), workMs },
      };
    case "approval":
      return { type, input: { workMs, sleepMs: random.below(60) } };
    case "ask":
      return { type, input: { question: id, workMs } };
    case "saga":
      return { type, input: { counter, workMs } };
    case "flaky": {
      const runs = several(3, () => ({ failing: random.below(60) / 100, ownPolicy: random.chance(0.5) }));
      return { type, input: { workMs, runs } };
    }
  }
}

/** How many invocations of each handler a job makes, its own included. */
export function invocationsOf(job: Job): Readonly<Record<string, number>> {
  switch (job.type) {
    case "chain":
      return { "Chain/link": job.input.links.length, "Counter/add": job.input.links.length };
    case "fan":
      return { "Fan/out": 1, "Counter/add": job.input.branches.length };
    case "produce":
      return { "Producer/produce": 1, "Log/append": job.input.count };
    case "approval":
      return { "Approval/run": 1, "Approval/approve": 1 };
    case "ask":
      return { "Asker/ask": 1, "Answerer/answer": 1 };
    case "saga":
      return { "Saga/bookAndCancel": 1, "Saga/book": 1, "Counter/add": 2 };
    case "flaky":
      return { "Flaky/try": 1 };
  }
}

/** What a job adds to its counter in the end, if it has one. */
export function countsOf(job: Job): { readonly counter: string; readonly amount: number } | undefined {
  switch (job.type) {
    case "chain":
      return { counter: job.input.counter, amount: job.input.links.length };
    case "fan":
      return { counter: job.input.counter, amount: job.input.branches.length };
    default:
      return undefined;
  }
}

/** How many side effects a job has. */
export function effectsOf(job: Job): number {
  switch (job.type) {
    case "chain":
      return job.input.links.length;
    case "fan":
      return job.input.branches.length;
    case "flaky":
      return job.input.runs.length;
    case "produce":
      return Math.ceil(job.input.count / 3);
    case "ask":
      return 1;
    case "approval":
    case "saga":
      return 2;
  }
}
