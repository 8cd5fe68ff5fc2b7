import { expect, test } from "vitest";
import { TerminalError, TimeoutError } from "../errors.ts";
import { all, allSettled, any, race, rejected, resolved } from "./combinators.ts";
import { Driven, END, outputOf, VOID } from "./testing/drive.ts";

const failed = (): ReturnType<typeof rejected> => rejected(new TerminalError("no"));

test("the combinators give what the native ones give", async () => {
  const cases = [
    [resolved(1), resolved(2)],
    [resolved(1), failed()],
    [failed(), resolved(2)],
    [failed(), failed()],
    [],
  ];
  for (const members of cases) {
    const pairs = [
      [all(members), Promise.all(members)],
      [any(members), Promise.any(members)],
      [allSettled(members), Promise.allSettled(members)],
      ...(members.length > 0 ? [[race(members), Promise.race(members)] as const] : []),
    ] as const;
    for (const [ours, native] of pairs) {
      const [a, b] = await Promise.allSettled([ours, native]);
      expect(a).toEqual(b);
    }
  }
});

test("a member that is no durable promise is refused at once, with what to do", () => {
  expect(() => all([resolved(1), Promise.resolve(2)])).toThrow(
    /RestatePromise\.all: member 1 is not a RestatePromise but another promise\. Use Promise\.all/,
  );
});

test("promises of two invocations do not mix", () => {
  const sleepIn = (): unknown => new Driven({}, async () => "").journal.sleep(1, "");
  expect(() => race([sleepIn(), sleepIn()])).toThrow(/two invocations/);
});

test("an inert promise causes nothing, not even an unhandled rejection", async () => {
  const driven = new Driven({}, async (journal) => {
    journal.sleep(10, "never awaited");
    rejected(new TerminalError("never awaited"));
    all([journal.sleep(10, ""), failed()]);
    return "fine";
  });
  expect((await driven.sent()).slice(-2)).toEqual([outputOf("fine"), END]);
});

test("orTimeout is a durable timer beside the promise; what was timed out can be awaited again", async () => {
  const driven = new Driven({}, async (journal) => {
    const work = journal.sleep(1000, "work");
    try {
      await work.orTimeout({ milliseconds: 10 });
    } catch (error) {
      if (!(error instanceof TimeoutError) || error.code !== 408) throw error;
    }
    await work;
    return "late";
  });
  expect((await driven.sent()).map(({ type }) => type)).toEqual(["Sleep", "Sleep"]);
  driven.complete(2, VOID);
  await driven.sent();
  driven.complete(1, VOID);
  expect(await driven.sent()).toEqual([outputOf("late"), END]);
});

test("map runs once, when awaited, with the value or the failure", async () => {
  let runs = 0;
  const driven = new Driven({}, async (journal) => {
    const unused = journal.sleep(10, "").map(() => {
      throw new Error("never");
    });
    const mapped = journal.sleep(10, "").map(() => {
      runs += 1;
      return "mapped";
    });
    const rescued = rejected(new TerminalError("lost")).map((_value, failure) => failure?.message);
    return [await mapped, await mapped, await rescued, unused === undefined].join(" ");
  });
  await driven.sent();
  driven.complete(2, VOID);
  expect(await driven.sent()).toEqual([outputOf("mapped mapped lost false"), END]);
  expect(runs).toBe(1);
});

test("a mapper that throws rejects when the error is terminal, and else ends the attempt", async () => {
  const terminal = new Driven({}, async (journal) => {
    const mapped = journal.sleep(10, "").map(() => {
      throw new TerminalError("refused");
    });
    return mapped.catch((error: unknown) => (error instanceof TerminalError ? error.message : "?"));
  });
  await terminal.sent();
  terminal.complete(1, VOID);
  expect(await terminal.sent()).toEqual([outputOf("refused"), END]);

  const other = new Driven({}, async (journal) => {
    await journal.sleep(10, "").map(() => {
      throw new RangeError("bug");
    });
    return "";
  });
  await other.sent();
  other.complete(1, VOID);
  expect(await other.sent()).toMatchObject([{ type: "Error", message: "bug" }]);
});

test("a race of nothing never ends, so a timeout on it has passed already", async () => {
  await expect(race([]).orTimeout(1_000)).rejects.toBeInstanceOf(TimeoutError);
  await expect(race([race([]), race([])]).orTimeout(1_000)).rejects.toBeInstanceOf(TimeoutError);
  expect(await race([race([]), resolved(1)]).orTimeout(1_000)).toBe(1);
});

test("a promise from outside has no durable timer, so a timeout on it is refused", async () => {
  const outside = resolved(Promise.resolve(1));
  expect(() => outside.orTimeout(1_000)).toThrow("orTimeout: the promise is not one of ctx");
  expect(() => all([resolved(1), outside]).orTimeout(1_000)).toThrow(TerminalError);
  expect(await outside).toBe(1);
  expect(await all([resolved(1), resolved(2)]).orTimeout(1_000)).toEqual([1, 2]);
});
