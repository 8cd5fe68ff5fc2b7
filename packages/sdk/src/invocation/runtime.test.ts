import { expect, test, vi } from "vitest";
import { quiesce } from "../endpoint/node-quiescence.ts";
import { createBatcher } from "./runtime.ts";
import { createWebRuntime } from "./web-runtime.ts";

const WAYS = [
  ["Node, exact", quiesce],
  ["web", createWebRuntime().quiesce],
] as const;

/** What handler code may do after it was resumed, which is after the step was asked for. */
const DELAYS: readonly (readonly [string, (done: () => void) => void])[] = [
  ["a hundred microtasks", (done) => hop(100).then(done)],
  ["a tick", (done) => process.nextTick(done)],
  [
    "a chain of ticks and microtasks",
    (done) => process.nextTick(() => void hop(3).then(() => process.nextTick(() => void hop(3).then(done)))),
  ],
  ["promises of promises", (done) => void Promise.resolve(hop(2).then(() => hop(2))).then(done)],
];

for (const [way, wait] of WAYS) {
  test.each(DELAYS)(`${way}: the step comes after %s`, async (_name, delay) => {
    const trace: string[] = [];
    await new Promise<void>((resolve) => {
      wait(
        () => {
          trace.push("step");
          resolve();
        },
        { yieldTurn: false },
      );
      delay(() => trace.push("code"));
    });
    expect(trace).toEqual(["code", "step"]);
  });

  test(`${way}: from a tick, an immediate and a timer as well`, async () => {
    for (const enter of [process.nextTick, setImmediate, setTimeout] as ((task: () => void) => void)[]) {
      const trace: string[] = [];
      await new Promise<void>((resolve) =>
        enter(() => {
          void hop(20).then(() => trace.push("code"));
          wait(
            () => {
              trace.push("step");
              resolve();
            },
            { yieldTurn: false },
          );
        }),
      );
      expect(trace).toEqual(["code", "step"]);
    }
  });

  test(`${way}: with yieldTurn a timer gets its turn`, async () => {
    const trace: string[] = [];
    await new Promise<void>((resolve) => {
      setTimeout(() => trace.push("timer"), 0);
      const again = (left: number): void =>
        wait(() => (left === 0 ? resolve() : again(left - 1)), { yieldTurn: true });
      setTimeout(() => again(5), 2);
    });
    expect(trace).toEqual(["timer"]);
  });

  test.each([true, false])(
    `${way}: timers that a test has faked hold nothing up, yieldTurn: %s`,
    async (yieldTurn) => {
      vi.useFakeTimers();
      try {
        await new Promise<void>((resolve) => {
          wait(resolve, { yieldTurn });
          process.nextTick(() => process.nextTick(() => {}));
        });
      } finally {
        vi.useRealTimers();
      }
    },
  );
}

test("steps of several attempts share one macrotask, in order", () => {
  const tasks: (() => void)[] = [];
  const trace: number[] = [];
  const batch = createBatcher((task) => tasks.push(task));
  batch(() => {
    trace.push(1);
    batch(() => trace.push(3));
  });
  batch(() => trace.push(2));
  expect(tasks).toHaveLength(1);
  tasks[0]?.();
  expect([trace, tasks.length]).toEqual([[1, 2], 2]);
  tasks[1]?.();
  expect(trace).toEqual([1, 2, 3]);
});

async function hop(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await undefined;
}
