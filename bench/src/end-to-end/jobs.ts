/**
 * What clients ask for. Keys and bodies vary, and every answer is checked: by itself
 * where the request says what it must be, else together with all others.
 */
export interface Job {
  readonly name: string;
  /** At how many connections it is measured. */
  readonly connections: readonly number[];
  /** The `index`th request. No two have the same index. */
  request(index: number): JobRequest;
  /**
   * @throws Error if the answer is not what that request must get.
   */
  check(index: number, answer: string): void;
  /**
   * After all requests.
   *
   * @throws Error if the answers do not fit together.
   */
  finish(): void;
}

export interface JobRequest {
  readonly service: string;
  readonly handler: string;
  readonly key?: string;
  readonly body: string;
}

const ALL_CONNECTIONS = [1, 32, 256] as const;

const sumBelow = (n: number): number => (n * (n - 1)) / 2;

/** @throws Error if two requests got the same sum, or one is missing: an object takes one at a time. */
class Counters {
  readonly #sums = new Map<string, number[]>();

  add(key: string, sum: number): void {
    const sums = this.#sums.get(key);
    if (sums === undefined) this.#sums.set(key, [sum]);
    else sums.push(sum);
  }

  check(): void {
    for (const [key, sums] of this.#sums) {
      sums.sort((a, b) => a - b);
      const right = sums.every((sum, index) => sum === (sums[0] as number) + index);
      if (!right) throw new Error(`The counter ${key} did not count one by one.`);
    }
  }
}

function statelessJob(name: string, options: StatelessOptions): Job {
  const { handler, n, connections = ALL_CONNECTIONS } = options;
  return {
    name,
    connections,
    request: (index) => ({ service: "Bench", handler, body: JSON.stringify({ n, from: index }) }),
    check(index, answer) {
      const expected = handler === "empty" ? n + index : sumBelow(n) + n * index;
      if (Number(answer) !== expected) throw new Error(`${name}: ${answer} instead of ${expected}.`);
    },
    finish: () => {},
  };
}

interface StatelessOptions {
  readonly handler: "empty" | "calls" | "runs" | "all";
  readonly n: number;
  readonly connections?: readonly number[];
}

function counterJob(name: string, keyOf: (index: number) => string): Job {
  const counters = new Counters();
  return {
    name,
    connections: ALL_CONNECTIONS,
    request: (index) => ({ service: "Store", handler: "add", key: keyOf(index), body: "1" }),
    check(index, answer) {
      if (!/^\d+$/.test(answer)) throw new Error(`${name}: ${answer} is no sum.`);
      counters.add(keyOf(index), Number(answer));
    },
    finish: () => counters.check(),
  };
}

/** One set for each system that is measured, as counters go on where they were. */
export function createJobs(): Job[] {
  return [
    statelessJob("trivial", { handler: "empty", n: 1 }),
    statelessJob("one call", { handler: "calls", n: 1 }),
    statelessJob("ten runs", { handler: "runs", n: 10 }),
    counterJob("counter, one key", () => "the only one"),
    counterJob("counter, 1,000 keys", (index) => `key ${index % 1000}`),
    // Not at 256: that would be 25,600 calls at a time.
    statelessJob("fan-out of 100", { handler: "all", n: 100, connections: [1, 32] }),
  ];
}
