import { expect, test } from "vitest";
import { CancelledError, TerminalError } from "../errors.ts";
import type { CallLeaf } from "./call-leaf.ts";
import { any } from "./combinators.ts";
import type { Journal } from "./journal.ts";
import {
  callTarget,
  completionOf,
  Driven,
  decodeText,
  END,
  outputOf,
  sleepOf,
  suspensionOf,
  VOID,
  value,
} from "./testing/drive.ts";

function call(journal: Journal): CallLeaf<string> {
  return journal.call(callTarget(), decodeText);
}

function cancelOf(targetInvocationId: string): object {
  return { type: "SendSignal", targetInvocationId, signal: 1, result: VOID, name: "" };
}

const FAILED_409 = {
  type: "Output",
  name: "",
  result: { type: "failure", failure: { code: 409, message: "Cancelled" } },
};

function isCancel(error: unknown): boolean {
  return error instanceof CancelledError && error instanceof TerminalError && error.code === 409;
}

test("rejects what is awaited, once; what comes after works", async () => {
  const driven = new Driven({}, async (journal) => {
    try {
      await journal.sleep(10, "work");
    } catch (error) {
      if (!isCancel(error)) throw error;
    }
    await journal.sleep(10, "compensate");
    return "undone";
  });
  driven.cancel();
  expect(await driven.sent()).toEqual([sleepOf(1, "work"), sleepOf(2, "compensate")]);
  driven.complete(2, VOID);
  expect(await driven.sent()).toEqual([outputOf("undone"), END]);
});

test("rejects the await, not the promise: a later await gets the true end", async () => {
  const driven = new Driven({}, async (journal) => {
    const paid = call(journal);
    try {
      await paid;
    } catch {
      return `after all ${await paid}`;
    }
    return "";
  });
  await driven.sent();
  driven.complete(1, { type: "invocationId", invocationId: "inv_child" });
  driven.cancel();
  expect(await driven.sent()).toEqual([cancelOf("inv_child")]);
  driven.complete(2, value("paid"));
  expect(await driven.sent()).toEqual([outputOf("after all paid"), END]);
});

test("waits for the ids of the calls, in the order in which they were made, delivering nothing meanwhile", async () => {
  const driven = new Driven({}, async (journal) => {
    const sleep = journal.sleep(10, "");
    await Promise.all([call(journal), call(journal), sleep.then(() => journal.sleep(10, "must not be"))]);
    return "";
  });
  await driven.sent();
  driven.cancel();
  driven.complete(1, VOID);
  driven.complete(4, { type: "invocationId", invocationId: "inv_second" });
  expect(await driven.sent()).toEqual([]);
  driven.complete(2, { type: "invocationId", invocationId: "inv_first" });
  expect(await driven.sent()).toEqual([cancelOf("inv_first"), cancelOf("inv_second"), FAILED_409, END]);
});

test("suspends on the missing ids alone when the input ends meanwhile", async () => {
  const driven = new Driven({}, async (journal) => call(journal));
  await driven.sent();
  driven.cancel();
  driven.journal.endInput();
  expect(await driven.sent()).toEqual([suspensionOf([1], { signals: [] })]);
});

test("takes its turn: what was stored before it is delivered before it", async () => {
  const driven = new Driven({}, async (journal) => {
    await journal.sleep(10, "");
    return "in time";
  });
  await driven.sent();
  driven.complete(1, VOID);
  driven.cancel();
  expect(await driven.sent()).toEqual([outputOf("in time"), END]);
});

test("is seen at the next await when nothing was awaited", async () => {
  let goOn: () => void = () => {};
  const driven = new Driven({}, async (journal) => {
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await journal.sleep(10, "");
    return "";
  });
  driven.cancel();
  expect(await driven.sent()).toEqual([]);
  goOn();
  expect(await driven.sent()).toEqual([sleepOf(1), FAILED_409, END]);
});

test("a second cancel works again", async () => {
  const driven = new Driven({}, async (journal) => {
    for (const name of ["a", "b"]) await journal.sleep(10, name).catch(() => {});
    return "stubborn";
  });
  driven.cancel();
  driven.cancel();
  expect(await driven.sent()).toEqual([sleepOf(1, "a"), sleepOf(2, "b"), outputOf("stubborn"), END]);
});

test("a combinator rejects as one, and can be awaited again", async () => {
  const driven = new Driven({}, async (journal) => {
    const either = any([journal.sleep(10, "a"), journal.sleep(10, "b")]);
    try {
      await either;
    } catch (error) {
      if (!isCancel(error)) throw error;
    }
    await either;
    return "b came";
  });
  driven.cancel();
  await driven.sent();
  driven.complete(2, VOID);
  expect(await driven.sent()).toEqual([outputOf("b came"), END]);
});

test("wins over restarting a run whose closure was lost", async () => {
  let started = false;
  const recorded = [
    { type: "Run", name: "pay", completionId: 1 } as const,
    { type: "Signal", signal: 1, result: VOID } as const,
  ];
  const driven = new Driven({ recorded }, async (journal) => {
    await journal.run({
      name: "pay",
      action: () => {
        started = true;
      },
      serialize: () => new Uint8Array(),
      deserialize: () => undefined,
    });
    return "";
  });
  expect(await driven.sent()).toEqual([FAILED_409, END]);
  expect(started).toBe(false);
});

test("explicit: awaits are left alone, the signal is a promise", async () => {
  const driven = new Driven({ explicitCancellation: true }, async (journal) => {
    const cancelled = journal.cancellation().then(() => "cancelled");
    const first = await Promise.race([journal.sleep(10, "").then(() => "slept"), cancelled]);
    return `${first}, ${journal.takeTrackedCalls().length} calls`;
  });
  await driven.sent();
  driven.cancel();
  expect(await driven.sent()).toEqual([outputOf("cancelled, 0 calls"), END]);
});

test("explicit: the calls made so far can be taken once", async () => {
  const driven = new Driven({ explicitCancellation: true }, async (journal) => {
    call(journal);
    const ids = await Promise.all(journal.takeTrackedCalls());
    return `${ids.join()} ${journal.takeTrackedCalls().length}`;
  });
  await driven.sent();
  driven.complete(1, { type: "invocationId", invocationId: "inv_child" });
  expect(await driven.sent()).toEqual([outputOf("inv_child 0"), END]);
});

test("explicit: an id that was awaited already is there at once", async () => {
  const driven = new Driven({ explicitCancellation: true }, async (journal) => {
    const awaited = await call(journal).invocationId;
    const ids = await Promise.all(journal.takeTrackedCalls());
    return `${awaited} ${ids.join()}`;
  });
  await driven.sent();
  driven.complete(1, { type: "invocationId", invocationId: "inv_child" });
  expect(await driven.sent()).toEqual([outputOf("inv_child inv_child"), END]);
});

test("replays to the same end", async () => {
  const body = async (journal: Journal): Promise<string> => {
    const paid = call(journal);
    return paid.catch(() => "gave up");
  };
  const recorded = [
    { type: "Call", ...callTarget(), invocationIdCompletionId: 1, completionId: 2 } as const,
    { type: "Signal", signal: 1, result: VOID } as const,
    completionOf(1, { type: "invocationId", invocationId: "inv_child" }),
    {
      type: "SendSignal",
      targetInvocationId: "inv_child",
      signal: 1,
      result: { type: "void" },
      name: "",
    } as const,
  ];
  expect(await new Driven({ recorded }, body).sent()).toEqual([outputOf("gave up"), END]);
});
