import nodeCrypto, { randomUUID } from "node:crypto";
import timers from "node:timers";
import { describe, expect, it, vi } from "vitest";
import { createTestEngine } from "../index.ts";
import { installGlobalGuards } from "./global-guards.ts";
import { allowed } from "./testing/allowed-handlers.ts";

/** What is wrapped, as it is now. */
function snapshot(): unknown[] {
  const holders: [object, string][] = [
    [globalThis, "Date"],
    [Date, "now"],
    [Math, "random"],
    [Object.getPrototypeOf(crypto) as object, "randomUUID"],
    [nodeCrypto, "randomUUID"],
    [globalThis, "setTimeout"],
    [timers, "setTimeout"],
    [globalThis, "fetch"],
  ];
  return [...holders.map(([holder, key]) => Object.getOwnPropertyDescriptor(holder, key)), randomUUID];
}

describe("the functions of the runtime", () => {
  it("are put back as they were, when the last guard has gone", () => {
    const before = snapshot();
    const releaseFirst = installGlobalGuards();
    const during = snapshot();
    const releaseSecond = installGlobalGuards();
    releaseFirst();
    releaseFirst();
    expect(snapshot()).toEqual(during);
    for (const [index, one] of during.entries()) expect(one).not.toBe(before[index]);
    expect(setTimeout).toBe(timers.setTimeout);
    releaseSecond();
    for (const [index, one] of snapshot().entries()) expect(one).toStrictEqual(before[index]);
  });

  it("are put back by closing several engines, in any order, and by one that cannot start", async () => {
    const { now } = Date;
    const engines = await Promise.all([1, 2, 3].map(() => createTestEngine({ services: [allowed] })));
    expect(Date.now).not.toBe(now);
    await expect(createTestEngine({ services: [allowed], now: Number.NaN, horizon: -1 })).rejects.toThrow();
    for (const engine of engines.reverse()) await engine.close();
    expect(Date.now).toBe(now);
  });

  it("do what they did", async () => {
    const release = installGlobalGuards();
    const date = new Date(0);
    expect(date).toBeInstanceOf(Date);
    expect(Object.prototype.toString.call(new Date())).toBe("[object Date]");
    expect(Date.now.name).toBe("now");
    class Day extends Date {}
    expect(new Day(5)).toBeInstanceOf(Day);
    expect(new Day(5).getTime()).toBe(5);
    expect(Date.UTC(2026, 0)).toBe(1767225600000);
    expect(typeof Date()).toBe("string");
    expect(crypto.randomUUID()).toHaveLength(36);
    expect(randomUUID()).toHaveLength(36);
    const { promisify } = await import("node:util");
    await promisify(setTimeout)(0);
    release();
  });

  it("leave fake timers alone, whoever came first", () => {
    const { now } = Date;
    const release = installGlobalGuards();
    vi.useFakeTimers({ now: 5 });
    expect(Date.now()).toBe(5);
    release();
    expect(Date.now()).toBe(5);
    vi.useRealTimers();
    expect(Math.abs(Date.now() - now())).toBeLessThan(1000);
  });
});

describe("no misuse", () => {
  it("is what is allowed, what runs do, and what ctx gives", async () => {
    await using engine = await createTestEngine({ services: [allowed], strict: true });
    const client = engine.client.serviceClient(allowed);
    expect(
      await Promise.all([
        client.byFunction(),
        client.byFunctionBehindAwait(),
        client.byComment(),
        client.byCommentAbove(),
        client.inRun(),
        client.dates(),
      ]),
    ).toEqual(Array.from({ length: 6 }, () => true));
    expect(engine.misuses()).toEqual([]);
  });

  it("is what the test itself does, and what loggers, hooks and replacements do", async () => {
    const logged: number[] = [];
    const { service } = await import("@perdure/sdk");
    const talking = service({
      name: "Talking",
      handlers: {
        talk: async (ctx: import("@perdure/sdk").Context) => {
          ctx.console.info("hello");
          return ctx.run("load", () => "real");
        },
      },
      options: {
        hooks: [
          () => ({
            interceptor: {
              handler: async (next: () => Promise<void>) => {
                logged.push(Date.now());
                await next();
                logged.push(performance.now());
              },
              run: async (_name: string, next: () => Promise<void>) => {
                logged.push(Math.random());
                await next();
              },
            },
          }),
        ],
      },
    });
    await using engine = await createTestEngine({
      services: [talking],
      strict: true,
      logger: () => logged.push(new Date().getDate()),
      runs: { load: async () => `${Date.now()}` },
    });
    logged.push(Date.now());
    const text: string = await engine.client.serviceClient(talking).talk();
    expect(Number(text)).toBeGreaterThan(0);
    expect(logged.length).toBeGreaterThan(4);
    expect(engine.misuses()).toEqual([]);
  });
});
