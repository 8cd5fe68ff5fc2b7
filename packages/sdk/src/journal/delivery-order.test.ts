import { expect, test } from "vitest";
import {
  type Body,
  completionOf,
  Driven,
  END,
  outputOf,
  sleepOf,
  suspensionOf,
  VOID,
} from "./testing/drive.ts";

/** Two branches that note who went on; the order of notifications alone decides. */
const twoSleeps: Body = async (journal) => {
  const trace: string[] = [];
  const branch = async (name: string): Promise<void> => {
    await journal.sleep(10, name);
    trace.push(name);
  };
  await Promise.all([branch("a"), branch("b")]);
  return trace.join("");
};

test("what is stored first is delivered first, live", async () => {
  const driven = new Driven({}, twoSleeps);
  expect(await driven.sent()).toEqual([sleepOf(1, "a"), sleepOf(2, "b")]);
  driven.complete(2, VOID);
  driven.complete(1, VOID);
  expect(await driven.sent()).toEqual([outputOf("ba"), END]);
});

test("and in replay", async () => {
  const recorded = [sleepOf(1, "a"), sleepOf(2, "b"), completionOf(2), completionOf(1)];
  expect(await new Driven({ recorded }, twoSleeps).sent()).toEqual([outputOf("ba"), END]);
});

test("what comes before anyone awaits it is kept, and goes first when someone does", async () => {
  const driven = new Driven({}, async (journal) => {
    const trace: string[] = [];
    const early = journal.sleep(10, "early");
    const late = journal.sleep(10, "late");
    await journal.sleep(10, "gate");
    await Promise.all([late.then(() => trace.push("late")), early.then(() => trace.push("early"))]);
    return trace.join(" ");
  });
  await driven.sent();
  for (const id of [1, 2, 3]) driven.complete(id, VOID);
  expect(await driven.sent()).toEqual([outputOf("early late"), END]);
});

test("the first completion of an id counts, also after it was settled", async () => {
  const driven = new Driven({}, async (journal) => {
    const first = journal.request(
      { type: "GetPromise", key: "p", name: "", completionId: journal.takeCompletionId() },
      (r) => r.type,
    );
    const seen = [await first, await first];
    await journal.sleep(10, "");
    return [...seen, await first].join(" ");
  });
  await driven.sent();
  driven.complete(1, { type: "success", value: new Uint8Array() });
  driven.complete(1, { type: "failure", failure: { code: 500, message: "too late" } });
  await driven.sent();
  driven.complete(1, VOID);
  driven.complete(2, VOID);
  expect(await driven.sent()).toEqual([outputOf("success success success"), END]);
});

test("nothing awaited: nothing is delivered and nothing suspended, whatever the input does", async () => {
  let goOn: () => void = () => {};
  const driven = new Driven({}, async (journal) => {
    const sleep = journal.sleep(10, "");
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await sleep;
    return "done";
  });
  expect(await driven.sent()).toEqual([sleepOf(1)]);
  driven.journal.endInput();
  expect(await driven.sent()).toEqual([]);
  goOn();
  expect(await driven.sent()).toEqual([suspensionOf([1])]);
});

test("signals of one name go to the promises in the order in which they are awaited", async () => {
  const driven = new Driven({}, async (journal) => {
    const take = (): Promise<string> =>
      journal
        .signal("tick", (result) => (result.type === "success" ? String(result.value[0]) : "?"))
        .then((text) => text);
    const [a, b] = await Promise.all([take(), take()]);
    return `${a}${b}${await take()}`;
  });
  for (const tick of [1, 2, 3])
    driven.journal.receiveSignal("tick", { type: "success", value: Uint8Array.of(tick) });
  expect(await driven.sent()).toEqual([outputOf("123"), END]);
});

test("twenty thousand results that were kept are delivered in their order", async () => {
  const count = 20_000;
  const driven = new Driven({}, async (journal) => {
    const sleeps = Array.from({ length: count }, () => journal.sleep(1, ""));
    await journal.sleep(1, "last");
    await Promise.all(sleeps.reverse());
    return "done";
  });
  await driven.sent();
  for (let id = 1; id <= count + 1; id += 1) driven.complete(id, VOID);
  expect(await driven.sent()).toEqual([outputOf("done"), END]);
});
