import { expect, test } from "vitest";
import { PauseError, RetryableError } from "../errors.ts";
import { type RunRetryPolicy, toRunRetry } from "./run-retry.ts";
import { bytes, Driven, type DriveOptions, NOW, sleepOf } from "./testing/drive.ts";

const POLICY: RunRetryPolicy = { initialIntervalMs: 50, maxIntervalMs: 10_000, factor: 2 };

test.each([
  [1, 50],
  [2, 100],
  [5, 800],
  [30, 10_000],
])("failure %i waits %i ms", (count, delayMs) => {
  expect(toRunRetry(POLICY, { count, elapsedMs: 0 }, new Error())).toEqual({ type: "retry", delayMs });
});

test.each([
  ["attempts are spent", { maxAttempts: 3 }, { count: 3, elapsedMs: 0 }, "giveUp"],
  ["one is left", { maxAttempts: 3 }, { count: 2, elapsedMs: 0 }, "retry"],
  ["the time is over", { maxDurationMs: 100 }, { count: 1, elapsedMs: 100 }, "giveUp"],
  ["it is not quite over", { maxDurationMs: 100 }, { count: 1, elapsedMs: 99 }, "retry"],
])("%s", (_name, limits, failures, type) => {
  expect(toRunRetry({ ...POLICY, ...limits }, failures, new Error()).type).toBe(type);
  expect(toRunRetry({ ...POLICY, ...limits }, failures, new RetryableError("", { retryAfter: 7 })).type).toBe(
    type,
  );
});

test("RetryableError says when, with and without a policy", () => {
  const error = new RetryableError("busy", { retryAfter: { seconds: 2 } });
  const once = { count: 1, elapsedMs: 0 };
  expect(toRunRetry(POLICY, once, error)).toEqual({ type: "retry", delayMs: 2000 });
  expect(toRunRetry(undefined, once, error)).toEqual({ type: "retry", delayMs: 2000 });
  expect(toRunRetry(undefined, once, new Error())).toEqual({ type: "retry", delayMs: undefined });
});

const RUN = { type: "Run", name: "pay", completionId: 1 } as const;

function failing(
  options: DriveOptions,
  retry: RunRetryPolicy | undefined,
  error: Error = new Error("down"),
): Driven {
  return new Driven(options, async (journal) => {
    await journal.run({
      name: "pay",
      action: () => Promise.reject(error),
      serialize: () => bytes(""),
      deserialize: () => "",
      retry,
    });
    return "";
  });
}

test("a failure ends the attempt and names the run, not the last step", async () => {
  const driven = new Driven({}, async (journal) => {
    const run = journal.run({
      name: "pay",
      action: () => Promise.reject(new Error("down")),
      serialize: () => bytes(""),
      deserialize: () => "",
    });
    await Promise.all([run, journal.sleep(10, "")]);
    return "";
  });
  expect(await driven.sent()).toMatchObject([
    RUN,
    sleepOf(2),
    {
      type: "Error",
      message: "down",
      relatedCommandIndex: 1,
      relatedCommandName: "pay",
      relatedCommandType: 0x0411,
    },
  ]);
});

test("the engine's count goes on when nothing new was recorded since", async () => {
  const start = { retryCountSinceLastStoredEntry: 3, durationSinceLastStoredEntryMs: 900 };
  expect(await failing({ start, recorded: [RUN] }, POLICY).sent()).toMatchObject([{ nextRetryDelayMs: 400 }]);
});

test("and starts again when the run itself is new", async () => {
  const start = { retryCountSinceLastStoredEntry: 3, durationSinceLastStoredEntryMs: 900 };
  expect(await failing({ start }, POLICY).sent()).toMatchObject([RUN, { nextRetryDelayMs: 50 }]);
});

test("idle time before the first attempt does not count as retrying", async () => {
  const start = { retryCountSinceLastStoredEntry: 0, durationSinceLastStoredEntryMs: 60_000 };
  const driven = failing({ start, recorded: [RUN] }, { ...POLICY, maxDurationMs: 1000 });
  expect(await driven.sent()).toMatchObject([{ type: "Error" }]);
});

test("giving up is a terminal failure with the last error's message", async () => {
  const start = { retryCountSinceLastStoredEntry: 2, durationSinceLastStoredEntryMs: 5 };
  const driven = failing({ start, recorded: [RUN] }, { ...POLICY, maxAttempts: 3 });
  expect(await driven.sent()).toEqual([
    {
      type: "ProposeRunCompletion",
      completionId: 1,
      result: { type: "failure", failure: { code: 500, message: "down" } },
    },
  ]);
});

test("the time of this attempt counts", async () => {
  const start = { retryCountSinceLastStoredEntry: 1, durationSinceLastStoredEntryMs: 500 };
  const driven = failing({ start, recorded: [RUN] }, { ...POLICY, maxDurationMs: 1000 });
  driven.nowMs = NOW + 500;
  expect(await driven.sent()).toMatchObject([{ type: "ProposeRunCompletion" }]);
});

test("PauseError pauses the invocation", async () => {
  expect(await failing({}, POLICY, new PauseError("look at me")).sent()).toMatchObject([
    RUN,
    { type: "Error", message: "look at me", behavior: "pause" },
  ]);
});

test("closures start in call order, concurrently, awaited or not", async () => {
  const started: string[] = [];
  const finish: Record<string, () => void> = {};
  const driven = new Driven({}, async (journal) => {
    const run = (name: string): Promise<string> =>
      journal
        .run({
          name,
          action: () => {
            started.push(name);
            return new Promise<string>((resolve) => {
              finish[name] = () => resolve(name);
            });
          },
          serialize: bytes,
          deserialize: () => name,
        })
        .then((text) => text);
    const [a] = [
      run("a"),
      journal.run({
        name: "unawaited",
        action: () => void started.push("unawaited"),
        serialize: () => bytes(""),
        deserialize: () => undefined,
      }),
    ];
    return (await Promise.all([a, run("c")])).join("");
  });
  expect((await driven.sent()).map(({ type }) => type)).toEqual([
    "Run",
    "Run",
    "Run",
    "ProposeRunCompletion",
  ]);
  expect(started).toEqual(["a", "unawaited", "c"]);
  finish.c?.();
  finish.a?.();
  expect(await driven.sent()).toMatchObject([{ completionId: 3 }, { completionId: 1 }]);
});
