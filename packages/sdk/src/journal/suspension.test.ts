import { expect, test } from "vitest";
import { TerminalError } from "../errors.ts";
import { all, race } from "./combinators.ts";
import { completionOf, Driven, sleepOf, suspensionOf, VOID, value } from "./testing/drive.ts";

test("suspends on everything awaited and on the cancel signal, when the input has ended", async () => {
  const driven = new Driven({}, async (journal) => {
    const abandoned = journal.sleep(10, "never awaited");
    await Promise.race([journal.sleep(10, "a"), journal.sleep(10, "b"), journal.signal("s", () => "")]);
    await abandoned;
    return "";
  });
  await driven.sent();
  driven.journal.endInput();
  expect(await driven.sent()).toEqual([suspensionOf([2, 3], { namedSignals: ["s"] })]);
  expect(driven.closed).toBe(true);
});

test("does not suspend as long as the input is open", async () => {
  const driven = new Driven({}, async (journal) => {
    await journal.sleep(10, "");
    return "";
  });
  expect(await driven.sent()).toEqual([sleepOf(1)]);
  expect(driven.closed).toBe(false);
});

test("the loser of a race is still waited for: it may be awaited again", async () => {
  const driven = new Driven({}, async (journal) => {
    await Promise.race([journal.sleep(10, ""), journal.sleep(10, "")]);
    await journal.sleep(10, "");
    return "";
  });
  driven.complete(1, VOID);
  await driven.sent();
  driven.journal.endInput();
  expect(await driven.sent()).toEqual([suspensionOf([2, 3])]);
});

test("a run is finished and proposed before the attempt suspends on it", async () => {
  let finish: (text: string) => void = () => {};
  const driven = new Driven({}, async (journal) => {
    await Promise.all([
      runOf(journal, () => new Promise((resolve) => (finish = resolve))),
      journal.sleep(10, ""),
    ]);
    return "";
  });
  await driven.sent();
  driven.journal.endInput();
  expect(await driven.sent()).toEqual([]);
  finish("paid");
  expect(await driven.sent()).toEqual([
    { type: "ProposeRunCompletion", completionId: 1, result: value("paid") },
    suspensionOf([1, 2]),
  ]);
});

test("a run that fails at once is proposed before the attempt suspends on it", async () => {
  const driven = new Driven({}, async (journal) => {
    await runOf(journal, () => {
      throw new TerminalError("declined");
    });
    return "";
  });
  driven.journal.endInput();
  expect(await driven.sent()).toEqual([
    { type: "Run", name: "pay", completionId: 1 },
    {
      type: "ProposeRunCompletion",
      completionId: 1,
      result: { type: "failure", failure: { code: 500, message: "declined" } },
    },
    suspensionOf([1]),
  ]);
});

test("v7: a combinator keeps its tree, without what is settled already", async () => {
  const driven = new Driven({ version: 7 }, async (journal) => {
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => journal.sleep(10, name));
    await Promise.all([all([a, race([b, c])]), d]);
    return "";
  });
  driven.complete(1, VOID);
  await driven.sent();
  driven.journal.endInput();
  const racing = {
    combinator: "firstCompleted",
    completions: [2, 3],
    signals: [],
    namedSignals: [],
    nested: [],
  };
  const whole = {
    combinator: "allSucceededOrFirstFailed",
    completions: [],
    signals: [],
    namedSignals: [],
    nested: [racing],
  };
  expect(await driven.sent()).toEqual([suspensionOf([4], { nested: [whole] })]);
});

test("v7: the engine is told what is awaited, once per change", async () => {
  const driven = new Driven({ version: 7 }, async (journal) => {
    await journal.sleep(10, "");
    await journal.sleep(10, "");
    return "";
  });
  const awaitingOn = (completions: number[]): object => ({
    ...suspensionOf(completions),
    type: "AwaitingOn",
    executingSideEffects: false,
  });
  expect(await driven.sent()).toEqual([sleepOf(1), awaitingOn([1])]);
  driven.journal.receiveSignal("unrelated", VOID);
  expect(await driven.sent()).toEqual([]);
  driven.complete(1, VOID);
  expect(await driven.sent()).toEqual([sleepOf(2), awaitingOn([2])]);
});

test("v7: a run settles when the engine confirms it, at that place of the order", async () => {
  const driven = new Driven({ version: 7 }, async (journal) => {
    const trace: string[] = [];
    await Promise.all([
      runOf(journal, () => "paid").then((text) => trace.push(text)),
      journal.sleep(10, "").then(() => trace.push("slept")),
    ]);
    return trace.join(" ");
  });
  await driven.sent();
  driven.complete(2, VOID);
  expect(driven.journal.receiveRunAck(1)).toBe(true);
  expect(driven.journal.receiveRunAck(1)).toBe(false);
  expect(await driven.sent()).toContainEqual({
    type: "Output",
    name: "",
    result: value("slept paid"),
  });
});

test("nothing of a closed attempt settles or is sent any more", async () => {
  let after = false;
  const driven = new Driven({ recorded: [sleepOf(1), completionOf(1)] }, async (journal) => {
    await journal.sleep(10, "");
    journal.abandon();
    journal.sleep(10, "unsent");
    journal.setState("k", new Uint8Array());
    await journal.constant(1);
    after = true;
    return "";
  });
  expect(await driven.sent()).toEqual([]);
  driven.complete(2, VOID);
  expect(await driven.sent()).toEqual([]);
  expect(after).toBe(false);
});

function runOf(
  journal: Driven["journal"],
  action: () => string | Promise<string>,
): ReturnType<typeof journal.run<string>> {
  return journal.run({
    name: "pay",
    action,
    serialize: (text) => new TextEncoder().encode(text),
    deserialize: (stored) => new TextDecoder().decode(stored),
  });
}
