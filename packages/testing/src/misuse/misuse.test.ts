import { describe, expect, it, vi } from "vitest";
import { createTestEngine, type Misuse, MisuseError, type MisuseKind, type TestEngine } from "../index.ts";
import { MISUSES_MAX, MisuseLog } from "./misuse-log.ts";
import { markedLine } from "./testing/marked-line.ts";
import { approval, echo, gates, type WrongHandler, wrong } from "./testing/wrong-handlers.ts";

const FILE = "./wrong-handlers.ts";

interface Expected {
  readonly kind: MisuseKind;
  /** What the message says first, after the handler's name. */
  readonly says: string;
  /** How many: one unless said otherwise. */
  readonly count?: number;
}

const time = (name: string): Expected => ({ kind: "time", says: `${name} was called in handler code` });
const chance = (name: string): Expected => ({ kind: "chance", says: `${name} was called in handler code` });
const timer = (name: string): Expected => ({ kind: "timer", says: `${name} was called in handler code` });

const WRONG: Readonly<Record<WrongHandler, Expected>> = {
  contextInRun: {
    kind: "insideRun",
    says: 'ctx was used inside ctx.run "outer": it tried OneWayCall Echo/echo',
  },
  contextInRunBehindAwait: { kind: "insideRun", says: 'ctx was used inside ctx.run "outer": it tried Sleep' },
  runInRunBehindTimer: {
    kind: "insideRun",
    says: 'ctx was used inside ctx.run "outer": it tried Run "inner"',
  },
  stepAfterEnd: {
    kind: "afterEnd",
    says: "ctx was used after the handler had ended: a branch that nobody awaited tried OneWayCall Echo/echo",
  },
  awaitAfterEnd: {
    kind: "afterEnd",
    says: "ctx was used after the handler had ended: a branch that nobody awaited tried to await signal 17",
  },
  runNotAwaited: { kind: "neverAwaited", says: 'Run "charge" was never awaited before the handler ended' },
  sleepNotAwaited: { kind: "neverAwaited", says: "Sleep was never awaited before the handler ended" },
  dateNotAwaited: { kind: "neverAwaited", says: "Run was never awaited before the handler ended" },
  combinatorNotAwaited: { kind: "neverAwaited", says: 'Sleep "long" was never awaited', count: 2 },
  attachNotAwaited: { kind: "neverAwaited", says: "AttachInvocation inv_" },
  callNotAwaited: { kind: "unusedResult", says: "The result of Call Echo/echo was never awaited" },
  foreignStep: { kind: "foreignStep", says: 'A step (Run "keep") was issued by code' },
  dateNow: time("Date.now()"),
  newDate: time("new Date()"),
  dateAsFunction: time("new Date()"),
  dateBehindAwait: time("Date.now()"),
  dateInThen: time("Date.now()"),
  dateInBuiltin: time("Date.now()"),
  mathRandom: chance("Math.random()"),
  mathRandomItself: chance("Math.random()"),
  randomUuid: chance("crypto.randomUUID()"),
  randomValues: chance("crypto.getRandomValues()"),
  importedRandomUuid: chance("crypto.randomUUID()"),
  importedRandomBytes: chance("crypto.randomBytes()"),
  importedRandomInt: chance("crypto.randomInt()"),
  performanceNow: time("performance.now()"),
  timeout: timer("setTimeout()"),
  interval: timer("setInterval()"),
  immediate: timer("setImmediate()"),
  importedTimeout: timer("setTimeout()"),
  fetched: { kind: "fetch", says: "fetch() was called in handler code" },
};

const TABLE = Object.entries(WRONG) as [WrongHandler, Expected][];

/** What waits for outside work while a sleep is awaited must not see the sleep end. */
function timeFor(name: WrongHandler): "auto" | "manual" {
  return name === "foreignStep" ? "manual" : "auto";
}

/** Calls a wrong handler, and lets what it has left behind go on. */
async function provoke(engine: TestEngine, name: WrongHandler): Promise<unknown> {
  const before = (): void => {};
  gates.resume = before;
  const end = engine.client
    .serviceClient(wrong)
    [name]()
    .catch((error: unknown) => error);
  if (name === "foreignStep") {
    await vi.waitFor(() => expect(gates.resume).not.toBe(before));
    await engine.clock.settle();
    gates.resume();
  }
  const result = await end;
  gates.resume();
  await new Promise((resolve) => setImmediate(resolve));
  return result;
}

describe("misuse is found, and named by its line", () => {
  it.each(TABLE)("%s", async (name, { kind, says, count = 1 }) => {
    const told: Misuse[] = [];
    await using engine = await createTestEngine({
      services: [wrong, echo],
      time: timeFor(name),
      misuse: { onMisuse: (misuse) => told.push(misuse) },
    });
    await provoke(engine, name);
    const found = engine.misuses();
    expect(found).toHaveLength(count);
    expect(told).toEqual(found);
    const [misuse] = found as [Misuse];
    expect(misuse).toMatchObject({ kind, handler: `Wrong/${name}` });
    expect(misuse.message).toContain(`Wrong/${name}: ${says}`);
    expect(misuse.message).toContain(` At ${misuse.line}.`);
    expect(misuse.line).toMatch(/:\d+:\d+$/);
    expect(misuse.line?.replace(/:\d+$/, "")).toBe(markedLine(FILE, name));
    const [invocation] = await engine.invocations({ handler: name });
    expect(misuse.invocationId).toBe(invocation?.invocationId);
  });

  it.each(TABLE)("%s fails in a strict engine, and closing tells it", async (name, { kind, says }) => {
    const engine = await createTestEngine({ services: [wrong, echo], time: timeFor(name), strict: true });
    const result = await provoke(engine, name);
    if (kind !== "afterEnd") expect(String(result)).toContain(says);
    await expect(engine.close()).rejects.toThrow(says);
  });

  it("for the promises of workflows", async () => {
    await using engine = await createTestEngine({ services: [approval], misuse: { onMisuse: () => {} } });
    await engine.client.workflowClient(approval, "a").workflowSubmit();
    await engine.client.workflowClient(approval, "a").workflowAttach();
    const lines = engine.misuses().map(({ kind, line }) => [kind, line?.replace(/:\d+$/, "")]);
    expect(lines).toEqual([
      ["unusedResult", markedLine(FILE, "resolveNotAwaited")],
      ["neverAwaited", markedLine(FILE, "promiseNotAwaited")],
    ]);
  });
});

describe("what becomes of misuse", () => {
  it("is the author's to say, for each kind", async () => {
    await using engine = await createTestEngine({
      services: [wrong, echo],
      strict: true,
      misuse: { rules: { time: "off", chance: "warn" }, onMisuse: () => {} },
    });
    const client = engine.client.serviceClient(wrong);
    await client.dateNow();
    await client.mathRandom();
    await expect(client.fetched()).rejects.toThrow("fetch() was called in handler code, outside of ctx.run.");
    expect(engine.misuses().map(({ kind }) => kind)).toEqual(["chance", "fetch"]);
  });

  it("is allowed where a function says so", async () => {
    await using engine = await createTestEngine({
      services: [wrong],
      strict: true,
      misuse: { allow: ({ line }) => line?.startsWith(`${markedLine(FILE, "dateNow")}:`) === true },
    });
    await engine.client.serviceClient(wrong).dateNow();
    expect(engine.misuses()).toEqual([]);
  });

  it("fails the invocation of a strict engine although the handler caught the error", async () => {
    const { careless } = await import("./testing/allowed-handlers.ts");
    await using engine = await createTestEngine({ services: [careless], strict: true });
    await expect(engine.client.serviceClient(careless).caught()).rejects.toThrow("Math.random() was called");
    expect(engine.misuses()).toHaveLength(1);
  });

  it("closing a strict engine is silent once the list was read, and rejects with all of it otherwise", async () => {
    const engine = await createTestEngine({ services: [wrong], strict: true });
    const client = engine.client.serviceClient(wrong);
    await client.dateNow().catch(() => {});
    expect(engine.misuses()).toHaveLength(1);
    await client.mathRandom().catch(() => {});
    await client.newDate().catch(() => {});
    const error = await engine.close().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MisuseError);
    expect((error as MisuseError).misuses.map(({ kind }) => kind)).toEqual(["chance", "time"]);
  });

  it("is told once for a line, and listed once for a line and an invocation", async () => {
    const told: Misuse[] = [];
    await using engine = await createTestEngine({
      services: [wrong],
      misuse: { onMisuse: (misuse) => told.push(misuse) },
    });
    await engine.client.serviceClient(wrong).dateNow();
    await engine.client.serviceClient(wrong).dateNow();
    expect(told).toHaveLength(1);
    expect(engine.misuses()).toHaveLength(2);
  });

  it("is printed once for a line, however many engines find it", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    for (let engines = 0; engines < 2; engines += 1) {
      await using engine = await createTestEngine({ services: [wrong] });
      await engine.client.serviceClient(wrong).dateNow();
      expect(engine.misuses()).toHaveLength(1);
    }
    const printed = warn.mock.calls;
    warn.mockRestore();
    expect(printed).toEqual([[expect.stringContaining("[perdure] Wrong/dateNow: Date.now() was called")]]);
  });

  it("is listed and remembered up to a limit", () => {
    const log = new MisuseLog({ onMisuse: () => {} });
    const noteOne = (index: number): unknown =>
      log.note({
        kind: "time",
        message: `${index}`,
        line: undefined,
        handler: "Shop/order",
        invocationId: "inv_1",
      });
    for (let index = 0; index < MISUSES_MAX; index += 1) noteOne(index);
    expect(log.read()).toHaveLength(MISUSES_MAX);
    noteOne(MISUSES_MAX);
    expect(log.read()).toHaveLength(MISUSES_MAX);
  });

  it("is not looked for when it is off", async () => {
    const { now } = Date;
    await using engine = await createTestEngine({ services: [wrong], strict: true, misuse: "off" });
    expect(Date.now).toBe(now);
    await engine.client.serviceClient(wrong).dateNow();
    expect(engine.misuses()).toEqual([]);
  });
});
