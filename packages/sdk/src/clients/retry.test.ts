import { describe, expect, it } from "vitest";
import {
  defaultShouldRetry,
  nextRetryDelay,
  type ResolvedRetryPolicy,
  type RetryFailure,
  type RetryPolicy,
  resolveRetryPolicy,
} from "./retry.ts";

const NETWORK: RetryFailure = { kind: "network", error: new TypeError("fetch failed") };

function answered(status: number, headers: Record<string, string> = {}): RetryFailure {
  return { kind: "response", status, headers: new Headers(headers) };
}

function resolved(policy: RetryPolicy | true): ResolvedRetryPolicy {
  return resolveRetryPolicy(policy) as ResolvedRetryPolicy;
}

interface Situation {
  failure?: RetryFailure;
  attempt?: number;
  elapsedMs?: number;
  random?: number;
}

function delayOf(policy: RetryPolicy | true, situation: Situation = {}): number | undefined {
  const { failure = NETWORK, attempt = 0, elapsedMs = 0, random = 0.5 } = situation;
  const startedAt = Date.parse("2026-01-01T00:00:00Z");
  return nextRetryDelay(resolved(policy), {
    failure,
    attempt,
    startedAt,
    now: startedAt + elapsedMs,
    random,
  });
}

describe("defaultShouldRetry", () => {
  it.each([
    ["network", NETWORK, true],
    ["408", answered(408), true],
    ["425", answered(425), true],
    ["429", answered(429), true],
    ["500", answered(500), true],
    ["503 of the ingress", answered(503, { "x-restate-error-source": "ingress" }), true],
    ["503 of the invocation", answered(503, { "x-restate-error-source": "invocation" }), false],
    ["400", answered(400), false],
    ["404", answered(404), false],
    ["409", answered(409), false],
    ["470", answered(470), false],
  ])("%s", (_name, failure, expected) => {
    expect(defaultShouldRetry(failure)).toBe(expected);
  });
});

describe("resolveRetryPolicy", () => {
  it("is off unless asked for", () => {
    expect(resolveRetryPolicy(undefined)).toBeUndefined();
    expect(resolveRetryPolicy(false)).toBeUndefined();
  });

  it("has defaults", () => {
    expect(resolved(true)).toEqual({
      attemptsMax: 6,
      durationMaxMs: 60_000,
      initialIntervalMs: 250,
      maxIntervalMs: 3_000,
      exponentiationFactor: 2,
      respectRetryAfter: true,
      shouldRetry: defaultShouldRetry,
    });
  });

  it("takes durations and no bounds", () => {
    const policy = resolved({ maxAttempts: false, maxDuration: false, maxInterval: { minutes: 1 } });
    expect(policy).toMatchObject({
      attemptsMax: Number.POSITIVE_INFINITY,
      durationMaxMs: Number.POSITIVE_INFINITY,
      maxIntervalMs: 60_000,
    });
  });

  it.each([
    [{ maxAttempts: 0 }, "retry.maxAttempts must be at least 1, not 0"],
    [{ maxDuration: -1 }, "retry.maxDuration must be at least 0, not -1"],
    [{ initialInterval: Number.NaN }, "retry.initialInterval must be at least 0"],
    [{ exponentiationFactor: 0.5 }, "retry.exponentiationFactor must be at least 1, not 0.5"],
  ])("refuses %j", (policy, message) => {
    expect(() => resolveRetryPolicy(policy)).toThrow(message);
  });
});

describe("nextRetryDelay", () => {
  it("doubles up to the longest pause", () => {
    expect([0, 1, 2, 3, 4].map((attempt) => delayOf(true, { attempt }))).toEqual([
      250, 500, 1000, 2000, 3000,
    ]);
  });

  it.each([
    [0, 200],
    [0.5, 250],
    [0.999999, 300],
  ])("with jitter: chance %d gives %d ms", (random, expected) => {
    expect(delayOf(true, { random })).toBeCloseTo(expected, 0);
  });

  it("ends with the last attempt", () => {
    expect(delayOf({ maxAttempts: 3 }, { attempt: 1 })).toBe(500);
    expect(delayOf({ maxAttempts: 3 }, { attempt: 2 })).toBeUndefined();
    expect(delayOf({ maxAttempts: false, maxDuration: false }, { attempt: 10_000 })).toBe(3000);
  });

  it("ends rather than sleep past the budget", () => {
    expect(delayOf({ maxDuration: 1000 }, { elapsedMs: 750 })).toBe(250);
    expect(delayOf({ maxDuration: 1000 }, { elapsedMs: 751 })).toBeUndefined();
  });

  it.each([
    ["seconds", "7", 7000],
    ["zero", "0", 0],
    ["a date", "Thu, 01 Jan 2026 00:00:05 GMT", 5000],
    ["a date in the past", "Wed, 31 Dec 2025 00:00:00 GMT", 0],
    ["nonsense", "soon", 250],
    ["a negative number", "-3", 250],
  ])("Retry-After: %s", (_name, value, expected) => {
    expect(delayOf(true, { failure: answered(503, { "retry-after": value }) })).toBe(expected);
  });

  it("ignores Retry-After when told so, and never lets it move the budget", () => {
    const failure = answered(503, { "retry-after": "61" });
    expect(delayOf(true, { failure })).toBeUndefined();
    expect(delayOf({ respectRetryAfter: false }, { failure })).toBe(250);
  });

  it("asks shouldRetry instead of the default rule, within the bounds", () => {
    const seen: [string, number][] = [];
    const policy: RetryPolicy = {
      maxAttempts: 3,
      shouldRetry(failure, attempt) {
        seen.push([failure.kind, attempt]);
        return failure.kind === "response" && failure.status === 404;
      },
    };
    expect(delayOf(policy, { failure: answered(404), attempt: 1 })).toBe(500);
    expect(delayOf(policy, { failure: NETWORK })).toBeUndefined();
    expect(delayOf(policy, { failure: answered(404), attempt: 2 })).toBeUndefined();
    expect(seen).toEqual([
      ["response", 1],
      ["network", 0],
    ]);
  });
});
