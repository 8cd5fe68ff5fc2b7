import { expect, test } from "vitest";
import { RetryableError, TerminalError } from "../errors.ts";
import { MISMATCH_GRACE_MS } from "./ending.ts";
import {
  bytes,
  callTarget,
  completionOf,
  Driven,
  decodeText,
  END,
  outputOf,
  sleepOf,
  VOID,
} from "./testing/drive.ts";

const CALL = { type: "Call", ...callTarget(), invocationIdCompletionId: 1, completionId: 2 } as const;

test("another type of step: says what the journal holds, what was tried, what was agreed on, and the line", async () => {
  const driven = new Driven(
    {
      recorded: [
        sleepOf(1, "cool down"),
        completionOf(1),
        { ...CALL, invocationIdCompletionId: 2, completionId: 3 },
      ],
    },
    async (journal) => {
      await journal.sleep(10, "cool down");
      await journal.sleep(10, "once more");
      return "";
    },
  );
  const [error, ...rest] = await driven.sent();
  expect(rest).toEqual([]);
  expect(error).toMatchObject({
    type: "Error",
    code: 570,
    relatedCommandIndex: 2,
    relatedCommandName: "once more",
    relatedCommandType: 0x040c,
  });
  const message = error?.type === "Error" ? error.message : "";
  expect(message).toContain("Journal mismatch in Shop/buy (inv_test) at command 2");
  expect(message).toContain("the journal holds: Call Bank/pay");
  expect(message).toContain('the code tried:    Sleep "once more"');
  expect(message).toContain('last agreed step:  command 1, Sleep "cool down"');
  expect(message).toMatch(/at \S*mismatch\.test\.ts:\d+:\d+/);
  expect(driven.failures).toHaveLength(1);
});

test.each([
  ["service", { service: "Till" }, 'the journal holds "Till", the code tried "Bank"'],
  ["parameter", { parameter: bytes("2") }, "the journal holds 2, the code tried 1"],
  [
    "headers",
    { headers: [{ key: "a", value: "b" }] },
    'the journal holds [{"key":"a","value":"b"}], the code tried []',
  ],
  ["idempotencyKey", { idempotencyKey: "k" }, 'the journal holds "k", the code tried nothing'],
])("another %s of a call is named", async (field, change, words) => {
  const driven = new Driven({ recorded: [{ ...CALL, ...change }] }, async (journal) =>
    journal.call(callTarget(), decodeText),
  );
  expect(await driven.sent()).toMatchObject([
    { type: "Error", message: expect.stringContaining(`  ${field}: ${words}`) },
  ]);
});

test("payloads may differ when a codec encodes them differently each time; their variant may not", async () => {
  const recorded = [{ ...CALL, parameter: bytes("encrypted") }, { ...outputOf("x") }];
  const agreeing = new Driven({ recorded, comparePayloads: false }, async (journal) => {
    journal.call(callTarget(), decodeText);
    return "y";
  });
  expect(await agreeing.sent()).toEqual([END]);
  const differing = new Driven({ recorded, comparePayloads: false }, async (journal) => {
    journal.call(callTarget(), decodeText);
    throw new TerminalError("no");
  });
  expect(await differing.sent()).toMatchObject([{ type: "Error", code: 570 }]);
});

test("times that are computed from the clock are not compared", async () => {
  const recorded = [{ type: "Sleep", name: "", completionId: 1, wakeUpTimeMs: 1 } as const, completionOf(1)];
  const driven = new Driven({ recorded }, async (journal) => {
    await journal.sleep(99, "");
    return "";
  });
  expect(await driven.sent()).toEqual([outputOf(""), END]);
});

test("ending early while steps are recorded", async () => {
  const driven = new Driven({ recorded: [CALL] }, async () => "done");
  expect(await driven.sent()).toMatchObject([
    { type: "Error", code: 570, message: expect.stringContaining("the code tried:    Output success") },
  ]);
});

test("waiting for what the journal cannot give, with steps recorded, is a mismatch after a grace", async () => {
  const driven = new Driven({ recorded: [sleepOf(1), CALL] }, async (journal) => {
    await journal.sleep(10, "");
    return "";
  });
  expect(await driven.sent()).toEqual([]);
  expect(MISMATCH_GRACE_MS).toBeGreaterThan(0);
  driven.fireTimers();
  expect(await driven.sent()).toMatchObject([
    {
      code: 570,
      message: expect.stringContaining("the code tried:    no further step; it waits for Sleep"),
    },
  ]);
});

test("a delivery waits for the recorded steps that precede it", async () => {
  const driven = new Driven({ recorded: [sleepOf(1), CALL, completionOf(1)] }, async (journal) => {
    await journal.sleep(10, "");
    journal.call(callTarget(), decodeText);
    return "";
  });
  expect(await driven.sent()).toEqual([]);
  expect(driven.timers).toBe(1);
});

test("work outside ctx may still issue the step within the grace", async () => {
  let goOn: () => void = () => {};
  const driven = new Driven(
    { recorded: [sleepOf(1, "a"), sleepOf(2, "b"), completionOf(1), completionOf(2)] },
    async (journal) => {
      const a = journal.sleep(10, "a").then(() => {});
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      await Promise.all([a, journal.sleep(10, "b")]);
      return "both";
    },
  );
  await driven.sent();
  expect(driven.timers).toBe(1);
  goOn();
  expect(await driven.sent()).toEqual([outputOf("both"), END]);
  expect(driven.timers).toBe(0);
  expect(driven.warnings).toHaveLength(1);
  expect(driven.warnings[0]).toMatch(/something other than ctx resumed.*mismatch\.test\.ts:\d+/);
});

test("v7: the engine is asked to do with the invocation what the author wants", async () => {
  const body = async (): Promise<string> => "done";
  const v7 = new Driven({ version: 7, onMismatch: "pause", recorded: [CALL] }, body);
  expect(await v7.sent()).toMatchObject([{ code: 570, behavior: "pause" }]);
  const v6 = new Driven({ version: 6, onMismatch: "pause", recorded: [CALL] }, body);
  expect(await v6.sent()).toMatchObject([{ code: 570, behavior: undefined }]);
});

test("an ordinary error ends the attempt with its last step and stack; RetryableError says when to try again", async () => {
  const driven = new Driven({}, async (journal) => {
    journal.sleep(10, "before");
    throw new RetryableError("busy", { retryAfter: { seconds: 3 } });
  });
  expect(await driven.sent()).toMatchObject([
    sleepOf(1, "before"),
    {
      type: "Error",
      code: 500,
      message: "busy",
      stacktrace: expect.stringContaining("RetryableError: busy"),
      nextRetryDelayMs: 3000,
      relatedCommandIndex: 1,
    },
  ]);
});

test("a value that cannot be decoded ends the attempt and names the step; the code never sees it", async () => {
  let seen = false;
  const driven = new Driven({}, async (journal) => {
    const paid = journal.call(callTarget(), () => {
      throw new SyntaxError("not JSON");
    });
    await paid.catch(() => {
      seen = true;
    });
    return "";
  });
  driven.complete(2, { type: "success", value: bytes("{") });
  expect(await driven.sent()).toMatchObject([
    CALL,
    { type: "Error", message: "not JSON", relatedCommandType: 0x040d },
  ]);
  expect(seen).toBe(false);
});

test("the handler's own branches still issue steps in the window in which it returns", async () => {
  const driven = new Driven({}, async (journal) => {
    void (async () => {
      await undefined;
      await undefined;
      journal.sleep(10, "aside");
    })();
    return "done";
  });
  expect(await driven.sent()).toEqual([sleepOf(1, "aside"), outputOf("done"), END]);
});

test("ctx inside a run's closure is refused, and says where", async () => {
  const driven = new Driven({}, async (journal) =>
    journal.run({
      name: "pay",
      action: () => {
        journal.sleep(10, "");
        return "";
      },
      serialize: bytes,
      deserialize: () => "",
    }),
  );
  expect(await driven.sent()).toMatchObject([
    { type: "Run" },
    {
      type: "ProposeRunCompletion",
      result: {
        failure: {
          message: expect.stringMatching(/ctx was used inside ctx\.run "pay".*mismatch\.test\.ts:\d+/s),
        },
      },
    },
  ]);
  driven.complete(1, VOID);
});
