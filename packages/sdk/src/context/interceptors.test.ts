import { expect, test } from "vitest";
import type { Interceptor } from "../definition/hooks.ts";
import { intercept } from "./interceptors.ts";

function logging(log: string[], name: string): Interceptor {
  return {
    run: async (run, next) => {
      log.push(`${name} before ${run}`);
      try {
        await next();
        log.push(`${name} after`);
      } catch (error) {
        log.push(`${name} failed`);
        throw error;
      }
    },
  };
}

test("the first interceptor is the outermost", async () => {
  const log: string[] = [];
  const result = await intercept([logging(log, "A"), {}, logging(log, "B")], "charge", () => {
    log.push("action");
    return 7;
  });
  expect(result).toBe(7);
  expect(log).toEqual(["A before charge", "B before charge", "action", "B after", "A after"]);
});

test("without an interceptor the action just runs", async () => {
  expect(await intercept([], "r", async () => "x")).toBe("x");
  expect(await intercept([{}], "r", () => "x")).toBe("x");
});

test("a failure passes through all of them", async () => {
  const log: string[] = [];
  const failing = intercept([logging(log, "A"), logging(log, "B")], "r", () => {
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(log).toEqual(["A before r", "B before r", "B failed", "A failed"]);
});

test("an interceptor may throw another error", async () => {
  const translate: Interceptor = {
    run: (_name, next) =>
      next().catch((cause: unknown) => Promise.reject(new Error("translated", { cause }))),
  };
  await expect(intercept([translate], "r", () => Promise.reject(new Error("no")))).rejects.toThrow(
    "translated",
  );
});

test("an interceptor that throws before or after next fails the run", async () => {
  const before: Interceptor = { run: () => Promise.reject(new Error("before")) };
  const after: Interceptor = { run: (_name, next) => next().then(() => Promise.reject(new Error("after"))) };
  const throwing: Interceptor = {
    run: () => {
      throw new Error("sync");
    },
  };
  let ran = 0;
  const action = (): number => (ran += 1);
  await expect(intercept([before], "r", action)).rejects.toThrow("before");
  await expect(intercept([throwing], "r", action)).rejects.toThrow("sync");
  expect(ran).toBe(0);
  await expect(intercept([after], "r", action)).rejects.toThrow("after");
  expect(ran).toBe(1);
});

test("a swallowed failure stays a failure", async () => {
  const swallow: Interceptor = { run: (_name, next) => next().catch(() => undefined) };
  await expect(intercept([swallow], "r", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
});

test("next must be called", async () => {
  const idle: Interceptor = { run: async () => undefined };
  await expect(intercept([idle], "r", () => 1)).rejects.toThrow(
    'An interceptor of run "r" returned without calling next().',
  );
});

test("next runs the action only once", async () => {
  const twice: Interceptor = { run: (_name, next) => next().then(next) };
  let ran = 0;
  await expect(intercept([twice], "r", () => (ran += 1))).rejects.toThrow(
    'An interceptor of run "r" called next() twice.',
  );
  expect(ran).toBe(1);
});
